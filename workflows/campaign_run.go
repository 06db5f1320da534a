package workflows

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// CampaignRunInput starts a run. The definition is pinned: an open run keeps
// the one that it started with, whatever is applied meanwhile.
type CampaignRunInput struct {
	Workspace  string                 `json:"workspace"`
	Version    int                    `json:"version"`
	Event      message.Event          `json:"event"`
	Definition definitions.Definition `json:"definition"`
	// Message is the inbound message that started the run, as conditions and
	// templates see it; empty for a webhook's run.
	Message json.RawMessage `json:"message,omitempty"`
	// Person is whom the run is about, nil for a webhook's run and for a message
	// from an unknown address.
	Person *inbound.Person `json:"person,omitempty"`
	// Sender is the configured name of the sender that was written to, empty for a
	// webhook's run.
	Sender string `json:"sender,omitempty"`
}

// CampaignRunResult is what came of a run.
type CampaignRunResult struct {
	Run     string              `json:"run"`
	Status  message.RunStatus   `json:"status"`
	Outcome message.Outcome     `json:"outcome"`
	Path    []message.PathEntry `json:"path"`
	Changed int                 `json:"changed"`
}

// CampaignRun runs a campaign once, for one event: it claims the delivery,
// visits the nodes from top to bottom, and records what it did. A delivery that
// had a run before ends as a duplicate, before any effect.
func CampaignRun(ctx workflow.Context, in CampaignRunInput) (CampaignRunResult, error) {
	run := newCampaignRun(ctx, in)
	begun, err := run.begin(ctx)
	if err != nil {
		return run.result(), run.fail(ctx, err)
	}
	if begun.Duplicate {
		return run.duplicate(ctx, begun)
	}
	if !begun.At.IsZero() {
		// A repeated delivery writes as of its earliest arrival.
		run.ref.At = begun.At
	}
	if err := run.visit(ctx, in.Definition.Workflow, ""); err != nil && !errors.Is(err, errExit) {
		return run.result(), run.fail(ctx, err)
	}
	return run.complete(ctx)
}

// campaignRun is the state of a run while it is running.
type campaignRun struct {
	in      CampaignRunInput
	ref     message.RunRef
	started time.Time
	steps   []message.Step
	path    []message.PathEntry
	visits  map[string]int
	changed int
	status  message.RunStatus
	outcome message.Outcome
}

func newCampaignRun(ctx workflow.Context, in CampaignRunInput) *campaignRun {
	run := &campaignRun{
		in: in,
		ref: message.RunRef{
			Workspace: in.Workspace,
			Campaign:  in.Definition.Key,
			Version:   in.Version,
			ID:        RunID(in.Definition.Key, in.Event.Key),
			At:        in.Event.ArrivedAt,
		},
		started: workflow.Now(ctx),
		visits:  map[string]int{},
		status:  message.StatusRunning,
	}
	if in.Person != nil {
		run.ref.Person = in.Person.ID
	}
	return run
}

// subject is what the run is about.
func (r *campaignRun) subject() message.Subject {
	subject := message.Subject{Trigger: r.in.Event.Payload, Message: r.in.Message}
	if r.in.Person != nil {
		subject.Person = r.in.Person.Internal
	}
	return subject
}

func (r *campaignRun) begin(ctx workflow.Context) (message.BeginRunResult, error) {
	info := workflow.GetInfo(ctx)
	return definitions.Execute(ctx, Activities.BeginRun, message.BeginRunInput{
		Run:        r.ref,
		WorkflowID: info.WorkflowExecution.ID,
		Execution:  info.WorkflowExecution.RunID,
		Event:      r.in.Event,
	}, "Claim the delivery and keep its payload as a sample")
}

func (r *campaignRun) duplicate(ctx workflow.Context, begun message.BeginRunResult) (CampaignRunResult, error) {
	r.status, r.outcome = message.StatusCompleted, message.OutcomeDuplicate
	workflow.SetCurrentDetails(ctx, "Duplicate: "+begun.Why)
	return r.result(), r.publishOutcome(ctx)
}

func (r *campaignRun) complete(ctx workflow.Context) (CampaignRunResult, error) {
	r.status, r.outcome = message.StatusCompleted, message.OutcomeUnchanged
	if r.changed > 0 {
		r.outcome = message.OutcomeUpdated
	}
	if err := r.record(ctx, ""); err != nil {
		return r.result(), err
	}
	return r.result(), r.publishOutcome(ctx)
}

// fail records why the run stopped and hands the reason back as the run's own
// failure, so that a history ends with a sentence and not with an activity's id.
func (r *campaignRun) fail(ctx workflow.Context, cause error) error {
	r.status, r.outcome = message.StatusFailed, message.OutcomeFailed
	if temporal.IsCanceledError(cause) {
		r.status, r.outcome = message.StatusCanceled, message.OutcomeCanceled
	}
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := r.record(ctx, reason(cause)); err != nil {
		return err
	}
	if err := r.publishOutcome(ctx); err != nil {
		return err
	}
	if r.status == message.StatusCanceled {
		return cause
	}
	return asFailure(cause)
}

func (r *campaignRun) record(ctx workflow.Context, failure string) error {
	finished := workflow.Now(ctx)
	_, err := definitions.Execute(ctx, Activities.RecordRun, message.RecordRunInput{
		Run:        r.ref,
		Execution:  workflow.GetInfo(ctx).WorkflowExecution.RunID,
		Status:     r.status,
		Outcome:    r.outcome,
		Failure:    failure,
		FinishedAt: &finished,
		Steps:      r.steps,
	}, "Record the run: "+r.story())
	return err
}

func (r *campaignRun) publishOutcome(ctx workflow.Context) error {
	return workflow.UpsertTypedSearchAttributes(ctx, SearchOutcome.ValueSet(string(r.outcome)))
}

func (r *campaignRun) result() CampaignRunResult {
	return CampaignRunResult{Run: r.ref.ID, Status: r.status, Outcome: r.outcome, Path: r.path, Changed: r.changed}
}

// reason is the sentence that says why a run stopped.
func reason(err error) string {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return application.Message()
	}
	return err.Error()
}

// asFailure makes a run fail at once and for good, under the type of its cause.
func asFailure(err error) error {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return temporal.NewNonRetryableApplicationError(application.Message(), application.Type(), nil)
	}
	return fmt.Errorf("the run stopped: %w", err)
}
