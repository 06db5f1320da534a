package store

import (
	"database/sql/driver"
	"fmt"
	"sync"

	"modernc.org/sqlite"
)

// matchesFunction is the one SQL function that replyflow adds to SQLite: it
// decides a condition for a row in Go. It takes the handle of the condition and
// what a candidate is made of.
const matchesFunction = "replyflow_matches"

func init() {
	sqlite.MustRegisterDeterministicScalarFunction(matchesFunction, 5, matches)
}

// holders are the conditions that running statements ask, by handle.
var holders handles

type handles struct {
	mu    sync.RWMutex
	last  int64
	known map[int64]func(candidate) (bool, error)
}

func (h *handles) add(holds func(candidate) (bool, error)) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.known == nil {
		h.known = map[int64]func(candidate) (bool, error){}
	}
	h.last++
	h.known[h.last] = holds
	return h.last
}

func (h *handles) remove(handle int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.known, handle)
}

func (h *handles) find(handle int64) (func(candidate) (bool, error), bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	holds, ok := h.known[handle]
	return holds, ok
}

func matches(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	handle, _ := args[0].(int64)
	holds, ok := holders.find(handle)
	if !ok {
		return nil, fmt.Errorf("%s: no condition has the handle %v", matchesFunction, args[0])
	}
	var c candidate
	c.ID, _ = args[1].(string)
	c.Attributes, _ = args[4].(string)
	if err := c.CreatedAt.Scan(args[2]); err != nil {
		return nil, err
	}
	if err := c.UpdatedAt.Scan(args[3]); err != nil {
		return nil, err
	}
	held, err := holds(c)
	if err != nil {
		return nil, err
	}
	if held {
		return int64(1), nil
	}
	return int64(0), nil
}
