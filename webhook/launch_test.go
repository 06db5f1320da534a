package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/api/serviceerror"
)

// TestLaunchFallsBack shows where an entry ends up whatever works.
func TestLaunchFallsBack(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name                   string
		temporal, table, spool error
		want                   string
	}{
		{"all well", nil, nil, nil, "started"},
		{"only Temporal", nil, errBroken, errBroken, "started"},
		{"no Temporal", errDown, nil, nil, "table"},
		{"no Temporal, no spool", errDown, nil, errBroken, "table"},
		{"only the spool", errDown, errBroken, nil, "spool"},
		{"nothing", errDown, errBroken, errBroken, "refused"},
		{"refused for good", errRefused, nil, nil, "dead in table"},
		{"refused for good, no table", errRefused, errBroken, nil, "dead in spool"},
		{"refused for good, nothing else", errRefused, errBroken, errBroken, "refused"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newSinks()
			if c.temporal != nil {
				s.temporal.set(always(c.temporal))
			}
			s.table.err, s.spool.err = c.table, c.spool
			launched, err := s.launcher.Launch(t.Context(), owed("a", "ann", 0))
			if got := s.whereabouts("a"); got != c.want {
				t.Errorf("it is %s, want %s", got, c.want)
			}
			if (err != nil) != (c.want == "refused") || !errors.Is(err, launched.Err) {
				t.Errorf("error %v, result %+v", err, launched)
			}
			queued := c.want != "started" && c.want != "refused"
			if launched.Queued != queued || launched.Dead != errors.Is(c.temporal, error(errRefused)) || launched.Entry != "a" {
				t.Errorf("result %+v", launched)
			}
		})
	}
}

// whereabouts says where an entry is; more than one place is an answer too.
func (s *sinks) whereabouts(id string) string {
	where := ""
	started, _ := s.temporal.seen()
	waiting, dead := s.table.ids()
	spooled, deadSpooled := s.spool.ids()
	for _, place := range []struct {
		name string
		ids  []string
	}{{"started", started}, {"table", waiting}, {"dead in table", dead}, {"spool", spooled}, {"dead in spool", deadSpooled}} {
		if slices.Contains(place.ids, id) {
			where += place.name
		}
	}
	if where == "" {
		return "refused"
	}
	return where
}

func TestPassing(t *testing.T) {
	t.Parallel()
	wrapped := func(err error) error { return fmt.Errorf("starting: %w", err) }
	for _, c := range []struct {
		err  error
		want bool
	}{
		{serviceerror.NewUnavailable("x"), true},
		{serviceerror.NewDeadlineExceeded("x"), true},
		{&serviceerror.ResourceExhausted{}, true},
		{serviceerror.NewCanceled("x"), true},
		{context.DeadlineExceeded, true},
		{context.Canceled, true},
		{syscall.ECONNREFUSED, true},
		{syscall.ECONNRESET, true},
		{syscall.EPIPE, true},
		{io.ErrUnexpectedEOF, true},
		{&net.OpError{Op: "dial", Err: errBroken}, true},
		{errSkipped, true},
		{serviceerror.NewInvalidArgument("x"), false},
		{serviceerror.NewNotFound("x"), false},
		{serviceerror.NewNamespaceNotFound("x"), false},
		{serviceerror.NewPermissionDenied("x", ""), false},
		{serviceerror.NewInternal("x"), false},
		{errBroken, false},
	} {
		for _, err := range []error{c.err, wrapped(c.err), errors.Join(errBroken, c.err)} {
			if got := passing(err); got != c.want {
				t.Errorf("%T %v: %t", c.err, err, got)
			}
		}
	}
}

func TestLaunchDuplicate(t *testing.T) {
	t.Parallel()
	s := newSinks()
	for _, want := range []bool{false, true} {
		if launched, err := s.launcher.Launch(t.Context(), owed("a", "", 0)); err != nil || launched.Started.Duplicate != want {
			t.Errorf("%+v, %v", launched, err)
		}
	}
	s.temporal.set(always(serviceerror.NewWorkflowExecutionAlreadyStarted("x", "", "")))
	launched, err := s.launcher.Launch(t.Context(), owed("b", "", 0))
	if err != nil || !launched.Started.Duplicate || launched.Started.WorkflowID != "w-b" || launched.Queued {
		t.Errorf("%+v, %v", launched, err)
	}
	if without, err := s.launcher.Launch(t.Context(), Entry{}); err != nil || len(without.Entry) < 20 {
		t.Errorf("an entry without an id: %+v, %v", without, err)
	}
	if none := s.launcher.LaunchAll(t.Context(), nil); len(none) != 0 {
		t.Errorf("nothing: %+v", none)
	}
}

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
		if h := s.launcher.Health(); h.Temporal.Available || h.Temporal.FailingSince == nil || h.Temporal.Reason != errDown.Error() || !h.Ready {
			t.Errorf("health %+v", h)
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
		if h := s.launcher.Health(); !h.Temporal.Available || h.Temporal.FailingSince != nil {
			t.Errorf("health %+v", h)
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

// TestLaunchHanging: a Temporal that hangs costs two seconds, once.
func TestLaunchHanging(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.during = func(ctx context.Context, _ Entry) error { <-ctx.Done(); return ctx.Err() }
		begun := time.Now()
		for _, launched := range s.launcher.LaunchAll(t.Context(), many(directBatch, noOrder)) {
			if !launched.Queued {
				t.Errorf("%+v", launched)
			}
		}
		if took := time.Since(begun); took != overflowStartTimeout {
			t.Errorf("it took %v", took)
		}
		if s.table.appends != 1 {
			t.Errorf("%d appends", s.table.appends)
		}
		// With nothing else to keep it, Temporal gets longer.
		alone := NewLauncher(LauncherOptions{Starter: s.temporal, Logger: s.launcher.logger})
		begun = time.Now()
		for range 2 {
			if _, err := alone.Launch(t.Context(), owed("z", "", 0)); !passing(err) {
				t.Errorf("alone: %v", err)
			}
		}
		if took := time.Since(begun); took != 2*DefaultStartTimeout {
			t.Errorf("alone it took %v", took)
		}
	})
}

// TestLaunchInsists: with table and spool gone, a Temporal that was only skipped
// is asked after all.
func TestLaunchInsists(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		s.temporal.set(always(errDown))
		s.table.set(errBroken)
		s.spool.err = errBroken
		if _, err := s.launcher.Launch(t.Context(), owed("a", "", 0)); !passing(err) || !errors.Is(err, errBroken) {
			t.Errorf("error %v", err)
		}
		if h := s.launcher.Health(); h.Ready {
			t.Errorf("ready: %+v", h)
		}
		s.temporal.set(nil)
		if launched, err := s.launcher.Launch(t.Context(), owed("b", "", 0)); err != nil || launched.Queued {
			t.Errorf("%+v, %v", launched, err)
		}
		if _, asked := s.temporal.seen(); asked != 2 {
			t.Errorf("Temporal was asked %d times", asked)
		}
	})
}

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

// TestLaunchFinishes: a caller that goes away changes nothing.
func TestLaunchFinishes(t *testing.T) {
	t.Parallel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, answer := range map[string]func(Entry) error{"started": nil, "table": always(errDown)} {
		s := newSinks()
		s.temporal.answer = answer
		s.temporal.during = func(ctx context.Context, _ Entry) error { return ctx.Err() }
		if _, err := s.launcher.Launch(gone, owed("a", "", 0)); err != nil || s.whereabouts("a") != name {
			t.Errorf("%s: it is %s, %v", name, s.whereabouts("a"), err)
		}
	}
}
