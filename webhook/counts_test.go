package webhook

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"
)

// TestMetricsCountDeliveries: each delivery counts once, where it went, and again
// when the relay starts it.
func TestMetricsCountDeliveries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		launch := func(ids ...string) {
			for _, id := range ids {
				s.launcher.LaunchAll(t.Context(), []Entry{owed(id, "", 0)})
			}
		}
		launch("a", "b", "b")
		s.temporal.set(always(errDown))
		launch("c", "d")
		s.table.set(errBroken)
		time.Sleep(tableCountAge)
		launch("e")
		now := s.launcher.Metrics()
		if now.Table != nil || now.Spool.Waiting != 1 || !maps.Equal(now.Failing, map[string]bool{"temporal": true, "table": true, "spool": false}) {
			t.Errorf("in the outage: %+v, table %+v, spool %+v", now, now.Table, now.Spool)
		}
		s.spool.set(errBroken)
		launch("f")
		if now := s.launcher.Metrics(); !now.Failing["spool"] {
			t.Errorf("without a spool: %+v", now)
		}
		s.spool.set(nil)
		s.table.set(nil)
		s.temporal.set(always(errRefused))
		s.relay(t, "one")
		time.Sleep(time.Minute)
		now = s.launcher.Metrics()
		if now.Table == nil || now.Table.Waiting != 0 || now.Table.Dead != 3 || now.Relayed != 0 {
			t.Errorf("refused: %+v, table %+v", now, now.Table)
		}
		s.temporal.set(nil)
		if err := s.table.AppendIntake(t.Context(), []Entry{owed("g", "", 0)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		now = s.launcher.Metrics()
		want := map[string]uint64{"temporal": 3, "table": 2, "spool": 1, "refused": 1}
		if !maps.Equal(now.Deliveries, want) || now.Relayed != 1 {
			t.Errorf("deliveries %v, want %v; %d relayed", now.Deliveries, want, now.Relayed)
		}
	})
}

// TestMetricsCountTheTableSeldom: counting reads every row.
func TestMetricsCountTheTableSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSinks()
		for range 100 {
			s.launcher.Metrics()
			time.Sleep(tableCountAge / 50)
		}
		s.table.mu.Lock()
		defer s.table.mu.Unlock()
		if s.table.counted != 2 {
			t.Errorf("counted %d times", s.table.counted)
		}
	})
}
