package store

import (
	"context"
	"time"
)

const (
	intakeSummary = "i.id, i.workspace, i.kind, i.order_key, i.workflow_id, i.task_queue, i.arrived_at, i.attempts, i.reason, i.state"
	intakeColumns = intakeSummary + ", i.input"
)

// ListIntake returns at most limit entries whose turn it is, the earliest arrival
// first, and no more than fit in memory. Those of the orders in except are left
// out, so that a long queue of one sender doesn't hide the others, and so are
// those behind an entry that is delayed.
func (s *Store) ListIntake(ctx context.Context, limit int, except []string) ([]IntakeEntry, error) {
	const (
		waiting = `WITH page AS (
			SELECT w.id, w.arrived_at, length(w.input) AS size FROM intake w
			WHERE w.state = '` + intakeWaiting + `' AND w.next_at <= ? AND NOT EXISTS (
				SELECT 1 FROM intake d WHERE d.state = '` + intakeWaiting + `' AND d.attempts > 0
					AND d.order_key = w.order_key AND d.order_key <> '' AND d.next_at > ?
					AND (d.arrived_at, d.id) < (w.arrived_at, w.id))`
		cut = ` ORDER BY w.arrived_at, w.id LIMIT ?
		), sized AS (
			SELECT id, sum(size) OVER (ORDER BY arrived_at, id) - size AS ahead FROM page
		) SELECT ` + intakeColumns + ` FROM intake i JOIN sized ON sized.id = i.id WHERE sized.ahead < ? ORDER BY i.arrived_at, i.id`
	)
	now := s.dialect.time(s.now())
	statement, args := waiting, []any{now, now}
	if len(except) > 0 {
		statement += " AND w.order_key NOT IN (" + parameters(len(except)) + ")"
		args = append(args, texts(except)...)
	}
	var rows []intakeRow
	if err := s.read().list(ctx, &rows, statement+cut, append(args, limit, intakeBytes)...); err != nil {
		return nil, err
	}
	return entriesOf(rows), nil
}

// IntakeStatus counts what the intake table holds.
type IntakeStatus struct {
	Waiting int `json:"waiting"`
	Dead    int `json:"dead"`
	// Oldest is when the oldest waiting entry arrived, nil when none waits.
	Oldest *time.Time `json:"oldest,omitempty"`
}

// IntakeStatus counts the entries of a workspace, or of all when it is empty.
func (s *Store) IntakeStatus(ctx context.Context, workspace string) (IntakeStatus, error) {
	const statement = `SELECT state, count(*) AS entries, min(arrived_at) AS oldest FROM intake
		WHERE (? = '' OR workspace = ?) GROUP BY state`
	var rows []struct {
		State   string `db:"state"`
		Entries int    `db:"entries"`
		Oldest  moment `db:"oldest"`
	}
	var status IntakeStatus
	if err := s.read().list(ctx, &rows, statement, workspace, workspace); err != nil {
		return status, err
	}
	for _, row := range rows {
		if row.State == intakeDead {
			status.Dead = row.Entries
			continue
		}
		status.Waiting, status.Oldest = row.Entries, row.Oldest.pointer()
	}
	return status, nil
}

// IntakePage is a part of the list of dead entries, the last arrival first.
type IntakePage struct {
	Entries []IntakeEntry `json:"entries"`
	Next    string        `json:"next,omitempty"`
}

// intakeCursor is the last entry of a page.
type intakeCursor struct {
	ArrivedAt time.Time `json:"arrived_at"`
	ID        string    `json:"id"`
}

// ListDeadIntake returns a page of the deliveries of a workspace that Temporal
// refused for good, without their inputs.
func (s *Store) ListDeadIntake(ctx context.Context, workspace string, limit int, cursor string) (IntakePage, error) {
	f := newFilter(workspace)
	f.and("state = '" + intakeDead + "'")
	if cursor != "" {
		var before intakeCursor
		if err := readCursor(cursor, &before); err != nil {
			return IntakePage{}, err
		}
		f.and("(arrived_at, id) < ("+s.dialect.timeParam+", ?)", s.dialect.time(before.ArrivedAt), storable(before.ID))
	}
	limit = pageSize(limit)
	statement := "SELECT " + intakeSummary + " FROM intake i WHERE " + f.sql + " ORDER BY arrived_at DESC, id DESC LIMIT ?"
	var rows []intakeRow
	if err := s.read().list(ctx, &rows, statement, append(f.args, limit+1)...); err != nil {
		return IntakePage{}, err
	}
	page := IntakePage{}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		page.Next = newCursor(intakeCursor{last.ArrivedAt.Time, last.ID})
	}
	page.Entries = entriesOf(rows)
	return page, nil
}

// GetIntake finds an entry of a workspace, or fails with ErrNotFound.
func (s *Store) GetIntake(ctx context.Context, workspace, id string) (IntakeEntry, error) {
	const statement = "SELECT " + intakeColumns + " FROM intake i WHERE i.workspace = ? AND i.id = ?"
	var row intakeRow
	err := s.read().get(ctx, &row, statement, workspace, storable(id))
	return row.entry(), err
}

// ReplayDeadIntake puts a dead entry back into the queue, or fails with
// ErrNotFound when the workspace has no dead entry with this id.
func (s *Store) ReplayDeadIntake(ctx context.Context, workspace, id string) error {
	const statement = "UPDATE intake SET state = '" + intakeWaiting + "', attempts = 0, next_at = ? WHERE workspace = ? AND id = ? AND state = '" + intakeDead + "'"
	return s.write(ctx, func(tx session) error {
		changed, err := tx.exec(ctx, statement, s.dialect.time(s.now()), workspace, storable(id))
		if err == nil && changed == 0 {
			return ErrNotFound
		}
		return err
	})
}
