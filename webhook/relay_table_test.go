package webhook

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestRelayBlockedByNobody: entries that Temporal never takes, and a sender who
// wrote a thousand times, don't keep the others waiting.
func TestRelayBlockedByNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		var entries []Entry
		for i := range 40 {
			entries = append(entries, owed(fmt.Sprintf("bad%02d", i), fmt.Sprint("bad", i), -2000), owed(fmt.Sprintf("bad%02dlater", i), fmt.Sprint("bad", i), -1999))
		}
		for i := range 1_500 {
			entries = append(entries, owed(fmt.Sprintf("flood%04d", i), "flood", i-1000))
		}
		for i := range 100 {
			entries = append(entries, owed(fmt.Sprintf("quiet%03d", i), fmt.Sprint("quiet", i), 5_000))
		}
		if err := s.table.AppendIntake(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		s.temporal.during = func(ctx context.Context, entry Entry) error {
			if strings.HasPrefix(entry.Order, "bad") && time.Since(bubbleBegin) < time.Hour {
				<-ctx.Done()
				return ctx.Err()
			}
			time.Sleep(5 * time.Millisecond)
			return nil
		}
		s.relay(t, "one")
		quiet := func() int {
			started, _ := s.temporal.seen()
			return len(slices.DeleteFunc(started, func(id string) bool { return !strings.HasPrefix(id, "quiet") }))
		}
		for quiet() < 100 && time.Since(bubbleBegin) < 50*time.Minute {
			time.Sleep(time.Second)
		}
		started, _ := s.temporal.seen()
		if took := time.Since(bubbleBegin); quiet() != 100 || len(started) > 1_000 || took > time.Minute {
			t.Errorf("%d of the quiet started among %d after %v", quiet(), len(started), took)
		}
		s.drained(t, 2*time.Hour)
		started, _ = s.temporal.seen()
		wantOrder(t, entries, started)
	})
}

// TestRelayStartsOnce: looking behind a sender who wrote a lot starts nothing twice.
func TestRelayStartsOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		entries := many(500, func(i int) string { return fmt.Sprint(min(i, 30)) })
		if err := s.table.AppendIntake(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		s.relay(t, "one")
		s.drained(t, time.Minute)
		started, asked := s.temporal.seen()
		wantOrder(t, entries, started)
		if len(started) != 500 || asked != 500 {
			t.Errorf("%d started by %d starts", len(started), asked)
		}
	})
}

// TestRelayLeads: one process drains the table; when it stops, the other does.
func TestRelayLeads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		one, stop := s.relay(t, "one")
		synctest.Wait()
		other := &sinks{temporal: &fakeTemporal{}, table: s.table, spool: &fakeSpool{}}
		other.launcher = NewLauncher(LauncherOptions{Starter: other.temporal, Table: s.table, Spool: other.spool, Logger: s.launcher.logger})
		two, _ := other.relay(t, "two")
		other.temporal.set(always(errDown))
		other.launcher.LaunchAll(t.Context(), []Entry{owed("a", "", 0)})
		s.drained(t, 2*relayIdle)
		if started, _ := s.temporal.seen(); len(started) != 1 || !one.leads.Load() || two.leads.Load() {
			t.Errorf("started %v", started)
		}
		stop()
		other.temporal.set(nil)
		if err := s.table.AppendIntake(t.Context(), []Entry{owed("b", "", 0)}); err != nil {
			t.Fatal(err)
		}
		other.drained(t, leaseRenewal+relayIdle)
		started, _ := other.temporal.seen()
		wantIDs(t, "the other started", started, "b")
	})
}

func TestDelayOf(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int]time.Duration{0: relayPause, 1: 2 * relayPause, 5: 32 * relayPause, 20: relayMaxDelay, 1 << 40: relayMaxDelay} {
		if got := delayOf(attempts); got != want {
			t.Errorf("after %d attempts %v, want %v", attempts, got, want)
		}
	}
}
