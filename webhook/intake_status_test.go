package webhook

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// asked is a Temporal that is asked how it is.
type asked struct {
	mu    sync.Mutex
	err   error
	hangs bool
}

func (a *asked) check(ctx context.Context) error {
	a.mu.Lock()
	err, hangs := a.err, a.hangs
	a.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

func (a *asked) set(err error, hangs bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err, a.hangs = err, hangs
}

func (s *sinks) wantFailing(t *testing.T, when string, want ...Sink) {
	t.Helper()
	failing := s.launcher.Ready(t.Context())
	if got := slices.Sorted(maps.Keys(failing)); !slices.Equal(got, want) {
		t.Errorf("%s: failing are %v, want %v", when, failing, want)
	}
}

// TestReadyAsks: with nothing that takes a delivery a server isn't ready, also when
// none has come; it is again when one of its sinks works, without waiting for one.
func TestReadyAsks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, temporal := newSinks(), &asked{err: errDown}
		s.launcher = NewLauncher(LauncherOptions{
			Starter: s.temporal, Table: s.table, Spool: s.spool, CheckTemporal: temporal.check, Logger: s.launcher.logger,
		})
		s.spool.set(errBroken)
		s.relay(t, "one")
		time.Sleep(time.Minute)
		s.wantFailing(t, "the table works")
		s.table.set(errBroken)
		s.temporal.set(always(errDown))
		time.Sleep(2 * answerAge)
		for range 5 {
			s.wantFailing(t, "nothing works", SinkSpool, SinkTable, SinkTemporal)
			time.Sleep(breakerPause)
		}
		if _, err := s.launcher.Launch(t.Context(), owed("a", "", 0)); err == nil {
			t.Error("something took a delivery")
		}
		time.Sleep(breakerPause)
		s.wantFailing(t, "after a refusal", SinkSpool, SinkTable, SinkTemporal)
		s.spool.set(nil)
		s.wantFailing(t, "the spool is back")
		s.spool.set(errBroken)
		s.table.set(nil)
		time.Sleep(2 * relayMaxPause)
		s.wantFailing(t, "the table is back")
		s.table.set(errBroken)
		time.Sleep(2 * relayMaxPause)
		temporal.set(nil, false)
		time.Sleep(2 * failureAge)
		s.wantFailing(t, "Temporal is back")
	})
}

// TestReadyBelievesStarts: a Temporal that says it is well and starts nothing isn't.
func TestReadyBelievesStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, temporal := newSinks(), &asked{}
		s.launcher = NewLauncher(LauncherOptions{Starter: s.temporal, CheckTemporal: temporal.check, Logger: s.launcher.logger})
		s.temporal.set(always(errDown))
		if _, err := s.launcher.Launch(t.Context(), owed("a", "", 0)); err == nil {
			t.Error("Temporal took a delivery")
		}
		time.Sleep(failureAge)
		s.wantFailing(t, "starts fail", SinkTemporal)
	})
}

// TestReadyDoesNotWait: one sink that works is enough, however long the others take.
func TestReadyDoesNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, temporal := newSinks(), &asked{hangs: true}
		s.launcher = NewLauncher(LauncherOptions{
			Starter: s.temporal, Spool: s.spool, CheckTemporal: temporal.check, Logger: s.launcher.logger,
		})
		begun := time.Now()
		s.wantFailing(t, "the spool works")
		if took := time.Since(begun); took > 0 {
			t.Errorf("it took %v", took)
		}
		s.spool.set(errBroken)
		s.wantFailing(t, "Temporal hangs", SinkSpool, SinkTemporal)
		if took := time.Since(begun); took > checkTimeout {
			t.Errorf("it took %v", took)
		}
	})
}

// TestStatusSaysSinceWhen: also of sinks that nobody has used.
func TestStatusSaysSinceWhen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, temporal := newSinks(), &asked{}
		s.launcher = NewLauncher(LauncherOptions{
			Starter: s.temporal, Table: s.table, Spool: s.spool, CheckTemporal: temporal.check, Logger: s.launcher.logger,
		})
		if status := s.launcher.Status(t.Context()); status.Temporal.FailingSince != nil || status.Table.FailingSince != nil || status.Spool.FailingSince != nil {
			t.Errorf("all well: %+v", status)
		}
		time.Sleep(time.Minute)
		begun := time.Now()
		temporal.set(errDown, false)
		s.table.set(errBroken)
		s.spool.set(errBroken)
		for range 3 {
			status := s.launcher.Status(t.Context())
			for _, state := range []SinkState{status.Temporal, status.Table, status.Spool} {
				if state.FailingSince == nil || !state.FailingSince.Equal(begun) || state.Reason == "" {
					t.Errorf("after %v: %+v", time.Since(begun), status)
				}
			}
			time.Sleep(time.Minute)
		}
	})
}
