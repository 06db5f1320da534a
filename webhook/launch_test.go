package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
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
			if launched.Queued != queued {
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
	s.temporal.set(nil)
	without, err := s.launcher.Launch(t.Context(), Entry{WorkflowID: "w"})
	if started, _ := s.temporal.seen(); err != nil || len(started) != 2 || len(started[1]) < 20 {
		t.Errorf("an entry without an id: %+v, %v; started %v", without, err, started)
	}
	if none := s.launcher.LaunchAll(t.Context(), nil); len(none) != 0 {
		t.Errorf("nothing: %+v", none)
	}
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
		if failing := s.launcher.Ready(t.Context()); len(failing) != 3 {
			t.Errorf("out of order: %v", failing)
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
