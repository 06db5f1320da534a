package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/message"
	temporalclient "replyflow/internal/temporal"
	"replyflow/workflows"
)

// fake answers activities and remembers what it was asked.
type fake struct {
	workflows.Activities
	begun    message.BeginRunResult
	value    bool
	batch    func(attempt int) (message.BatchUpdateResult, error)
	attempts int
	asked    []message.BatchUpdateInput
	recorded []message.RecordRunInput
}

func (f *fake) BeginRun(context.Context, message.BeginRunInput) (message.BeginRunResult, error) {
	return f.begun, nil
}

func (f *fake) EvaluateBranch(_ context.Context, in message.EvaluateBranchInput) (message.EvaluateBranchResult, error) {
	return message.EvaluateBranchResult{Condition: in.Condition.Text(), Value: f.value, Why: "as told"}, nil
}

func (f *fake) BatchUpdate(_ context.Context, in message.BatchUpdateInput) (message.BatchUpdateResult, error) {
	f.attempts++
	f.asked = append(f.asked, in)
	if f.batch != nil {
		return f.batch(f.attempts)
	}
	return message.BatchUpdateResult{Matched: 1, Changed: 1, Why: "1 person matched, 1 changed"}, nil
}

func (f *fake) BatchUpdatePaged(context.Context, message.BatchUpdateInput) (message.BatchUpdateResult, error) {
	return message.BatchUpdateResult{Matched: 5, Changed: 5, Why: "paged"}, nil
}

func (f *fake) UpdatePerson(context.Context, message.UpdatePersonInput) (message.UpdatePersonResult, error) {
	return message.UpdatePersonResult{Changed: true}, nil
}

func (f *fake) RecordRun(_ context.Context, in message.RecordRunInput) (message.RecordRunResult, error) {
	f.recorded = append(f.recorded, in)
	return message.RecordRunResult{}, nil
}

const branching = `
campaign: opt-out
name: Opt-out
trigger: {webhook: {}}
workflow:
  - branch: Opted out
    if: OptOutType is STOP
    then:
      - batch_update: Set it
        where: person.phone is {{ trigger.From }}
        set: {sms_unsubscribe: true}
      - exit: Done
    else:
      - batch_update: Everybody else
        where: person.plan exists
        set: {seen: true}
        limit: 5000
  - update_person: Afterwards
    person: "{{ trigger.id }}"
    set: {a: 1}
`

// arrived is when the event of the tests arrived.
var arrived = time.Date(2026, 11, 21, 4, 0, 0, 123456000, time.UTC)

func runCampaign(t *testing.T, yaml string, f *fake) (workflows.CampaignRunResult, error) {
	t.Helper()
	definition, problems := definitions.Load("test.yaml", []byte(yaml))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetDataConverter(temporalclient.NewDataConverter(nil))
	env.RegisterWorkflowWithOptions(workflows.CampaignRun, workflow.RegisterOptions{Name: workflows.CampaignRunType})
	env.RegisterActivityWithOptions(f, activity.RegisterOptions{})
	env.ExecuteWorkflow(workflows.CampaignRunType, workflows.CampaignRunInput{
		Workspace: "default", Version: 3, Definition: definition.Compiled(),
		Event: message.Event{Key: "k", ArrivedAt: arrived, Payload: json.RawMessage(`{"From":"+15550100123","id":12345678901234567890}`)},
	})
	if !env.IsWorkflowCompleted() {
		t.Fatal("the run did not end")
	}
	var result workflows.CampaignRunResult
	err := env.GetWorkflowError()
	if err == nil {
		err = env.GetWorkflowResult(&result)
	}
	return result, err
}

func path(entries []message.PathEntry) string {
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Node
		if entry.Result != nil {
			names[i] = fmt.Sprintf("%s: %t", entry.Node, *entry.Result)
		}
	}
	return strings.Join(names, ", ")
}

func TestRunTakesTheTrueSideAndExits(t *testing.T) {
	t.Parallel()
	f := &fake{value: true}
	result, err := runCampaign(t, branching, f)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := path(result.Path), "Opted out: true, Set it, Done"; got != want {
		t.Errorf("took %s, want %s", got, want)
	}
	if result.Outcome != message.OutcomeUpdated || result.Changed != 1 || result.Run != "opt-out.k" {
		t.Errorf("result %+v", result)
	}
	asked := f.asked[0]
	if asked.Visit.Node != "0.then.0#1" || asked.Limit != definitions.DefaultBatchLimit || !asked.Run.At.Equal(arrived) {
		t.Errorf("asked %+v", asked)
	}
	if string(asked.Trigger) != `{"From":"+15550100123","id":12345678901234567890}` {
		t.Errorf("the payload lost something on its way: %s", asked.Trigger)
	}
	var steps []string
	for _, step := range f.recorded[0].Steps {
		steps = append(steps, step.Node+" "+step.Type)
	}
	if diff := cmp.Diff([]string{"0#1 branch", "0.then.0#1 batch_update", "0.then.1#1 exit"}, steps); diff != "" {
		t.Error(diff)
	}
}

