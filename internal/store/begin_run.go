package store

import (
	"context"
	"fmt"
	"time"

	"replyflow/internal/message"
)

// BeginRun claims a delivery for a run and keeps its payload as a sample. A
// delivery that had a run before, ended and of another execution, is a
// duplicate. One whose run didn't end well is taken over: everything that a run
// does may be repeated.
func (s *Store) BeginRun(ctx context.Context, in message.BeginRunInput) (message.BeginRunResult, error) {
	result := message.BeginRunResult{Run: in.Run.ID}
	err := s.write(ctx, func(tx session) error {
		claimed, err := tx.addRun(ctx, in)
		if err != nil {
			return err
		}
		if claimed {
			result.At, result.Why = cut(in.Event.ArrivedAt), "the first delivery with this key"
			return tx.keepSample(ctx, in.Run.Workspace, in.Run.Campaign, in.Event)
		}
		return tx.repeatRun(ctx, in, &result)
	})
	return result, err
}

// addRun reports false when the delivery has a run already. The conflict names no
// key on purpose: runs have two that say the same, and PostgreSQL would report
// the one that isn't named as an error when two claims come at once.
func (q session) addRun(ctx context.Context, in message.BeginRunInput) (bool, error) {
	const statement = `INSERT INTO runs (workspace, campaign, delivery_key, id, workflow_id, execution, version, person,
			status, outcome, failure, arrived_at, started_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, ?)
		ON CONFLICT DO NOTHING`
	d := q.store.dialect
	added, err := q.exec(ctx, statement, in.Run.Workspace, in.Run.Campaign, in.Event.Key, in.Run.ID, in.WorkflowID,
		in.Execution, in.Run.Version, optional(in.Run.Person), message.StatusRunning, d.time(in.Event.ArrivedAt), d.time(q.store.now()))
	return added == 1, err
}

// repeatRun decides what the claim of a delivery that has a run is.
func (q session) repeatRun(ctx context.Context, in message.BeginRunInput, result *message.BeginRunResult) error {
	const find = `SELECT id, execution, status, arrived_at, started_at FROM runs
		WHERE workspace = ? AND campaign = ? AND delivery_key = ?`
	var row struct {
		ID        string            `db:"id"`
		Execution string            `db:"execution"`
		Status    message.RunStatus `db:"status"`
		ArrivedAt moment            `db:"arrived_at"`
		StartedAt moment            `db:"started_at"`
	}
	err := q.get(ctx, &row, find+q.store.dialect.lock, in.Run.Workspace, in.Run.Campaign, in.Event.Key)
	if err != nil {
		return err
	}
	result.Run, result.At = row.ID, row.ArrivedAt.Time
	ended := row.Status == message.StatusCompleted || row.Status == message.StatusCanceled
	switch {
	case row.Execution == in.Execution:
		result.Why = "this execution claimed the delivery before"
		return nil
	case ended:
		result.Duplicate = true
		result.Why = fmt.Sprintf("the delivery had a run that began at %s and is %s",
			row.StartedAt.Format(time.RFC3339), row.Status)
		return nil
	}
	result.Why = fmt.Sprintf("taken over from an execution that is %s", row.Status)
	// A repeated delivery keeps the earliest arrival.
	if arrived := cut(in.Event.ArrivedAt); arrived.Before(result.At) {
		result.At = arrived
	}
	return q.takeOverRun(ctx, in, result.At)
}

func (q session) takeOverRun(ctx context.Context, in message.BeginRunInput, arrived time.Time) error {
	const statement = `UPDATE runs SET execution = ?, workflow_id = ?, version = ?, person = ?, status = ?, outcome = '', failure = '',
			arrived_at = ?, finished_at = NULL
		WHERE workspace = ? AND campaign = ? AND delivery_key = ?`
	_, err := q.exec(ctx, statement, in.Execution, in.WorkflowID, in.Run.Version, optional(in.Run.Person), message.StatusRunning,
		q.store.dialect.time(arrived), in.Run.Workspace, in.Run.Campaign, in.Event.Key)
	return err
}
