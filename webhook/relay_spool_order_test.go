package webhook

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/serviceerror"
)

// TestSpoolKeepsOrderWhenTurnsDoNotCome: a round that gives up leaves orders whose
// turn never came; nothing later of them starts before.
func TestSpoolKeepsOrderWhenTurnsDoNotCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.table.set(errBroken)
		entries := many(1_200, func(i int) string { return fmt.Sprint(i % 400) })
		exhausted := &serviceerror.ResourceExhausted{}
		s.temporal.set(func(entry Entry) error {
			if entry.ID < "0100" && entry.ID[3]%2 == 0 && time.Since(bubbleBegin) < 10*time.Second {
				return exhausted
			}
			return nil
		})
		if err := s.spool.Append(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		s.relay(t, "one")
		s.drained(t, time.Minute)
		started, _ := s.temporal.seen()
		wantOrder(t, entries, started)
	})
}

// TestSpoolKeepsOrderAtRandom lets Temporal, the table and a few entries fail in any
// way while a spool of several pages goes to either: each order starts in order.
func TestSpoolKeepsOrderAtRandom(t *testing.T) {
	t.Parallel()
	for range 20 {
		seed := rand.Uint64()
		synctest.Test(t, func(t *testing.T) {
			if err := spoolAtRandom(t, rand.New(rand.NewPCG(seed, 0))); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		})
	}
}

func spoolAtRandom(t *testing.T, random *rand.Rand) error {
	s := newSinks()
	orders := 1 + random.IntN(600)
	entries := many(1+random.IntN(1_500), func(i int) string { return fmt.Sprint(i % orders) })
	var mu sync.Mutex
	luck := rand.New(rand.NewPCG(random.Uint64(), 0))
	oneIn := func(n int) bool {
		mu.Lock()
		defer mu.Unlock()
		return time.Since(bubbleBegin) < time.Hour && luck.IntN(n) == 0
	}
	temporalFails, tableFails, rowFails := 2+random.IntN(60), 1+random.IntN(4), 2+random.IntN(1_000)
	s.temporal.set(func(Entry) error {
		if oneIn(temporalFails) {
			return errDown
		}
		return nil
	})
	// What fails an append fails the table for a while, and sometimes in between.
	s.table.refuse = func(Entry) bool { return oneIn(rowFails) }
	s.table.fails = func() error {
		if oneIn(tableFails) {
			return errBroken
		}
		return nil
	}
	if err := s.spool.Append(t.Context(), entries); err != nil {
		return err
	}
	_, stop := s.relay(t, "one")
	s.drained(t, 3*time.Hour)
	stop()
	started, _ := s.temporal.seen()
	if len(started) != len(entries) {
		return fmt.Errorf("%d started of %d", len(started), len(entries))
	}
	return inOrder(entries, started)
}

// inOrder is wantOrder for tests that repeat themselves.
func inOrder(entries []Entry, started []string) error {
	orders := map[string]string{}
	for _, entry := range entries {
		orders[entry.ID] = entry.Order
	}
	last := map[string]string{}
	for _, id := range started {
		if order := orders[id]; order != "" && id <= last[order] {
			return fmt.Errorf("%s started after %s", id, last[order])
		} else if order != "" {
			last[order] = id
		}
	}
	return nil
}

// TestTableRefusesInTheSpool: what the table never takes starts from the spool, and
// what is behind it in its order doesn't go past it through the table.
func TestTableRefusesInTheSpool(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.table.refuse = func(entry Entry) bool { return entry.ID == "a2" }
		entries := []Entry{owed("a1", "a", 0), owed("a2", "a", 1), owed("a3", "a", 2), owed("b1", "b", 3)}
		var failed bool
		s.temporal.during = func(_ context.Context, entry Entry) error {
			if entry.ID == "a2" && !failed {
				failed = true
				return errDown
			}
			return nil
		}
		if err := s.spool.Append(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		s.relay(t, "one")
		s.drained(t, time.Minute)
		started, _ := s.temporal.seen()
		wantOrder(t, entries, started)
		if len(started) != 4 || !slices.Contains(started, "a2") {
			t.Errorf("started %v", started)
		}
	})
}