func TestRunGoesOnBelowTheFalseSide(t *testing.T) {
	t.Parallel()
	result, err := runCampaign(t, branching, &fake{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := path(result.Path), "Opted out: false, Everybody else, Afterwards"; got != want {
		t.Errorf("took %s, want %s", got, want)
	}
}

func TestDuplicateEndsBeforeAnyEffect(t *testing.T) {
	t.Parallel()
	f := &fake{value: true, begun: message.BeginRunResult{Duplicate: true, Why: "had it"}}
	result, err := runCampaign(t, branching, f)
	if err != nil {
		t.Fatal(err)
	}
	if result.Outcome != message.OutcomeDuplicate || len(result.Path) > 0 || f.attempts > 0 || len(f.recorded) > 0 {
		t.Errorf("result %+v after %d updates and %d records", result, f.attempts, len(f.recorded))
	}
}

func TestErrorThatNoRetryMendsFailsAtOnceWithItsReason(t *testing.T) {
	t.Parallel()
	f := &fake{value: true, batch: func(int) (message.BatchUpdateResult, error) {
		return message.BatchUpdateResult{}, temporal.NewNonRetryableApplicationError("1001 people match", "BatchLimitExceeded", nil)
	}}
	_, err := runCampaign(t, branching, f)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != "BatchLimitExceeded" || failure.Message() != "1001 people match" {
		t.Fatalf("the run ends with %v", err)
	}
	if f.attempts != 1 {
		t.Errorf("it was tried %d times", f.attempts)
	}
	record := f.recorded[0]
	if record.Status != message.StatusFailed || record.Failure != "1001 people match" || len(record.Steps) != 2 {
		t.Errorf("recorded %+v", record)
	}
}

// TestOutageOfTheStoreIsWaitedOut fails more often than local activities are
// tried: the same activity then goes on as a normal one.
func TestOutageOfTheStoreIsWaitedOut(t *testing.T) {
	t.Parallel()
	const outage = 9
	f := &fake{value: true, batch: func(attempt int) (message.BatchUpdateResult, error) {
		if attempt <= outage {
			return message.BatchUpdateResult{}, errors.New("the database is away")
		}
		return message.BatchUpdateResult{Matched: 1, Changed: 1}, nil
	}}
	result, err := runCampaign(t, branching, f)
	if err != nil || result.Changed != 1 {
		t.Errorf("result %+v, %v", result, err)
	}
	if f.attempts != outage+1 {
		t.Errorf("it was tried %d times, want %d", f.attempts, outage+1)
	}
}

func TestRunsThatWorkLongGoToTheLongQueue(t *testing.T) {
	t.Parallel()
	definition, _ := definitions.Load("test.yaml", []byte(branching))
	if !definition.WorksLong() {
		t.Error("a limit of 5000 works long")
	}
	for _, shipped := range definitions.Shipped() {
		if definition, _ := definitions.Load(shipped.File, shipped.Data); definition.WorksLong() {
			t.Errorf("%s doesn't work long", shipped.File)
		}
	}
}

// TestMethodsAreCalledByTheirNames: an activity is registered under its method's
// name and called by what Name derives.
func TestMethodsAreCalledByTheirNames(t *testing.T) {
	t.Parallel()
	names := []string{
		definitions.Method[definitions.Activities, message.EvaluateBranchInput, message.EvaluateBranchResult](definitions.Activities.EvaluateBranch).Name(),
		definitions.Method[workflows.Activities, message.BeginRunInput, message.BeginRunResult](workflows.Activities.BeginRun).Name(),
	}
	if diff := cmp.Diff([]string{"EvaluateBranch", "BeginRun"}, names); diff != "" {
		t.Error(diff)
	}
	if methods := reflect.TypeFor[workflows.Activities]().NumMethod(); methods < 6 {
		t.Errorf("the contract has %d activities", methods)
	}
}

func TestRunIDsTurnIntoWorkflowIDs(t *testing.T) {
	t.Parallel()
	id := workflows.RunID("sms-opt-out", "SM1")
	if got, ok := workflows.WorkflowIDOfRun("default", id); !ok || got != workflows.RunWorkflowID("default", "sms-opt-out", "SM1") {
		t.Errorf("%s is workflow %s, %t", id, got, ok)
	}
	for _, wrong := range []string{"", "x", ".x", "x."} {
		if _, ok := workflows.WorkflowIDOfRun("default", wrong); ok {
			t.Errorf("%q is the id of a run", wrong)
		}
	}
}
