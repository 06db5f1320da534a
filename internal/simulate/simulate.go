// Package simulate runs campaigns without a server and without effect: the same
// workflow and the same activities, on Temporal's test environment and a
// database that is thrown away. It is what a marketer's own tests run on.
package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"replyflow/activities"
	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	temporalclient "replyflow/internal/temporal"
	"replyflow/worker"
	"replyflow/workflows"
)

// Request says what to simulate.
type Request struct {
	Workspace  message.Workspace
	Definition definitions.Definition
	// Payload is the event that arrives, as a webhook takes it: JSON that is no
	// object becomes {"value": …}, nothing at all {}.
	Payload json.RawMessage
	// People are those that the run sees. With Source they are added to it.
	People []Person
	// Source is where the run finds everyone else; nil when People is everyone.
	// It is only read.
	Source Source
	// Senders are the workspace's senders. Without a configuration (nil) the sender
	// is imagined; none at all (empty) drops every message.
	Senders []provider.Sender
	// Person is whose message it is; empty looks for who has its address.
	Person string
	// At is when the event arrives.
	At time.Time

	// from is the number of Person, from which a message comes that doesn't say.
	from string
}

// Person is somebody whom a simulated run sees.
type Person struct {
	ID         string
	Attributes map[string]json.RawMessage
	// CreatedAt is when the customer first knew them, nil for now.
	CreatedAt *time.Time
}

// Result is what would happen.
type Result struct {
	// Started is false for a message that starts no run; Why says which part of
	// the trigger it met, or why none. A webhook always starts one.
	Started bool                `json:"started"`
	Why     string              `json:"why,omitempty"`
	Path    []message.PathEntry `json:"path"`
	// Steps say, entry by entry of the path, what was decided or done.
	Steps   []Step                       `json:"steps"`
	Matched []string                     `json:"matched"`
	Changes map[string]map[string]Change `json:"changes"`
	Outcome message.Outcome              `json:"outcome"`
	// Failure is the sentence with which the run would fail, empty when it wouldn't.
	Failure string `json:"failure,omitempty"`
}

// Step is a node that a simulated run visited, and a clause that says what it
// decided or did there.
type Step struct {
	Node string `json:"node"`
	Why  string `json:"why"`
}

// Change is an attribute's value before and after; null when it had or has none.
type Change struct {
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Run simulates one run.
func Run(ctx context.Context, request Request) (Result, error) {
	done, err := finish(ctx, request)
	if err != nil {
		return Result{}, err
	}
	defer done.scratch.close()
	changes, err := done.scratch.changes(ctx)
	if err != nil {
		return Result{}, err
	}
	return Result{
		Started: done.started, Why: done.why,
		Path: message.PathOf(done.steps), Steps: tellSteps(done.steps), Matched: done.scratch.matchedIDs(), Changes: changes, Outcome: done.outcome, Failure: done.failure,
	}, nil
}

// finished is a run that was simulated, with the database that it left behind.
type finished struct {
	scratch *scratch
	started bool
	why     string
	steps   []message.Step
	outcome message.Outcome
	failure string
}

// finish simulates a run to its end. The caller closes the scratch.
func finish(ctx context.Context, request Request) (finished, error) {
	scratch, err := newScratch(ctx, request)
	if err != nil {
		return finished{}, err
	}
	begin, err := startOf(ctx, request, scratch)
	if err != nil {
		scratch.close()
		return finished{}, err
	}
	if !begin.started {
		return finished{scratch: scratch, why: begin.why, outcome: message.OutcomeIgnored}, nil
	}
	outcome, failure, err := execute(request, begin.in, scratch)
	if err != nil {
		scratch.close()
		return finished{}, err
	}
	run, err := scratch.store.GetRun(ctx, request.Workspace.Key, workflows.RunID(request.Definition.Key, begin.in.Event.Key))
	if err != nil {
		scratch.close()
		return finished{}, fmt.Errorf("reading the simulated run: %w", err)
	}
	return finished{
		scratch: scratch, started: true, why: begin.why, steps: run.Steps, outcome: outcome, failure: failure,
	}, nil
}

// deliveryKey is the key of the one delivery of a webhook that a simulation sees.
const deliveryKey = "simulated"

// execute runs the campaign's workflow on Temporal's test environment.
func execute(request Request, in workflows.CampaignRunInput, scratch *scratch) (message.Outcome, string, error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	env := suite.NewTestWorkflowEnvironment()
	env.SetDataConverter(temporalclient.NewDataConverter(nil))
	env.SetStartTime(request.At)
	workspace := func(string) (message.Workspace, bool) { return request.Workspace, true }
	worker.Register(env, activities.New(activities.Options{Store: scratch, Workspaces: workspace, Now: env.Now}))

	env.ExecuteWorkflow(workflows.CampaignRunType, in)
	if !env.IsWorkflowCompleted() {
		return "", "", errors.New("the simulated run did not end")
	}
	if err := env.GetWorkflowError(); err != nil {
		var application *temporal.ApplicationError
		if errors.As(err, &application) {
			return message.OutcomeFailed, application.Message(), nil
		}
		return "", "", err
	}
	var result workflows.CampaignRunResult
	if err := env.GetWorkflowResult(&result); err != nil {
		return "", "", err
	}
	return result.Outcome, "", nil
}

// asObject makes a payload the object that a webhook would deliver.
func asObject(payload json.RawMessage) json.RawMessage {
	payload = bytes.TrimSpace(payload)
	switch {
	case len(payload) == 0:
		return json.RawMessage(`{}`)
	case payload[0] == '{':
		return payload
	}
	return slices.Concat(json.RawMessage(`{"value":`), payload, json.RawMessage(`}`))
}

func tellSteps(steps []message.Step) []Step {
	told := make([]Step, len(steps))
	for i, step := range steps {
		told[i] = Step{Node: step.Name, Why: step.Why}
	}
	return told
}

// changed reports what differs between two states of a person's attributes.
func changed(before, after map[string]json.RawMessage) map[string]Change {
	changes := map[string]Change{}
	for name, value := range after {
		if was, had := before[name]; !had || !bytes.Equal(was, value) {
			changes[name] = Change{Before: orNull(was), After: value}
		}
	}
	for name, was := range before {
		if _, has := after[name]; !has {
			changes[name] = Change{Before: was, After: orNull(nil)}
		}
	}
	return changes
}

func orNull(value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}
