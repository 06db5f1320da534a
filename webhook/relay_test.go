package webhook

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
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

// TestRelayTwice: what was started and could not be deleted is started again,
// and is a duplicate.
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
		if started, asked := s.temporal.seen(); len(started) != 100 || asked != 200 {
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
		if status := r.Status(t.Context()); !status.Leads || status.Entries.Waiting != 3 {
			t.Errorf("status %+v", status)
		}
		stop()
		waiting, _ := s.table.ids()
		wantIDs(t, "waiting", waiting, "a2", "a3")
		if s.table.leader != "" || s.table.rows[0].Attempts != 0 {
			t.Errorf("leader %q, row %+v", s.table.leader, s.table.rows[0])
		}
		if h := s.launcher.Health(); h.Temporal.FailingSince != nil {
			t.Errorf("Temporal was blamed: %+v", h)
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
		if status := r.Status(t.Context()); status.Spooled.Entries != 3 || status.Entries != nil || status.TableError == "" || status.Leads {
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
		t.Log("took", time.Since(bubbleBegin))
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
		if started, _ := s.temporal.seen(); len(started) != 1 || !one.Status(t.Context()).Leads || two.Status(t.Context()).Leads {
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

// TestRelayTableRefuses: an entry that the table refuses stays in the spool, and
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

func TestDelayOf(t *testing.T) {
	t.Parallel()
	for attempts, want := range map[int]time.Duration{0: relayPause, 1: 2 * relayPause, 5: 32 * relayPause, 20: relayMaxDelay, 1 << 40: relayMaxDelay} {
		if got := delayOf(attempts); got != want {
			t.Errorf("after %d attempts %v, want %v", attempts, got, want)
		}
	}
}

func TestNoTableNoLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		temporal := &fakeTemporal{}
		launcher := NewLauncher(LauncherOptions{Starter: temporal})
		s := sinks{temporal: temporal, launcher: launcher}
		r, stop := s.relay(t, "one")
		synctest.Wait()
		if status := r.Status(t.Context()); status.Entries != nil || status.Table.Configured || status.Spool.Configured || !status.Ready {
			t.Errorf("status %+v", status)
		}
		stop()
	})
}
