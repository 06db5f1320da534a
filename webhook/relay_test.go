package webhook

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// relay runs a relay in a test's bubble until the test ends or stop is called.
func (s *sinks) relay(t *testing.T, owner string) (r *Relay, stop func()) {
	t.Helper()
	r = NewRelay(s.launcher, owner)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); r.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return r, stop
}

// drained waits, in bubble time, until nothing waits any more.
func (s *sinks) drained(t *testing.T, longest time.Duration) time.Duration {
	t.Helper()
	begun := time.Now()
	for time.Since(begun) <= longest {
		synctest.Wait()
		waiting, _ := s.table.ids()
		spooled, _ := s.spool.ids()
		if len(waiting) == 0 && len(spooled) == 0 {
			return time.Since(begun)
		}
		time.Sleep(max(time.Millisecond, time.Since(begun)/100))
	}
	waiting, dead := s.table.ids()
	spooled, _ := s.spool.ids()
	t.Fatalf("after %v %d wait in the table and %d in the spool; %d are dead", longest, len(waiting), len(spooled), len(dead))
	return 0
}

// wantOrder checks that entries of one order started as they arrived: their ids
// begin with the order and rise.
func wantOrder(t testing.TB, entries []Entry, started []string) {
	t.Helper()
	orders := map[string]string{}
	for _, entry := range entries {
		orders[entry.ID] = entry.Order
	}
	last := map[string]string{}
	for _, id := range started {
		order := orders[id]
		if order == "" {
			continue
		}
		if id <= last[order] {
			t.Errorf("%s started after %s", id, last[order])
		}
		last[order] = id
	}
}

func TestRelayKeepsOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		entries := many(2_000, func(i int) string { return fmt.Sprint(i % 37) })
		shuffled := slices.Clone(entries)
		rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if err := s.table.AppendIntake(t.Context(), shuffled); err != nil {
			t.Fatal(err)
		}
		var running, most int
		var mu sync.Mutex
		s.temporal.during = func(context.Context, Entry) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			running--
			mu.Unlock()
			return nil
		}
		s.relay(t, "one")
		s.drained(t, time.Minute)
		started, asked := s.temporal.seen()
		wantOrder(t, entries, started)
		if len(started) != 2_000 || asked != 2_000 {
			t.Errorf("%d started by %d starts", len(started), asked)
		}
		if most != startsAtOnce {
			t.Errorf("%d starts at once", most)
		}
	})
}

// TestRelayTwice: what was started and could not be deleted is started again, and
// is a duplicate: of each message it might be an earlier copy.
func TestRelayTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.table.forget = 1
		if err := s.table.AppendIntake(t.Context(), many(100, noOrder)); err != nil {
			t.Fatal(err)
		}
		s.relay(t, "one")
		s.drained(t, time.Minute)
		if started, asked := s.temporal.seen(); len(started) != 100 || asked != 300 {
			t.Errorf("%d started by %d starts", len(started), asked)
		}
	})
}

// TestRelayStopped: told to stop in the middle of a start, the relay writes down
// what it did and gives up its lease.
func TestRelayStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		entries := []Entry{owed("a1", "a", 0), owed("a2", "a", 1), owed("a3", "a", 2)}
		if err := s.table.AppendIntake(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		s.temporal.during = func(ctx context.Context, entry Entry) error {
			if entry.ID == "a2" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		r, stop := s.relay(t, "one")
		synctest.Wait()
		if !r.leads.Load() {
			t.Error("the only relay doesn't lead")
		}
		stop()
		waiting, _ := s.table.ids()
		wantIDs(t, "waiting", waiting, "a2", "a3")
		if s.table.leader != "" || s.table.rows[0].Attempts != 0 {
			t.Errorf("leader %q, row %+v", s.table.leader, s.table.rows[0])
		}
		if status := s.launcher.status(); status.Temporal.FailingSince != nil {
			t.Errorf("Temporal was blamed: %+v", status)
		}
	})
}

// TestRelayFresh: what comes in while Temporal is down starts soon after it is
// back, however long it was down.
func TestRelayFresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.relay(t, "one")
		s.temporal.set(always(errDown))
		s.launcher.LaunchAll(t.Context(), []Entry{owed("a", "", 0)})
		time.Sleep(10 * time.Minute)
		if _, asked := s.temporal.seen(); asked < 100 || asked > 1000 {
			t.Errorf("Temporal was asked %d times in 10 minutes", asked)
		}
		s.temporal.set(nil)
		s.launcher.LaunchAll(t.Context(), []Entry{owed("b", "", 0)})
		if took := s.drained(t, time.Minute); took > 110*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		// And without a fresh one within the longest pause.
		s.temporal.set(always(errDown))
		s.launcher.LaunchAll(t.Context(), []Entry{owed("c", "", 0)})
		time.Sleep(10 * time.Minute)
		s.temporal.set(nil)
		if took := s.drained(t, time.Minute); took > relayMaxPause {
			t.Errorf("by itself it took %v", took)
		}
		// An idle relay starts a fresh entry at once, and another process's soon.
		time.Sleep(time.Minute)
		if err := s.table.AppendIntake(t.Context(), []Entry{owed("d", "", 0)}); err != nil {
			t.Fatal(err)
		}
		if took := s.drained(t, time.Minute); took > relayIdle {
			t.Errorf("another process's took %v", took)
		}
	})
}

func TestNoTableNoLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		temporal := &fakeTemporal{}
		launcher := NewLauncher(LauncherOptions{Starter: temporal})
		s := sinks{temporal: temporal, launcher: launcher}
		_, stop := s.relay(t, "one")
		synctest.Wait()
		status := launcher.Status(t.Context())
		if !status.Temporal.Configured || status.Table.Configured || status.Spool.Configured || len(launcher.Ready(t.Context())) > 0 {
			t.Errorf("status %+v", status)
		}
		stop()
	})
}

// TestRelayStartsCopies: what waited while another delivery of the same message
// was started becomes a workflow of its own, once; only messages have copies.
func TestRelayStartsCopies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.known = map[string]bool{"w-message": true, "w-run": true}
		waiting, run := owed("message", "ann", 1), owed("run", "bob", 1)
		run.Kind = EntryCampaignRun
		if err := s.table.AppendIntake(t.Context(), []Entry{waiting, run}); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		asked := map[string][]bool{}
		s.temporal.during = func(_ context.Context, entry Entry) error {
			mu.Lock()
			defer mu.Unlock()
			asked[entry.ID] = append(asked[entry.ID], entry.copied)
			if entry.ID == "message" && len(asked["message"]) == 2 {
				return errDown
			}
			return nil
		}
		s.relay(t, "one")
		s.drained(t, time.Minute)
		want := map[string][]bool{"message": {false, true, false, true}, "run": {false}}
		if !maps.EqualFunc(asked, want, slices.Equal) {
			t.Errorf("started as copies: %v", asked)
		}
	})
}
