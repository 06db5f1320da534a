package webhook

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// TestRelaySpoolFirst: the spool goes into the table as soon as that answers.
func TestRelaySpoolFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.set(always(errDown))
		s.table.set(errBroken)
		refused := owed("x", "x", 0)
		refused.Dead, refused.Reason = true, "no"
		if err := s.spool.Append(t.Context(), []Entry{owed("a1", "a", 0), refused, owed("a2", "a", 2)}); err != nil {
			t.Fatal(err)
		}
		r, _ := s.relay(t, "one")
		time.Sleep(time.Minute)
		if status := s.launcher.Status(t.Context()); status.Spooled != 3 || status.Table.Reason != errBroken.Error() ||
			!status.Table.FailingSince.Equal(bubbleBegin) || r.leads.Load() {
			t.Errorf("status %+v", status)
		}
		s.table.set(nil)
		time.Sleep(time.Minute)
		waiting, dead := s.table.ids()
		wantIDs(t, "in the table", waiting, "a1", "a2")
		wantIDs(t, "dead", dead, "x")
		// What arrived before, but reached the table later, still goes first.
		if err := s.spool.Append(t.Context(), []Entry{owed("a0", "a", -1)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		s.temporal.set(nil)
		s.drained(t, time.Minute)
		started, _ := s.temporal.seen()
		wantIDs(t, "started", started, "a0", "a1", "a2")
	})
}

// TestRelaySpoolAlone: without a database the spool goes to Temporal.
func TestRelaySpoolAlone(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"down", "none"} {
		synctest.Test(t, func(t *testing.T) {
			s := newSinks()
			s.table.set(errBroken)
			if table == "none" {
				s.launcher = NewLauncher(LauncherOptions{Starter: s.temporal, Spool: s.spool, Logger: s.launcher.logger})
			}
			entries := many(1_200, func(i int) string { return fmt.Sprint(i % 3) })
			s.temporal.set(func(entry Entry) error {
				switch {
				case entry.ID == "0100":
					return errRefused
				case entry.ID == "0002" && time.Since(bubbleBegin) < time.Minute:
					return errDown
				}
				return nil
			})
			if err := s.spool.Append(t.Context(), entries); err != nil {
				t.Fatal(err)
			}
			s.relay(t, "one")
			time.Sleep(50 * time.Second)
			// One order that is stuck doesn't hold up the others.
			if spooled, _ := s.spool.ids(); len(spooled) != 400 {
				t.Errorf("%s: %d wait", table, len(spooled))
			}
			s.drained(t, time.Minute)
			started, _ := s.temporal.seen()
			wantOrder(t, entries, started)
			_, dead := s.spool.ids()
			wantIDs(t, "dead", dead, "0100")
			if len(started) != 1_199 {
				t.Errorf("%s: %d started", table, len(started))
			}
			s.table.set(nil)
			if table == "none" {
				return
			}
			time.Sleep(time.Minute)
			_, dead = s.table.ids()
			wantIDs(t, "dead in the table", dead, "0100")
		})
	}
}

// bubbleBegin is when the time of every bubble begins.
var bubbleBegin = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// TestRelayTableRefuses: an entry that the table refuses starts from the spool, and
// those beside it go.
func TestRelayTableRefuses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.set(always(errDown))
		s.table.refuse = func(entry Entry) bool { return entry.ID == "0003" }
		if err := s.spool.Append(t.Context(), many(6, noOrder)); err != nil {
			t.Fatal(err)
		}
		s.relay(t, "one")
		time.Sleep(time.Minute)
		waiting, _ := s.table.ids()
		wantIDs(t, "in the table", waiting, "0000", "0001", "0002", "0004", "0005")
		spooled, _ := s.spool.ids()
		wantIDs(t, "in the spool", spooled, "0003")
		s.temporal.set(nil)
		s.drained(t, time.Minute)
	})
}
