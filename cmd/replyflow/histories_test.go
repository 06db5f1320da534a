package main

import (
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
		path := filepath.Join("..", "..", "workflows", "testdata", "histories", run.name+".json")
		if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
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
