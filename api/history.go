package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"
	enumspb "go.temporal.io/api/enums/v1"

	"replyflow/internal/message"
	"replyflow/internal/temporal"
	"replyflow/workflows"
)

// ErrNoHistory says that Temporal has no history of a workflow, or none any more.
var ErrNoHistory = errors.New("no history of this workflow is kept by Temporal")

// History reads what Temporal has recorded.
type History interface {
	// ReadHistory returns the decoded history of the last execution of a
	// workflow, or fails with ErrNoHistory.
	ReadHistory(ctx context.Context, workflowID string) (*temporal.History, error)
}

// historyTimeout bounds a question to Temporal: somebody waits for the answer.
const historyTimeout = 10 * time.Second

// RunHistory is a run as Temporal has recorded it.
type RunHistory struct {
	Run     Run    `json:"run"`
	Summary string `json:"summary" doc:"What the run is, in a line."`
	// Path and Steps are retraced: the definition that the run took, walked
	// along the decisions in its history.
	Path       []message.PathEntry `json:"path" nullable:"false" doc:"The nodes that the run visited, in order."`
	Steps      []Step              `json:"steps" nullable:"false" doc:"The same with the reasons."`
	Entries    []HistoryEntry      `json:"entries" nullable:"false" doc:"Every activity of the run, in the order in which they ended."`
	Result     json.RawMessage     `json:"result" doc:"What the workflow returned; null while it runs or when it failed."`
	Unreadable string              `json:"unreadable,omitempty" doc:"Why parts of the history can't be decoded."`
}

// HistoryEntry is one activity of a run.
type HistoryEntry struct {
	Activity string          `json:"activity" doc:"The activity's type." example:"EvaluateBranch"`
	Summary  string          `json:"summary" doc:"What it was called for." example:"Opted out: OptOutType exists"`
	At       time.Time       `json:"at" doc:"When it ended; when it was scheduled, if it is open."`
	Local    bool            `json:"local" doc:"Whether it ran inside a workflow task."`
	Open     bool            `json:"open,omitempty" doc:"Whether it hasn't ended yet."`
	Attempt  int             `json:"attempt" doc:"The attempt that it ended with, from 1."`
	Result   json.RawMessage `json:"result" doc:"What it returned; null when it failed."`
	Failure  string          `json:"failure,omitempty" doc:"Why it failed."`
}

type historyOutput struct{ Body RunHistory }

func (a *API) getHistory(ctx context.Context, in *runInput) (*historyOutput, error) {
	history, err := a.readHistory(ctx, in.ID)
	if errors.Is(err, ErrNoHistory) {
		return nil, huma.Error404NotFound("Temporal has no history of this run, or none any more; " + Prefix + "/runs/" + in.ID + " shows what was recorded of it, if there was such a run.")
	}
	if err != nil {
		return nil, a.historyError(ctx, err)
	}
	workflowID, _ := workflows.WorkflowIDOfRun(caller(ctx), in.ID)
	steps := retrace(history)
	shown := RunHistory{
		Run: runOf(in.ID, workflowID, history), Summary: history.Summary, Path: message.PathOf(steps), Steps: newSteps(steps),
		Entries: make([]HistoryEntry, len(history.Entries)), Result: orNull(history.Result), Unreadable: history.Unreadable,
	}
	for i, entry := range history.Entries {
		shown.Entries[i] = HistoryEntry{
			Activity: entry.Type, Summary: entry.Summary, At: micros(entry.At), Local: entry.Local, Open: entry.Open,
			Attempt: entry.Attempt, Result: orNull(entry.Result), Failure: entry.Failure,
		}
	}
	return &historyOutput{shown}, nil
}

func (a *API) readHistory(ctx context.Context, id string) (*temporal.History, error) {
	workflowID, ok := workflows.WorkflowIDOfRun(caller(ctx), id)
	if !ok {
		return nil, ErrNoHistory
	}
	ctx, cancel := context.WithTimeout(ctx, historyTimeout)
	defer cancel()
	return a.history.ReadHistory(ctx, workflowID)
}

func (a *API) historyError(ctx context.Context, err error) error {
	a.logger.ErrorContext(ctx, "a history could not be read", "error", err)
	return huma.Error503ServiceUnavailable("Temporal can't be asked for the run's history; the server's log says why. Try again.")
}

// runOf is a run as far as its history tells.
func runOf(id, workflowID string, history *temporal.History) Run {
	// What can't be decoded stays empty; the history says that it is unreadable.
	var in workflows.CampaignRunInput
	_ = json.Unmarshal(history.Input, &in)
	var result workflows.CampaignRunResult
	_ = json.Unmarshal(history.Result, &result)
	run := Run{
		ID: id, WorkflowID: workflowID, Campaign: in.Definition.Key, Version: in.Version,
		Status: statusOf(history.Status), Outcome: result.Outcome, Failure: history.Failure,
		ArrivedAt: in.Event.ArrivedAt, StartedAt: micros(history.StartedAt),
	}
	switch run.Status {
	case message.StatusFailed:
		run.Outcome = message.OutcomeFailed
	case message.StatusCanceled:
		run.Outcome = message.OutcomeCanceled
	}
	if !history.ClosedAt.IsZero() {
		finished := micros(history.ClosedAt)
		run.FinishedAt = &finished
	}
	return run
}

// statusOf is the status of a run whose workflow has a status. Whoever
// terminates a workflow stops its run: that is a failure, whose reason the
// history has.
func statusOf(status enumspb.WorkflowExecutionStatus) message.RunStatus {
	switch status {
	case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return message.StatusCompleted
	case enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return message.StatusCanceled
	case enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return message.StatusFailed
	}
	return message.StatusRunning
}

// micros cuts a time of Temporal's to the precision of all our times.
func micros(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

func orNull(value json.RawMessage) json.RawMessage {
	if len(value) == 0 {
		return json.RawMessage("null")
	}
	return value
}
