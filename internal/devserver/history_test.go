package devserver

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"replyflow/internal/temporal"
	"replyflow/workflows"
)

// update writes the recorded histories that package temporal reads in its tests.
var update = flag.Bool("update", false, "rewrite the recorded histories of internal/temporal")

// exactNumber has more digits than a float64.
const exactNumber = "12345678901234567890.10"

// look is an activity whose second attempt succeeds; "nobody" never does.
func look(ctx context.Context, whom string) (map[string]any, error) {
	if whom == "nobody" {
		return nil, sdktemporal.NewNonRetryableApplicationError("more people match than may be changed", "BatchLimitExceeded", nil)
	}
	if activity.GetInfo(ctx).Attempt < 2 {
		return nil, errors.New("not now")
	}
	return map[string]any{"whom": whom, "number": json.Number(exactNumber)}, nil
}

// inspect runs local and normal activities that succeed, and one that fails, which
// it returns when its input asks for it.
func inspect(ctx workflow.Context, input json.RawMessage) (json.RawMessage, error) {
	retry := &sdktemporal.RetryPolicy{InitialInterval: time.Millisecond}
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 10 * time.Second, RetryPolicy: retry, Summary: "look at ann, here",
	})
	if err := workflow.ExecuteLocalActivity(local, look, "ann").Get(ctx, nil); err != nil {
		return nil, err
	}
	remote := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Second, RetryPolicy: retry, Summary: "look at bob, there",
	})
	if err := workflow.ExecuteActivity(remote, look, "bob").Get(ctx, nil); err != nil {
		return nil, err
	}
	_ = workflow.ExecuteActivity(remote, look, "nobody").Get(ctx, nil)
	err := workflow.ExecuteLocalActivity(local, look, "nobody").Get(ctx, nil)
	var asked struct{ Fail bool }
	if jsonErr := json.Unmarshal(input, &asked); jsonErr != nil {
		return nil, jsonErr
	}
	if !asked.Fail {
		err = nil
	}
	return input, err
}

func TestHistoriesReadAsWritten(t *testing.T) {
	t.Parallel()
	server := startServer(t, testOptions(t.TempDir()))
	keys, err := temporal.NewKeyRing(temporal.Key{ID: "may", Secret: []byte("0123456789abcdef0123456789abcdef")})
	require.NoError(t, err)

	for name, ring := range map[string]*temporal.KeyRing{"plain": nil, "encrypted": keys} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options := temporal.Options{
				Address: server.Address(), Namespace: testNamespace, Keys: ring, Logger: slog.New(slog.DiscardHandler),
			}.ClientOptions()
			options.Identity = "test" // the usual one names the machine, which is nobody's business in a recording
			c, err := client.DialContext(testContext(t), options)
			require.NoError(t, err)
			t.Cleanup(c.Close)
			w := worker.New(c, name, worker.Options{})
			w.RegisterWorkflow(inspect)
			w.RegisterActivity(look)
			require.NoError(t, w.Start())
			t.Cleanup(w.Stop)

			completed := `{"fail":false,"number":` + exactNumber + `}`
			checkHistory(t, record(t, c, name, "completed", completed), ring, completed, false)
			failed := `{"fail":true,"number":` + exactNumber + `}`
			checkHistory(t, record(t, c, name, "failed", failed), ring, failed, true)
		})
	}
}

// record runs inspect and returns its events, also written to a file on request.
func record(t *testing.T, c client.Client, queue, outcome, input string) []*historypb.HistoryEvent {
	t.Helper()
	ctx := testContext(t)
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "inspect-" + queue + "-" + outcome, TaskQueue: queue,
		StaticSummary: "look around", StaticDetails: "for **ann** and bob",
		TypedSearchAttributes: sdktemporal.NewSearchAttributes(workflows.SearchCampaign.ValueSet("sms-opt-out")),
	}, inspect, json.RawMessage(input))
	require.NoError(t, err)
	_ = run.Get(ctx, nil)

	history := &historypb.History{}
	for events := c.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), false, 0); events.HasNext(); {
		event, err := events.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	if *update {
		text, err := protojson.MarshalOptions{Multiline: true}.Marshal(history)
		require.NoError(t, err)
		path := filepath.Join("..", "temporal", "testdata", "history_"+queue+"_"+outcome+".json")
		require.NoError(t, os.WriteFile(path, append(text, '\n'), 0o644))
	}
	return history.GetEvents()
}

// checkHistory checks what an operator reads of a run of inspect.
func checkHistory(t *testing.T, events []*historypb.HistoryEvent, keys *temporal.KeyRing, input string, fails bool) {
	t.Helper()
	history := temporal.DecodeHistory(events, temporal.NewDataConverter(keys))
	require.Empty(t, history.Unreadable)
	require.Equal(t, "look around", history.Summary)
	require.Equal(t, "for **ann** and bob", history.Details)
	require.Equal(t, input, string(history.Input))
	require.Len(t, history.Entries, 4)
	require.Contains(t, string(history.Entries[0].Result), exactNumber)
	if fails {
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, history.Status)
		require.Contains(t, history.Failure, "more people match than may be changed (BatchLimitExceeded)")
		return
	}
	require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, history.Status)
	require.Equal(t, input, string(history.Result))
}
