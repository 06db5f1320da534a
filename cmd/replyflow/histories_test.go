package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/workflows"
)

var recordHistories = flag.Bool("record", false, "record the histories that the replay tests replay")

// recorded are the runs whose histories are kept: each shipped campaign on each
// side of its branches.
var recorded = []struct{ name, campaign, optOutType string }{
	{"sms-opt-out-stop", "sms-opt-out", "STOP"},
	{"sms-opt-out-none", "sms-opt-out", ""},
	{"sms-opt-out-in-stop", "sms-opt-out-in", "STOP"},
	{"sms-opt-out-in-start", "sms-opt-out-in", "START"},
	{"sms-opt-out-in-help", "sms-opt-out-in", "HELP"},
}

// TestRecordHistories writes the histories of real runs of the shipped
// campaigns on the embedded server.
func TestRecordHistories(t *testing.T) {
	if !*recordHistories {
		t.Skip("records fixtures, tests nothing: make histories runs it")
	}
	d := startTestDev(t, devOptions{noTemporalUI: true})
	for i, run := range recorded {
		id, err := startRunAt(t, d, run.campaign, sid(i), samplePeople[0].phone, run.optOutType, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.temporal.GetWorkflow(t.Context(), id, "").Get(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		keepHistory(t, d, id, run.name)
	}
	recordMessages(t, d)
}

// recordMessages records the workflows around inbound messages.
func recordMessages(t *testing.T, d *dev) {
	t.Helper()
	api := apiClient{d.file}
	for _, request := range []struct{ path, body string }{{"/api/v1/campaigns", joinCampaign}, {"/api/v1/campaigns/join/start", ""}} {
		if status, err := api.do("POST", request.path, request.body, nil); err != nil || status >= 300 {
			t.Fatalf("%s: status %d, %v", request.path, status, err)
		}
	}
	for i, said := range []struct{ name, from, body string }{
		{"inbound-stop", samplePeople[3].phone, "STOP"},
		{"inbound-stop-again", samplePeople[3].phone, "Stop."},
		{"inbound-start", samplePeople[3].phone, "START"},
		{"inbound-near-miss", samplePeople[1].phone, "stop by tomorrow?"},
		{"inbound-stranger", "+15555550177", "Is it back?"},
		{"inbound-campaign", samplePeople[0].phone, "Join"},
	} {
		mustInbound(t, d.file, sid(100+i), said.from, said.body, "")
		id := "inbound/default/sms/" + sid(100+i)
		if err := d.temporal.GetWorkflow(t.Context(), id, "").Get(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		keepHistory(t, d, id, said.name)
	}
	started, err := workflows.StartProviderUpdates(t.Context(), d.temporal, "recorded", workflows.ProviderUpdatesInput{
		Workspace: message.DefaultWorkspace, Updates: []message.Update{{
			Key: "recorded", Sender: message.SenderRef{Workspace: message.DefaultWorkspace, Name: "Sample sender", Address: sampleAddress},
			Channel: message.SMS, ArrivedAt: time.Now(), Status: &message.DeliveryStatus{ProviderID: sid(1), Status: "delivered", To: samplePeople[0].phone},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.temporal.GetWorkflow(t.Context(), started.WorkflowID, "").Get(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	keepHistory(t, d, started.WorkflowID, "updates-status")
}

// keepHistory writes a workflow's history, unless there is one by that name: an
// older one shows more.
func keepHistory(t *testing.T, d *dev, id, name string) {
	t.Helper()
	path := filepath.Join("..", "..", "workflows", "testdata", "histories", name+".json")
	if _, err := os.Stat(path); err == nil {
		return
	}
	history := &historypb.History{}
	events := d.temporal.GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		anonymise(event)
		history.Events = append(history.Events, event)
	}
	text, err := protojson.MarshalOptions{Multiline: true, Indent: "  "}.Marshal(history)
	if err != nil {
		t.Fatal(err)
	}
	// A sticky queue's name holds the machine's.
	if host, err := os.Hostname(); err == nil {
		text = bytes.ReplaceAll(text, []byte(host), []byte("example"))
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// anonymise takes the name of the recording machine out of an event.
func anonymise(event *historypb.HistoryEvent) {
	const identity = "worker@example"
	if started := event.GetWorkflowExecutionStartedEventAttributes(); started != nil {
		started.Identity = identity
	}
	if started := event.GetWorkflowTaskStartedEventAttributes(); started != nil {
		started.Identity = identity
	}
	if completed := event.GetWorkflowTaskCompletedEventAttributes(); completed != nil {
		completed.Identity = identity
	}
}

// startRunAt starts the run of a delivery that arrived at a given time, as
// intake does, and returns its workflow id.
func startRunAt(t *testing.T, d *dev, campaign, key, from, optOutType string, at time.Time) (string, error) {
	t.Helper()
	shown, err := d.store.GetCampaign(t.Context(), message.DefaultWorkspace, campaign)
	if err != nil {
		return "", err
	}
	var definition definitions.Definition
	if err := json.Unmarshal(shown.Definition, &definition); err != nil {
		return "", err
	}
	payload := map[string]string{"MessageSid": key, "From": from, "Body": optOutType}
	if optOutType != "" {
		payload["OptOutType"] = optOutType
	}
	encoded, err := json.Marshal(payload)
	if err != nil {
		return "", err
	}
	started, err := workflows.StartCampaignRun(t.Context(), d.temporal, workflows.CampaignRunInput{
		Workspace: message.DefaultWorkspace, Version: shown.Version, Definition: definition.Compiled(),
		Event: message.Event{Key: key, ArrivedAt: at, Payload: encoded},
	})
	if err != nil {
		return "", fmt.Errorf("starting the run: %w", err)
	}
	return started.WorkflowID, nil
}
