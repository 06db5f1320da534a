package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/temporal"
	"replyflow/workflows"
)

type shownRun struct {
	ID, Campaign, Status, Outcome, Failure string
	WorkflowID                             string `json:"workflow_id"`
	Version                                int
	FinishedAt                             *time.Time `json:"finished_at"`
	Steps                                  []struct {
		Node, Name, Type, Why string
		Result                json.RawMessage
	}
}

// record writes a run as the activities do.
func (b *bench) record(key string, status message.RunStatus, steps ...message.Step) string {
	b.t.Helper()
	id := workflows.RunID("greeting", key)
	ref := message.RunRef{Workspace: "default", Campaign: "greeting", Version: 1, ID: id, At: testNow}
	_, err := b.store.BeginRun(b.t.Context(), message.BeginRunInput{
		Run: ref, WorkflowID: workflows.RunWorkflowID("default", "greeting", key), Execution: "e",
		Event: message.Event{Key: key, ArrivedAt: testNow, Payload: json.RawMessage("{}")},
	})
	if err == nil && status != message.StatusRunning {
		_, err = b.store.RecordRun(b.t.Context(), message.RecordRunInput{
			Run: ref, Execution: "e", Status: status, Outcome: message.OutcomeUpdated, FinishedAt: &testNow, Steps: steps,
		})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func TestRecordedRuns(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.record("SM1", message.StatusCompleted,
		message.Step{Node: "0#1", Name: "Known", Type: "branch", At: testNow, Result: json.RawMessage("true"), Why: "From is 0155"},
		message.Step{Node: "0.then.0#1", Name: "Mark", Type: "update_person", At: testNow, Result: json.RawMessage(`{"found":true}`), Why: "changed"})
	b.record("SM2", message.StatusRunning)

	var run shownRun
	b.must(http.StatusOK, "GET", "/api/v1/runs/"+id, "").decode(t, &run)
	if run.ID != id || run.WorkflowID != "run/default/greeting/SM1" || run.Status != "completed" || run.FinishedAt == nil {
		t.Errorf("run %+v", run)
	}
	if len(run.Steps) != 2 || string(run.Steps[0].Result) != "true" || run.Steps[1].Name != "Mark" {
		t.Errorf("steps %+v", run.Steps)
	}
	for query, want := range map[string]int{
		"": 2, "?campaign=greeting": 2, "?campaign=other": 0, "?status=running": 1, "?status=completed": 1, "?person=ann": 0,
	} {
		var list struct{ Runs []shownRun }
		b.must(http.StatusOK, "GET", "/api/v1/runs"+query, "").decode(t, &list)
		if list.Runs == nil || len(list.Runs) != want {
			t.Errorf("%s lists %d runs, want %d", query, len(list.Runs), want)
		}
	}
	b.refused(http.StatusUnprocessableEntity, "GET", "/api/v1/runs?status=odd", "")
	b.refused(http.StatusNotFound, "GET", "/api/v1/runs/"+id, "", "Authorization", "Bearer "+otherKey)
}

// recorded is the history of a run of the greeting campaign that got as far as
// the entries say.
func recorded(t *testing.T, status enumspb.WorkflowExecutionStatus, entries ...temporal.Entry) *temporal.History {
	t.Helper()
	definition, problems := definitions.Load("greeting.yaml", []byte(greeting+`  - exit: Done
  - branch: Never
    if: From exists
    then: [{exit: Not here}]
`))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	input, err := json.Marshal(workflows.CampaignRunInput{
		Workspace: "default", Version: 3, Event: message.Event{Key: "SM1", ArrivedAt: testNow}, Definition: definition.Compiled(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &temporal.History{
		WorkflowType: "CampaignRun", Summary: "Greeting, version 3", Input: input, StartedAt: testNow, Status: status,
		Entries: append([]temporal.Entry{{Type: "BeginRun", Local: true, Attempt: 1, At: testNow, Result: json.RawMessage(`{"run":"x"}`)}}, entries...),
	}
}

func entry(activity, result, failure string) temporal.Entry {
	e := temporal.Entry{Type: activity, Local: true, Attempt: 1, At: testNow, Failure: failure}
	if result != "" {
		e.Result = json.RawMessage(result)
	}
	return e
}

func TestHistoryIsRetraced(t *testing.T) {
	t.Parallel()
	const (
		running, completed, failed = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
		known                      = `{"condition":"From is 0155","value":true,"why":"From is 0155"}`
		unknown                    = `{"condition":"From is 0155","value":false,"why":"From is 7"}`
		marked                     = `{"person":"ann","found":true,"changed":true,"why":"ann was changed"}`
	)
	open := temporal.Entry{Type: "UpdatePerson", Open: true, At: testNow}
	normal := entry("UpdatePerson", marked, "")
	normal.Local = false
	cases := []struct {
		name    string
		status  enumspb.WorkflowExecutionStatus
		entries []temporal.Entry
		want    []string
	}{
		{"the true side", completed, []temporal.Entry{entry("EvaluateBranch", known, ""), entry("UpdatePerson", marked, ""), entry("RecordRun", "{}", "")},
			[]string{"0#1 Known true: From is 0155", "0.then.0#1 Mark: ann was changed", "1#1 Done: the run ends here"}},
		{"the false side", completed, []temporal.Entry{entry("EvaluateBranch", unknown, ""), entry("RecordRun", "{}", "")},
			[]string{"0#1 Known false: From is 7", "1#1 Done: the run ends here"}},
		{"just begun", running, nil, nil},
		{"in an outage", running, []temporal.Entry{entry("EvaluateBranch", known, ""), entry("UpdatePerson", "", "down"), open},
			[]string{"0#1 Known true: From is 0155", "0.then.0#1 Mark: not done yet"}},
		{"after an outage", completed, []temporal.Entry{entry("EvaluateBranch", known, ""), entry("UpdatePerson", "", "down"), normal},
			[]string{"0#1 Known true: From is 0155", "0.then.0#1 Mark: ann was changed", "1#1 Done: the run ends here"}},
		{"failed", failed, []temporal.Entry{entry("EvaluateBranch", "", "too deep"), entry("RecordRun", "{}", "")},
			[]string{"0#1 Known: failed: too deep"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.history.histories = map[string]*temporal.History{"run/default/greeting/SM1": recorded(t, c.status, c.entries...)}
			var shown struct {
				Run     shownRun
				Path    []message.PathEntry
				Steps   []struct{ Node, Name, Why string }
				Entries []struct{ Activity string }
			}
			b.must(http.StatusOK, "GET", "/api/v1/runs/greeting.SM1/history", "").decode(t, &shown)
			var got []string
			for i, step := range shown.Steps {
				side := ""
				if result := shown.Path[i].Result; result != nil {
					side = fmt.Sprintf(" %t", *result)
				}
				got = append(got, step.Node+" "+step.Name+side+": "+step.Why)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if len(shown.Entries) != len(c.entries)+1 || shown.Run.Version != 3 || shown.Run.Campaign != "greeting" {
				t.Errorf("shown %+v", shown)
			}
		})
	}
}

// TestDuplicatesVisitNothing: a campaign whose first node ends the run has no
// activity that would tell.
func TestDuplicatesVisitNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	history := recorded(t, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
	history.Input = json.RawMessage(`{"definition": {"campaign": "greeting", "workflow": [{"exit": "Done"}]}}`)
	history.Entries[0].Result = json.RawMessage(`{"run": "x", "duplicate": true}`)
	history.Result = json.RawMessage(`{"status": "completed", "outcome": "duplicate"}`)
	b.history.histories = map[string]*temporal.History{"run/default/greeting/SM1": history}
	var run shownRun
	b.must(http.StatusOK, "GET", "/api/v1/runs/greeting.SM1", "").decode(t, &run)
	if len(run.Steps) != 0 || run.Outcome != "duplicate" {
		t.Errorf("run %+v", run)
	}
}

func TestRunWithoutARowAsksTemporal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.history.histories = map[string]*temporal.History{
		"run/default/greeting/SM1": recorded(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, entry("EvaluateBranch", `{"value":true,"why":"w"}`, "")),
	}
	var run shownRun
	b.must(http.StatusOK, "GET", "/api/v1/runs/greeting.SM1", "").decode(t, &run)
	if run.Status != "running" || run.Campaign != "greeting" || len(run.Steps) != 1 || run.FinishedAt != nil {
		t.Errorf("run %+v", run)
	}
	b.refused(http.StatusNotFound, "GET", "/api/v1/runs/greeting.SM1", "", "Authorization", "Bearer "+otherKey)
	for _, id := range []string{"greeting.SM2", "rubbish", "a%2Fb", ".", "x."} {
		b.refused(http.StatusNotFound, "GET", "/api/v1/runs/"+strings.ReplaceAll(id, ".", "%2E"), "")
		b.refused(http.StatusNotFound, "GET", "/api/v1/runs/"+strings.ReplaceAll(id, ".", "%2E")+"/history", "")
	}
	b.history.err = errors.New("connection refused by 10.0.0.1")
	if told := b.refused(http.StatusServiceUnavailable, "GET", "/api/v1/runs/greeting.SM1/history", ""); strings.Contains(told.Detail, "10.0.0.1") {
		t.Errorf("the answer tells of hosts: %s", told.Detail)
	}
}

func TestActivityLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes": {"a": 1}}`)
	b.must(http.StatusOK, "PUT", "/api/v1/people/ann", `{"attributes": {"a": 2}}`)
	type list struct {
		Activity []struct {
			ID, Type, Person string
			Data             json.RawMessage
		}
		Next string
	}
	var all, first list
	b.must(http.StatusOK, "GET", "/api/v1/activity?person=ann", "").decode(t, &all)
	if len(all.Activity) < 2 {
		t.Fatalf("activity %+v", all)
	}
	b.must(http.StatusOK, "GET", "/api/v1/activity?person=ann&limit=1", "").decode(t, &first)
	if len(first.Activity) != 1 || first.Next == "" || first.Activity[0].ID != all.Activity[0].ID {
		t.Errorf("first page %+v", first)
	}
	var none list
	b.must(http.StatusOK, "GET", "/api/v1/activity?type=nothing", "").decode(t, &none)
	if none.Activity == nil || len(none.Activity) != 0 {
		t.Errorf("none is %+v", none)
	}
}
