package store

import (
	"context"
	"strings"

	"replyflow/internal/message"
)

// RecordRun writes a run's state and all its steps. It may be repeated; what an
// execution says that was taken over in the meantime is ignored.
func (s *Store) RecordRun(ctx context.Context, in message.RecordRunInput) (message.RecordRunResult, error) {
	in.Failure = storable(in.Failure)
	err := s.write(ctx, func(tx session) error {
		mine, err := tx.recordRun(ctx, in)
		if err != nil || !mine || len(in.Steps) == 0 {
			return err
		}
		return tx.recordSteps(ctx, in)
	})
	return message.RecordRunResult{Status: in.Status, Outcome: in.Outcome, Steps: len(in.Steps)}, err
}

// recordRun reports false when the row belongs to another execution.
func (q session) recordRun(ctx context.Context, in message.RecordRunInput) (bool, error) {
	const update = `UPDATE runs SET status = ?, outcome = ?, failure = ?, finished_at = ?
		WHERE workspace = ? AND id = ? AND execution = ?`
	updated, err := q.exec(ctx, update, in.Status, in.Outcome, in.Failure, q.store.dialect.optionalTime(in.FinishedAt),
		in.Run.Workspace, in.Run.ID, in.Execution)
	if err != nil || updated == 1 {
		return true, err
	}
	return q.addRecordedRun(ctx, in)
}

// addRecordedRun is for a run that failed before it could claim its delivery.
func (q session) addRecordedRun(ctx context.Context, in message.RecordRunInput) (bool, error) {
	const statement = `INSERT INTO runs (workspace, campaign, delivery_key, id, workflow_id, execution, version, person,
			status, outcome, failure, arrived_at, started_at, finished_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`
	d := q.store.dialect
	key := strings.TrimPrefix(in.Run.ID, in.Run.Campaign+".")
	workflow := "run/" + in.Run.Workspace + "/" + in.Run.Campaign + "/" + key
	added, err := q.exec(ctx, statement, in.Run.Workspace, in.Run.Campaign, key, in.Run.ID, workflow, in.Execution,
		in.Run.Version, optional(in.Run.Person), in.Status, in.Outcome, in.Failure, d.time(in.Run.At), d.time(q.store.now()), d.optionalTime(in.FinishedAt))
	return added == 1, err
}

// recordSteps writes all steps in one statement.
func (q session) recordSteps(ctx context.Context, in message.RecordRunInput) error {
	const (
		head = "INSERT INTO run_steps (workspace, run, node, position, name, type, at, result, why) VALUES "
		row  = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
		tail = ` ON CONFLICT (workspace, run, node) DO UPDATE SET position = excluded.position, name = excluded.name,
			type = excluded.type, at = excluded.at, result = excluded.result, why = excluded.why`
	)
	args := make([]any, 0, 9*len(in.Steps))
	for i, step := range in.Steps {
		result := string(step.Result)
		if result == "" {
			result = "null"
		}
		args = append(args, in.Run.Workspace, in.Run.ID, step.Node, i, storable(step.Name), step.Type,
			q.store.dialect.time(step.At), storable(result), storable(step.Why))
	}
	statement := head + row + strings.Repeat(", "+row, len(in.Steps)-1) + tail
	_, err := q.exec(ctx, statement, args...)
	return err
}
