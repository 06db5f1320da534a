package store

import (
	"context"
	"encoding/json"
	"time"

	"replyflow/internal/message"
)

// Run is one execution of a campaign.
type Run struct {
	ID         string            `json:"id"`
	WorkflowID string            `json:"workflow_id"`
	Campaign   string            `json:"campaign"`
	Version    int               `json:"version"`
	Person     string            `json:"person,omitempty"`
	Status     message.RunStatus `json:"status"`
	Outcome    message.Outcome   `json:"outcome"`
	// Failure says why the run failed, empty when it didn't.
	Failure string `json:"failure,omitempty"`
	// ArrivedAt is when the delivery came in, StartedAt when the run began.
	ArrivedAt  time.Time  `json:"arrived_at"`
	StartedAt  time.Time  `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	// Steps are in the order of the visits; lists of runs have none.
	Steps []message.Step `json:"steps,omitempty"`
}

// RunsQuery says which runs to list; empty fields keep all.
type RunsQuery struct {
	Campaign, Person string
	Status           message.RunStatus
	Limit            int
	Cursor           string
}

// RunsPage is a part of a list of runs, the last started first.
type RunsPage struct {
	Runs []Run  `json:"runs"`
	Next string `json:"next,omitempty"`
}

type runRow struct {
	ID         string            `db:"id"`
	WorkflowID string            `db:"workflow_id"`
	Campaign   string            `db:"campaign"`
	Version    int               `db:"version"`
	Person     *string           `db:"person"`
	Status     message.RunStatus `db:"status"`
	Outcome    message.Outcome   `db:"outcome"`
	Failure    string            `db:"failure"`
	ArrivedAt  moment            `db:"arrived_at"`
	StartedAt  moment            `db:"started_at"`
	FinishedAt moment            `db:"finished_at"`
}

const selectRun = `SELECT id, workflow_id, campaign, version, person, status, outcome, failure,
	arrived_at, started_at, finished_at FROM runs WHERE `

func (r runRow) run() Run {
	return Run{
		ID: r.ID, WorkflowID: r.WorkflowID, Campaign: r.Campaign, Version: r.Version, Person: text(r.Person),
		Status: r.Status, Outcome: r.Outcome, Failure: r.Failure,
		ArrivedAt: r.ArrivedAt.Time, StartedAt: r.StartedAt.Time, FinishedAt: r.FinishedAt.pointer(),
	}
}

// GetRun finds a run with its steps, or fails with ErrNotFound.
func (s *Store) GetRun(ctx context.Context, workspace, id string) (Run, error) {
	const (
		find  = selectRun + "workspace = ? AND id = ?"
		steps = `SELECT node, name, type, at, result, why FROM run_steps WHERE workspace = ? AND run = ? ORDER BY position`
	)
	var row runRow
	if err := s.read().get(ctx, &row, find, workspace, storable(id)); err != nil {
		return Run{}, err
	}
	var rows []stepRow
	if err := s.read().list(ctx, &rows, steps, workspace, row.ID); err != nil {
		return Run{}, err
	}
	run := row.run()
	run.Steps = make([]message.Step, len(rows))
	for i, step := range rows {
		run.Steps[i] = step.step()
	}
	return run, nil
}

type stepRow struct {
	Node   string `db:"node"`
	Name   string `db:"name"`
	Type   string `db:"type"`
	At     moment `db:"at"`
	Result string `db:"result"`
	Why    string `db:"why"`
}

func (r stepRow) step() message.Step {
	return message.Step{Node: r.Node, Name: r.Name, Type: r.Type, At: r.At.Time, Result: json.RawMessage(r.Result), Why: r.Why}
}

// runsCursor is the last run of a page.
type runsCursor struct {
	StartedAt time.Time `json:"started_at"`
	ID        string    `json:"id"`
}

// ListRuns returns a page of runs without steps, the last started first.
func (s *Store) ListRuns(ctx context.Context, workspace string, query RunsQuery) (RunsPage, error) {
	f := newFilter(workspace)
	f.equal("campaign", query.Campaign)
	f.equal("person", query.Person)
	f.equal("status", string(query.Status))
	if query.Cursor != "" {
		var before runsCursor
		if err := readCursor(query.Cursor, &before); err != nil {
			return RunsPage{}, err
		}
		f.and("(started_at, id) < ("+s.dialect.timeParam+", ?)", s.dialect.time(before.StartedAt), storable(before.ID))
	}
	limit := pageSize(query.Limit)
	statement := selectRun + f.sql + " ORDER BY started_at DESC, id DESC LIMIT ?"
	var rows []runRow
	if err := s.read().list(ctx, &rows, statement, append(f.args, limit+1)...); err != nil {
		return RunsPage{}, err
	}
	page := RunsPage{}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		page.Next = newCursor(runsCursor{last.StartedAt.Time, last.ID})
	}
	page.Runs = make([]Run, len(rows))
	for i, row := range rows {
		page.Runs[i] = row.run()
	}
	return page, nil
}
