package webhook

import "context"

// Health says which of the places that take deliveries do.
type Health struct {
	// Ready is true when at least one of them would be asked and may take a delivery.
	Ready    bool      `json:"ready"`
	Temporal SinkState `json:"temporal"`
	Table    SinkState `json:"table"`
	Spool    SinkState `json:"spool"`
}

// Health says how intake is doing, as far as its last calls tell: it asks nobody.
func (l *Launcher) Health() Health {
	h := Health{Temporal: l.temporal.state()}
	if l.table != nil {
		h.Table = l.tables.state()
	}
	if l.spool != nil {
		h.Spool = SinkState{Configured: true, Available: true}
		if err := l.spool.Check(); err != nil {
			h.Spool.Available, h.Spool.Reason = false, err.Error()
		}
	}
	h.Ready = h.Temporal.Available || h.Table.Available || h.Spool.Available
	return h
}

// SpoolCount is what the spool of this process holds.
type SpoolCount struct {
	Entries int   `json:"entries"`
	Bytes   int64 `json:"bytes"`
}

// IntakeStatus is what waits, and what it waits for.
type IntakeStatus struct {
	Health
	// Entries is nil when the table can't be counted; TableError says why.
	Entries    *TableCount `json:"entries"`
	TableError string      `json:"table_error,omitempty"`
	Spooled    SpoolCount  `json:"spooled"`
	// Leads is true when this process is the one that drains the table.
	Leads bool `json:"leads"`
}

// Status counts what waits in the table and in this process's spool.
func (r *Relay) Status(ctx context.Context) IntakeStatus {
	l := r.launcher
	status := IntakeStatus{Health: l.Health(), Leads: r.leads.Load()}
	if l.spool != nil {
		status.Spooled.Entries, status.Spooled.Bytes = l.spool.Waiting()
	}
	if l.table == nil {
		return status
	}
	ctx, cancel := context.WithTimeout(ctx, l.tableTimeout)
	defer cancel()
	count, err := l.table.CountIntake(ctx)
	if err != nil {
		status.TableError = err.Error()
		return status
	}
	status.Entries = &count
	return status
}
