package activities_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"replyflow/activities"
	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

var (
	workspace = message.Workspace{Key: message.DefaultWorkspace, Region: "US", PhoneAttributes: []string{"phone"}}
	arrived   = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
)

// bundle is the activities over a database of their own.
type bundle struct {
	*activities.Activities
	store *store.Store
}

func setup(t *testing.T) bundle {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	workspaces := func(key string) (message.Workspace, bool) { return workspace, key == workspace.Key }
	return bundle{activities.New(activities.Options{Store: db, Workspaces: workspaces, Now: func() time.Time { return arrived }}), db}
}

func (b bundle) addPeople(t *testing.T, count int, attributes string) {
	t.Helper()
	var set map[string]json.RawMessage
	if err := json.Unmarshal([]byte(attributes), &set); err != nil {
		t.Fatal(err)
	}
	people := make([]store.PutPerson, count)
	for i := range people {
		people[i] = store.PutPerson{ID: fmt.Sprintf("p%d", i), Attributes: set, Stamp: message.NewStamp(arrived.Add(-time.Hour), "test", i)}
	}
	if err := b.store.PutPeople(t.Context(), workspace, people); err != nil {
		t.Fatal(err)
	}
}

func run(id string, at time.Time) message.RunRef {
	return message.RunRef{Workspace: workspace.Key, Campaign: "c", Version: 1, ID: id, At: at}
}

func parse(t *testing.T, text string) condition.Condition {
	t.Helper()
	c, err := condition.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func batch(t *testing.T, id string, at time.Time, where, set, trigger string, limit int) message.BatchUpdateInput {
	t.Helper()
	in := message.BatchUpdateInput{
		Run: run(id, at), Visit: message.Visit{Node: "0#1", Name: "Set it", Sequence: 1},
		Where: parse(t, where), Limit: limit, Subject: message.Subject{Trigger: json.RawMessage(trigger)},
	}
	if err := json.Unmarshal([]byte(set), &in.Set); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestBranchSaysWhy(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := []struct {
		condition, trigger string
		value              bool
		why                string
	}{
		{"OptOutType exists", `{"OptOutType":"HELP"}`, true, "OptOutType is HELP"},
		{"trigger.OptOutType is stop", `{"OptOutType":"STOP"}`, true, "STOP"},
		{"Body is {{ trigger.word }}", `{"Body":"a exists","word":"a exists"}`, true, "a exists"},
		{"id is 12345678901234567890", `{"id":12345678901234567890}`, true, "12345678901234567890"},
		{"From is 5550100123", `{"From":"+15550100123"}`, false, "+15550100123"},
		{"OptOutType exists", `{"OptOutType":null}`, false, "null"},
	}
	for _, c := range cases {
		got, err := b.EvaluateBranch(t.Context(), message.EvaluateBranchInput{
			Run: run("c.1", arrived), Condition: parse(t, c.condition), Subject: message.Subject{Trigger: json.RawMessage(c.trigger)},
		})
		if err != nil || got.Value != c.value || !strings.Contains(got.Why, c.why) || got.Condition == "" {
			t.Errorf("%s of %s: %+v, %v", c.condition, c.trigger, got, err)
		}
	}
}

func TestBatchUpdateFindsANumberInAnyNotation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addPeople(t, 2, `{"phone":"(555) 010-0123"}`)
	in := batch(t, "c.1", arrived, "person.phone is {{ trigger.From }}", `{"order":"{{ trigger.order }}","off":true}`,
		`{"From":"whatsapp:+1 555 010 0123","order":98765432109876543210}`, 1000)
	for attempt := range 2 {
		got, err := b.BatchUpdate(t.Context(), in)
		if err != nil || got.Matched != 2 || got.Changed != 2 {
			t.Fatalf("attempt %d: %+v, %v", attempt, got, err)
		}
	}
	person, err := b.store.GetPerson(t.Context(), workspace.Key, "p1")
	if err != nil || string(person.Attributes["order"]) != "98765432109876543210" {
		t.Errorf("order %s, %v", person.Attributes["order"], err)
	}
	log, err := b.store.ListActivity(t.Context(), workspace.Key, store.ActivityQuery{Run: "c.1"})
	if err != nil || len(log.Activity) != 2 {
		t.Errorf("the repeated update is in the log %d times, want once a person; %v", len(log.Activity), err)
	}
}

// TestNumberGivenTwiceMatchesNobody: a form may repeat From, and is is not one of.
func TestNumberGivenTwiceMatchesNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addPeople(t, 2, `{"phone":"+15550100123"}`)
	got, err := b.BatchUpdate(t.Context(), batch(t, "c.1", arrived, "person.phone is {{ trigger.From }}", `{"a":1}`,
		`{"From":["+15550100123","+15551234567"]}`, 10))
	if err != nil || got.Matched != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestBatchUpdateTakesTheLimitAndNotOneMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addPeople(t, 11, `{"plan":"free"}`)
	_, err := b.BatchUpdate(t.Context(), batch(t, "c.1", arrived, "person.plan is free", `{"a":1}`, `{}`, 10))
	assertFailure(t, err, activities.BatchLimitExceeded, "11")
	if person, _ := b.store.GetPerson(t.Context(), workspace.Key, "p0"); person.Attributes["a"] != nil {
		t.Error("somebody was changed all the same")
	}
	got, err := b.BatchUpdate(t.Context(), batch(t, "c.2", arrived, "person.plan is free", `{"a":1}`, `{}`, 11))
	if err != nil || got.Changed != 11 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestOlderWriteIsOvertaken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addPeople(t, 1, `{"phone":"+15550100123"}`)
	where := "person.phone is +15550100123"
	if _, err := b.BatchUpdate(t.Context(), batch(t, "c.start", arrived.Add(time.Second), where, `{"out":false}`, `{}`, 10)); err != nil {
		t.Fatal(err)
	}
	late, err := b.BatchUpdate(t.Context(), batch(t, "c.stop", arrived, where, `{"out":true}`, `{}`, 10))
	if err != nil || late.Overtaken != 1 || late.Changed != 0 || !strings.Contains(late.Why, "overtaken") {
		t.Errorf("%+v, %v", late, err)
	}
}

func TestPagedBatchHeartbeatsToItsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addPeople(t, 5_500, `{"plan":"free"}`)
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivity(b.BatchUpdatePaged)
	value, err := env.ExecuteActivity(b.BatchUpdatePaged, batch(t, "c.1", arrived, "person.plan is free", `{"a":1}`, `{}`, 10_000))
	if err != nil {
		t.Fatal(err)
	}
	var got message.BatchUpdateResult
	if err := value.Get(&got); err != nil || got.Matched != 5_500 || got.Changed != 5_500 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRunEndsNoEarlierThanItBegins(t *testing.T) {
	t.Parallel()
	b := setup(t)
	event := message.Event{Key: "k", ArrivedAt: arrived.Add(-time.Minute), Payload: json.RawMessage(`{}`)}
	if _, err := b.BeginRun(t.Context(), message.BeginRunInput{Run: run("c.k", event.ArrivedAt), Execution: "e", Event: event}); err != nil {
		t.Fatal(err)
	}
	taskBegan := arrived.Add(-time.Hour)
	if _, err := b.RecordRun(t.Context(), message.RecordRunInput{
		Run: run("c.k", event.ArrivedAt), Execution: "e", Status: message.StatusCompleted, FinishedAt: &taskBegan,
	}); err != nil {
		t.Fatal(err)
	}
	recorded, err := b.store.GetRun(t.Context(), workspace.Key, "c.k")
	if err != nil || recorded.FinishedAt == nil || !recorded.FinishedAt.Equal(arrived) {
		t.Errorf("finished at %v, %v", recorded.FinishedAt, err)
	}
}

func TestUpdatePersonReadsIDsOfAnyKind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := []struct{ trigger, person, why string }{
		{`{"id":12345678901234567890}`, "12345678901234567890", "the person was added"},
		{`{"id":"a/b+c d"}`, "a/b+c d", "the person was added"},
		{`{}`, "", "the person's id is empty"},
		{`{"id":null}`, "", "the person's id is empty"},
		{`{"id":" \t"}`, "", "the person's id is blank: nobody was changed"},
		{`{"id":true}`, "", "the person's id is true, not a text or a number: nobody was changed"},
		{`{"id":["a"]}`, "", "the person's id is a list, not a text or a number: nobody was changed"},
		{`{"id":{"a":1}}`, "", "the person's id is an object, not a text or a number: nobody was changed"},
	}
	for i, c := range cases {
		got, err := b.UpdatePerson(t.Context(), message.UpdatePersonInput{
			Run: run(fmt.Sprintf("c.%d", i), arrived), Visit: message.Visit{Node: "0#1", Sequence: 1}, Create: true,
			Person: json.RawMessage(`"{{ trigger.id }}"`), Set: map[string]json.RawMessage{"a": json.RawMessage("1")},
			Subject: message.Subject{Trigger: json.RawMessage(c.trigger)},
		})
		if err != nil || got.Person != c.person || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %+v, %v", c.trigger, got, err)
		}
	}
}

func TestWhatNoRetryMendsNamesItsKind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.addPeople(t, 1, `{"phone":"+15550100123"}`)
	everybody := "person.phone exists"
	_, err := b.BatchUpdate(t.Context(), batch(t, "c.1", arrived, everybody, `{"a":"{{ trigger.x | divided_by: 0 }}"}`, `{"x":1}`, 10))
	assertFailure(t, err, activities.TemplateFailed, "by 0")
	_, err = b.BatchUpdate(t.Context(), batch(t, "c.2", arrived, everybody, `{"a":"\u0000"}`, `{}`, 10))
	assertFailure(t, err, activities.InvalidValue, "")
	in := batch(t, "c.3", arrived, everybody, `{"a":1}`, `{}`, 10)
	in.Run.Workspace = "other"
	_, err = b.BatchUpdate(t.Context(), in)
	assertFailure(t, err, activities.UnknownWorkspace, "other")
}

// assertFailure checks that an error is of a kind that is never tried again.
func assertFailure(t *testing.T, err error, kind, says string) {
	t.Helper()
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != kind || !failure.NonRetryable() || !strings.Contains(failure.Message(), says) {
		t.Errorf("failed with %v, want %s saying %q", err, kind, says)
	}
}
