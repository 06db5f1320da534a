package webhook

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestLaunchBreaker: after a failure nobody asks for a second, then one at a time.
func TestLaunchBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.set(always(errDown))
		launch := func(id string) { s.launcher.LaunchAll(t.Context(), []Entry{owed(id, "", 0)}) }
		wantAsked := func(want int) {
			t.Helper()
			if _, asked := s.temporal.seen(); asked != want {
				t.Errorf("Temporal was asked %d times, want %d", asked, want)
			}
		}
		launch("a")
		launch("b")
		time.Sleep(breakerPause - time.Nanosecond)
		launch("c")
		wantAsked(1)
		if status := s.launcher.status(); status.Temporal.FailingSince == nil || status.Temporal.Reason != errDown.Error() {
			t.Errorf("status %+v", status)
		}
		time.Sleep(time.Nanosecond)
		// One asks and hangs; the others don't wait for it.
		hang := make(chan struct{})
		s.temporal.during = func(context.Context, Entry) error { <-hang; return nil }
		go launch("d")
		synctest.Wait()
		launch("e")
		wantAsked(2)
		s.temporal.set(nil)
		s.temporal.during = nil
		close(hang)
		synctest.Wait()
		// What hung has failed: the pause begins anew.
		launch("f")
		wantAsked(2)
		time.Sleep(breakerPause)
		launch("g")
		launch("h")
		wantAsked(4)
		if status := s.launcher.status(); status.Temporal.FailingSince != nil || status.Temporal.Reason != "" {
			t.Errorf("status %+v", status)
		}
		started, _ := s.temporal.seen()
		wantIDs(t, "started", started, "g", "h")
		waiting, _ := s.table.ids()
		slices.Sort(waiting)
		wantIDs(t, "in the table", waiting, "a", "b", "c", "d", "e", "f")
	})
}

// TestLaunchTableBreaker: a table that failed isn't asked for a second either.
func TestLaunchTableBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.set(always(errDown))
		s.table.set(errBroken)
		s.launcher.LaunchAll(t.Context(), []Entry{owed("a", "", 0)})
		s.table.set(nil)
		s.launcher.LaunchAll(t.Context(), []Entry{owed("b", "", 0)})
		time.Sleep(breakerPause)
		s.launcher.LaunchAll(t.Context(), []Entry{owed("c", "", 0)})
		spooled, _ := s.spool.ids()
		wantIDs(t, "in the spool", spooled, "a", "b")
		waiting, _ := s.table.ids()
		wantIDs(t, "in the table", waiting, "c")
	})
}
