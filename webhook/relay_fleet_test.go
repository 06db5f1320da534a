package webhook

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"replyflow/workflows"
)

// TestRelayLooksBehindWhatNeverStarts: a page of entries that each fail, as if
// Temporal couldn't be reached, doesn't hide those behind it.
func TestRelayLooksBehindWhatNeverStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		entries := many(3*relayPage, func(i int) string { return fmt.Sprint(i) })
		s.temporal.set(func(entry Entry) error {
			if entry.ID < "1100" {
				return errDown
			}
			return nil
		})
		if err := s.table.AppendIntake(t.Context(), entries); err != nil {
			t.Fatal(err)
		}
		s.relay(t, "one")
		time.Sleep(30 * time.Minute)
		if started, _ := s.temporal.seen(); len(started) != 400 {
			t.Errorf("%d started of 400 that can", len(started))
		}
	})
}

// mortal is a process's way to the table and to Temporal, until it is killed.
type mortal struct {
	*fakeTable
	temporal *fakeTemporal
	killed   atomic.Bool
}

var errKilled = errors.New("the process was killed")

func (m *mortal) alive() error {
	if m.killed.Load() {
		return errKilled
	}
	return nil
}

func (m *mortal) Start(ctx context.Context, entry Entry) (workflows.Started, error) {
	if m.alive() != nil {
		return workflows.Started{}, errDown
	}
	return m.temporal.Start(ctx, entry)
}

func (m *mortal) DeleteIntake(ctx context.Context, ids []string) error {
	return m.ifAlive(func() error { return m.fakeTable.DeleteIntake(ctx, ids) })
}

func (m *mortal) MarkIntakeDead(ctx context.Context, id, reason string) error {
	return m.ifAlive(func() error { return m.fakeTable.MarkIntakeDead(ctx, id, reason) })
}

func (m *mortal) DelayIntake(ctx context.Context, id string, until time.Time, reason string) error {
	return m.ifAlive(func() error { return m.fakeTable.DelayIntake(ctx, id, until, reason) })
}

func (m *mortal) TakeIntakeLease(ctx context.Context, owner string, length time.Duration) (bool, error) {
	if err := m.alive(); err != nil {
		return false, err
	}
	return m.fakeTable.TakeIntakeLease(ctx, owner, length)
}

func (m *mortal) DropIntakeLease(ctx context.Context, owner string) error {
	return m.ifAlive(func() error { return m.fakeTable.DropIntakeLease(ctx, owner) })
}

func (m *mortal) ifAlive(call func() error) error {
	if err := m.alive(); err != nil {
		return err
	}
	return call()
}

// TestFleetLeavesNothing lets processes share a table and be killed anywhere, also
// between a start and its being written down, so that leases run out: in the end
// everything has started, or is dead when Temporal refuses it.
func TestFleetLeavesNothing(t *testing.T) {
	t.Parallel()
	for range 30 {
		seed := rand.Uint64()
		synctest.Test(t, func(t *testing.T) {
			if err := fleetAtRandom(t, rand.New(rand.NewPCG(seed, 0))); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		})
	}
}

func fleetAtRandom(t *testing.T, random *rand.Rand) error {
	s := newSinks()
	var mu sync.Mutex
	luck := rand.New(rand.NewPCG(random.Uint64(), 0))
	bad := 1 + random.IntN(8)
	s.temporal.set(func(entry Entry) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case entry.ID[3] == '7':
			return errRefused
		case luck.IntN(1+bad) == 0:
			return errDown
		}
		return nil
	})
	s.temporal.during = func(context.Context, Entry) error { time.Sleep(time.Millisecond); return nil }
	entries := many(1+random.IntN(900), func(i int) string { return fmt.Sprint(i % (1 + bad*40)) })
	if err := s.table.AppendIntake(t.Context(), entries); err != nil {
		return err
	}
	begin := func(name string) *mortal {
		m := &mortal{fakeTable: s.table, temporal: s.temporal}
		process := &sinks{temporal: s.temporal, table: s.table, spool: s.spool}
		process.launcher = NewLauncher(LauncherOptions{Starter: m, Table: m, Logger: s.launcher.logger})
		process.relay(t, name)
		return m
	}
	processes := []*mortal{begin("a"), begin("b")}
	for i := range 6 {
		time.Sleep(time.Duration(random.IntN(200)) * time.Millisecond)
		at := random.IntN(len(processes))
		processes[at].killed.Store(true)
		processes[at] = begin(fmt.Sprint(i))
		if random.IntN(2) == 0 {
			time.Sleep(leaseDuration)
		}
	}
	s.drained(t, time.Hour)
	started, _ := s.temporal.seen()
	_, dead := s.table.ids()
	if len(started)+len(dead) != len(entries) {
		return fmt.Errorf("%d started and %d dead of %d", len(started), len(dead), len(entries))
	}
	return inOrder(entries, started)
}
