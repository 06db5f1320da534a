package webhook

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// TestRelayAtRandom lets Temporal, the table and the spool fail in any way, and
// the relay be stopped at any time, while entries come in. In the end every entry
// has started once, or is dead when Temporal refuses it, and each order started
// in the order of its arrival.
func TestRelayAtRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		var problem error
		synctest.Test(t, func(t *testing.T) { problem = relayAtRandom(t, rand.New(rand.NewPCG(seed, 0))) })
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}

func relayAtRandom(t *testing.T, random *rand.Rand) error {
	s := newSinks()
	entries := many(1+random.IntN(300), func(i int) string {
		if i%5 == 0 {
			return ""
		}
		return fmt.Sprint(i % 7)
	})
	refused := map[string]bool{}
	for _, entry := range entries {
		refused[entry.ID] = random.IntN(20) == 0
	}
	var mu sync.Mutex
	luck := rand.New(rand.NewPCG(random.Uint64(), 0))
	flaky := func(entry Entry) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case luck.IntN(4) == 0:
			return errDown
		case refused[entry.ID]:
			return errRefused
		}
		return nil
	}
	s.temporal.set(flaky)
	_, stop := s.relay(t, "one")
	// Entries are kept, not started, so that they start in the order of arrival.
	for page := range slices.Chunk(entries, 1+random.IntN(40)) {
		switch random.IntN(4) {
		case 0:
			s.temporal.set(always(errDown))
		case 1:
			s.temporal.set(flaky)
		case 2:
			// What waits in a table that doesn't answer can't go first: it is empty.
			s.temporal.set(flaky)
			s.drained(t, time.Hour)
			s.table.set(errBroken)
		case 3:
			stop()
			_, stop = s.relay(t, "one")
		}
		if s.table.AppendIntake(t.Context(), page) != nil {
			if err := s.spool.Append(t.Context(), page); err != nil {
				return err
			}
			s.launcher.Wake()
			time.Sleep(time.Duration(random.IntN(3)) * time.Second)
			s.table.set(nil)
			// Until the spool is empty, nothing later goes past it.
			for left, _ := s.spool.Waiting(); left > 0; left, _ = s.spool.Waiting() {
				time.Sleep(time.Second)
			}
		}
		s.launcher.Wake()
		time.Sleep(time.Duration(random.IntN(500)) * time.Millisecond)
	}
	s.temporal.set(flaky)
	s.table.mu.Lock()
	s.table.forget = random.IntN(3)
	s.table.mu.Unlock()
	s.drained(t, time.Hour)
	stop()
	started, _ := s.temporal.seen()
	wantOrder(t, entries, started)
	_, dead := s.table.ids()
	for _, entry := range entries {
		is, want := slices.Contains(dead, entry.ID), refused[entry.ID]
		if is != want || slices.Contains(started, entry.ID) == want {
			return fmt.Errorf("%s: dead %t, refused %t", entry.ID, is, want)
		}
	}
	if len(started)+len(dead) != len(entries) {
		return fmt.Errorf("%d started and %d dead of %d", len(started), len(dead), len(entries))
	}
	return nil
}
