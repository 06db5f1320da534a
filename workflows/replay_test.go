package workflows_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/temporal"
	"replyflow/workflows"
)

// TestRecordedHistoriesReplay replays every recorded history on today's code.
// When it fails, a run that is open now would fail in the same way: guard the
// change with workflow.GetVersion. make histories records new ones.
func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no recorded histories: run make histories")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			if err := replay(t, file, all); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestReplayCatchesAChange replays a history on a workflow that calls one thing
// less: a replay that passed everything would guard nothing.
func TestReplayCatchesAChange(t *testing.T) {
	t.Parallel()
	forgetful := func(ctx workflow.Context, in workflows.CampaignRunInput) (workflows.CampaignRunResult, error) {
		in.Definition.Workflow = nil
		return workflows.CampaignRun(ctx, in)
	}
	if err := replay(t, "testdata/histories/sms-opt-out-stop.json", map[string]any{workflows.CampaignRunType: forgetful}); err == nil {
		t.Error("the history replays on a workflow that visits no node")
	}
}

// TestEveryShippedCampaignHasAHistory fails when a campaign is shipped without
// a recorded run.
func TestEveryShippedCampaignHasAHistory(t *testing.T) {
	t.Parallel()
	for _, shipped := range definitions.Shipped() {
		definition, _ := definitions.Load(shipped.File, shipped.Data)
		files, err := filepath.Glob("testdata/histories/" + definition.Key + "-*.json")
		if err != nil || len(files) == 0 {
			t.Errorf("campaign %s has no recorded history: run make histories", definition.Key)
		}
	}
}

// all are the workflows by their types.
var all = map[string]any{
	workflows.CampaignRunType:     workflows.CampaignRun,
	workflows.InboundMessageType:  workflows.InboundMessage,
	workflows.ProviderUpdatesType: workflows.ProviderUpdates,
	workflows.AttachMessagesType:  workflows.AttachMessages,
}

func replay(t *testing.T, file string, types map[string]any) error {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	history, err := client.HistoryFromJSON(bytes.NewReader(data), client.HistoryJSONOptions{})
	if err != nil {
		t.Fatal(err)
	}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter:               temporal.NewDataConverter(nil),
		FailureConverter:            temporal.NewFailureConverter(nil),
		DisableRegistrationAliasing: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range types {
		replayer.RegisterWorkflowWithOptions(run, workflow.RegisterOptions{Name: name})
	}
	return replayer.ReplayWorkflowHistory(nil, history)
}
