package catalogue

import (
	"sync"
	"time"
)

const (
	// unknownFor is how long a token stays known to be unknown. A campaign that
	// another process adds meanwhile must be in force within 2 s.
	unknownFor = time.Second
	// maxUnknown bounds how many are remembered.
	maxUnknown = 4_096
)

// unknownTokens remembers for a moment that nobody has a token, so that a sender
// who keeps calling an address that is gone doesn't reach the database each time.
type unknownTokens struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func newUnknownTokens() *unknownTokens {
	return &unknownTokens{until: map[string]time.Time{}}
}

func (u *unknownTokens) has(token string, now time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return now.Before(u.until[token])
}

func (u *unknownTokens) add(token string, now time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.until) >= maxUnknown {
		clear(u.until)
	}
	u.until[token] = now.Add(unknownFor)
}

func (u *unknownTokens) clear() {
	u.mu.Lock()
	defer u.mu.Unlock()
	clear(u.until)
}
