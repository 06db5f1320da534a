package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/message"
	"replyflow/internal/store"
	"replyflow/workflows"
)

// Run is one execution of a campaign.
type Run struct {
	ID         string            `json:"id" doc:"Opaque; needs no encoding in an address." example:"sms-opt-out.SM00000000000000000000000000000001"`
	WorkflowID string            `json:"workflow_id" doc:"The run's id in Temporal."`
	Campaign   string            `json:"campaign"`
	Version    int               `json:"version" doc:"The version of the definition that the run took."`
	Person     string            `json:"person,omitempty" doc:"Whom the run is about; a run that a webhook started is about nobody."`
	Status     message.RunStatus `json:"status" enum:"running,waiting,completed,failed,canceled"`
	Outcome    message.Outcome   `json:"outcome" doc:"What came of the run: updated, unchanged, duplicate, failed or canceled; empty while it runs."`
	Failure    string            `json:"failure,omitempty" doc:"Why the run failed."`
	ArrivedAt  time.Time         `json:"arrived_at" doc:"When the delivery came in."`
	StartedAt  time.Time         `json:"started_at"`
	FinishedAt *time.Time        `json:"finished_at,omitempty"`
}

// RunWithSteps is a run and the nodes that it visited.
type RunWithSteps struct {
	Run
	Steps []Step `json:"steps" nullable:"false" doc:"In the order of the visits."`
}

// Step is one visit of a node.
type Step struct {
	Node   string          `json:"node" doc:"The node's place in the tree, and which visit of it." example:"0.then.0#1"`
	Name   string          `json:"name" doc:"The node's name." example:"Set sms_unsubscribe"`
	Type   string          `json:"type" doc:"The node's type." example:"batch_update"`
	At     time.Time       `json:"at"`
	Result json.RawMessage `json:"result" doc:"true or false for a branch, counts for an update, null for an exit."`
	Why    string          `json:"why" doc:"The reason or the effect."`
}

// RunsPage is a part of a list of runs.
type RunsPage struct {
	Runs []Run  `json:"runs" nullable:"false"`
	Next string `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

type (
	runInput struct {
		ID string `path:"id" doc:"The run's id."`
	}
	runsInput struct {
		Campaign string `query:"campaign" doc:"Keep those of this campaign."`
		Person   string `query:"person" doc:"Keep those about this person."`
		Status   string `query:"status" enum:"running,waiting,completed,failed,canceled" doc:"Keep those with this status."`
		Page
	}
	runsOutput struct{ Body RunsPage }
	runOutput  struct{ Body RunWithSteps }
)

const noSuchRun = "No run has this id."

func (a *API) addRuns(api huma.API) {
	handle(api, operation(http.MethodGet, "/runs", "list-runs", "runs", "List runs, the last started first"), a.listRuns)
	get := operation(http.MethodGet, "/runs/{id}", "get-run", "runs", "Show a run with its steps")
	get.Description = "A run that isn't recorded yet is read from its Temporal history."
	handle(api, get, a.getRun)
	history := operation(http.MethodGet, "/runs/{id}/history", "get-run-history", "runs", "Show what a run did, decoded from its Temporal history")
	history.Description = "Temporal keeps histories for a while; after that the run's recorded steps remain."
	handle(api, history, a.getHistory)
}

func (a *API) listRuns(ctx context.Context, in *runsInput) (*runsOutput, error) {
	page, err := a.store.ListRuns(ctx, caller(ctx), store.RunsQuery{
		Campaign: in.Campaign, Person: in.Person, Status: message.RunStatus(in.Status), Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, a.answerError(ctx, "listing runs", "", err)
	}
	out := &runsOutput{}
	out.Body.Next = page.Next
	out.Body.Runs = make([]Run, len(page.Runs))
	for i, run := range page.Runs {
		out.Body.Runs[i] = newRun(run)
	}
	return out, nil
}

func (a *API) getRun(ctx context.Context, in *runInput) (*runOutput, error) {
	run, err := a.store.GetRun(ctx, caller(ctx), in.ID)
	if errors.Is(err, store.ErrNotFound) {
		return a.getUnrecordedRun(ctx, in.ID)
	}
	if err != nil {
		return nil, a.answerError(ctx, "reading the run", noSuchRun, err)
	}
	return &runOutput{RunWithSteps{Run: newRun(run), Steps: newSteps(run.Steps)}}, nil
}

// getUnrecordedRun asks Temporal for a run that has no row: one that has just
// been started, or that could not reach the database since.
func (a *API) getUnrecordedRun(ctx context.Context, id string) (*runOutput, error) {
	history, err := a.readHistory(ctx, id)
	if errors.Is(err, ErrNoHistory) {
		return nil, huma.Error404NotFound(noSuchRun)
	}
	if err != nil {
		return nil, a.historyError(ctx, err)
	}
	workflowID, _ := workflows.WorkflowIDOfRun(caller(ctx), id)
	run := runOf(id, workflowID, history)
	return &runOutput{RunWithSteps{Run: run, Steps: newSteps(retrace(history))}}, nil
}

func newRun(run store.Run) Run {
	return Run{
		ID: run.ID, WorkflowID: run.WorkflowID, Campaign: run.Campaign, Version: run.Version, Person: run.Person,
		Status: run.Status, Outcome: run.Outcome, Failure: run.Failure,
		ArrivedAt: run.ArrivedAt, StartedAt: run.StartedAt, FinishedAt: run.FinishedAt,
	}
}

func newSteps(steps []message.Step) []Step {
	shown := make([]Step, len(steps))
	for i, step := range steps {
		shown[i] = Step(step)
		if len(step.Result) == 0 {
			shown[i].Result = json.RawMessage("null")
		}
	}
	return shown
}
