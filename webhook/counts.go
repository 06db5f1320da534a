package webhook

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"replyflow/internal/telemetry"
)

// tableCountAge is how often the table is counted for metrics at most: counting
// reads every row.
const tableCountAge = 5 * time.Second

// counts are what a launcher and its relay have done, for metrics.
type counts struct {
	temporal, table, spool, refused atomic.Uint64
	// relayed are the entries that the relay started.
	relayed atomic.Uint64

	mu sync.Mutex
	// tableCount is nil when the table could not be counted at countedAt.
	tableCount *TableCount
	countedAt  time.Time
}

func (c *counts) of(sink Sink) *atomic.Uint64 {
	switch sink {
	case SinkTemporal:
		return &c.temporal
	case SinkTable:
		return &c.table
	case SinkSpool:
		return &c.spool
	}
	return &c.refused
}

// took counts a delivery.
func (c *counts) took(sink Sink) { c.of(sink).Add(1) }

// Metrics are what operators watch of intake.
func (l *Launcher) Metrics() telemetry.Intake {
	ctx := context.Background()
	if l.spool != nil {
		_ = l.checkSpool(ctx)
	}
	status := l.status()
	m := telemetry.Intake{Deliveries: map[string]uint64{}, Failing: map[string]bool{}, Relayed: l.counts.relayed.Load()}
	for _, sink := range []Sink{SinkTemporal, SinkTable, SinkSpool, SinkRefused} {
		m.Deliveries[string(sink)] = l.counts.of(sink).Load()
	}
	for sink, state := range map[Sink]SinkState{SinkTemporal: status.Temporal, SinkTable: status.Table, SinkSpool: status.Spool} {
		if state.Configured {
			m.Failing[string(sink)] = state.FailingSince != nil
		}
	}
	if l.spool != nil {
		m.Spool = &telemetry.IntakeSpool{Waiting: status.Spooled, Damaged: status.Damaged}
	}
	if counted := l.countTable(ctx); counted != nil {
		m.Table = &telemetry.IntakeTable{Waiting: counted.Waiting, Dead: counted.Dead}
	}
	return m
}

// countTable counts the table, or says what it held a moment ago; nil when the
// table doesn't answer.
func (l *Launcher) countTable(ctx context.Context) *TableCount {
	if l.table == nil || l.tables.state().FailingSince != nil {
		return nil
	}
	c := &l.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.countedAt.IsZero() && l.now().Sub(c.countedAt) < tableCountAge {
		return c.tableCount
	}
	ctx, cancel := context.WithTimeout(ctx, l.tableTimeout)
	defer cancel()
	counted, err := l.table.CountIntake(ctx)
	l.told(ctx, l.tables.force(), err)
	c.tableCount, c.countedAt = nil, l.now()
	if err == nil {
		c.tableCount = &counted
	}
	return c.tableCount
}
