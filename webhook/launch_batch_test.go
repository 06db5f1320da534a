package webhook

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
)

// TestLaunchAlone: with nothing but Temporal, what waits behind a failed start
// failed for the same passing reason.
func TestLaunchAlone(t *testing.T) {
	t.Parallel()
	temporal := &fakeTemporal{answer: always(errDown)}
	alone := NewLauncher(LauncherOptions{Starter: temporal, Logger: newSinks().launcher.logger})
	for _, launched := range alone.LaunchAll(t.Context(), []Entry{owed("a1", "a", 0), owed("a2", "a", 1)}) {
		if !passing(launched.Err) || launched.Queued {
			t.Errorf("%+v", launched)
		}
	}
	if _, asked := temporal.seen(); asked != 1 {
		t.Errorf("Temporal was asked %d times", asked)
	}
}

// TestLaunchLargeBatch: more than 50 are one durable write, and started at once
// when that fails.
func TestLaunchLargeBatch(t *testing.T) {
	t.Parallel()
	s := newSinks()
	for _, launched := range s.launcher.LaunchAll(t.Context(), many(1000, noOrder)) {
		if !launched.Queued || launched.Err != nil {
			t.Fatalf("%+v", launched)
		}
	}
	if _, asked := s.temporal.seen(); asked != 0 || s.table.appends != 1 {
		t.Errorf("%d starts, %d appends", asked, s.table.appends)
	}
	s = newSinks()
	s.table.set(errBroken)
	var running, most atomic.Int64
	s.temporal.during = func(context.Context, Entry) error {
		now := running.Add(1)
		defer running.Add(-1)
		for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
		}
		return nil
	}
	for _, launched := range s.launcher.LaunchAll(t.Context(), many(1000, noOrder)) {
		if launched.Queued || launched.Err != nil {
			t.Fatalf("%+v", launched)
		}
	}
	if started, _ := s.temporal.seen(); len(started) != 1000 || most.Load() > startsAtOnce {
		t.Errorf("%d started, %d at once", len(started), most.Load())
	}
}

// TestLaunchPartly: what was started isn't kept, and what wasn't is, in one write.
func TestLaunchPartly(t *testing.T) {
	t.Parallel()
	s := newSinks()
	entries := []Entry{owed("a1", "a", 0), owed("b1", "b", 0), owed("a2", "a", 1), owed("b2", "b", 1), owed("a3", "a", 2), owed("c1", "", 0)}
	asked := make(chan string, len(entries))
	var others sync.WaitGroup
	others.Add(3)
	s.temporal.during = func(_ context.Context, entry Entry) error {
		asked <- entry.ID
		if entry.ID == "a2" {
			// Only when the others have been started: the breaker skips what follows.
			others.Wait()
			return errDown
		}
		if entry.Order != "a" {
			defer others.Done()
		}
		return nil
	}
	s.temporal.answer = func(entry Entry) error {
		if entry.ID == "b1" {
			return errRefused
		}
		return nil
	}
	launched := s.launcher.LaunchAll(t.Context(), entries)
	for i, want := range []string{"started", "dead in table", "table", "started", "table", "started"} {
		if got := s.whereabouts(entries[i].ID); got != want {
			t.Errorf("%s is %s, want %s", entries[i].ID, got, want)
		}
		if launched[i].Err != nil || launched[i].Queued != (want != "started") {
			t.Errorf("%s: %+v", entries[i].ID, launched[i])
		}
	}
	if s.table.appends != 1 || len(asked) != 5 {
		t.Errorf("%d appends, %d starts", s.table.appends, len(asked))
	}
}
