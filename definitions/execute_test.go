package definitions

import (
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"replyflow/internal/message"
)

func TestSummaryFitsIntoTemporal(t *testing.T) {
	t.Parallel()
	if got := Summary("Opted out: OptOutType is STOP"); got != "Opted out: OptOutType is STOP" {
		t.Errorf("a short summary becomes %q", got)
	}
	long := Summary("x" + strings.Repeat("é", 1_000))
	if len(long) > 400 || !utf8.ValidString(long) || !strings.HasSuffix(long, "…") {
		t.Errorf("a long summary has %d bytes: %q", len(long), long)
	}
}

// TestLongWorkOfADeadWorkerIsTakenOverSoon: Temporal learns of a killed worker by
// its missing heartbeat.
func TestLongWorkOfADeadWorkerIsTakenOverSoon(t *testing.T) {
	t.Parallel()
	env := (&testsuite.WorkflowTestSuite{}).NewTestWorkflowEnvironment()
	env.RegisterActivityWithOptions(func(context.Context, message.BatchUpdateInput) (message.BatchUpdateResult, error) {
		return message.BatchUpdateResult{}, nil
	}, activity.RegisterOptions{Name: Method[Activities, message.BatchUpdateInput, message.BatchUpdateResult](Activities.BatchUpdatePaged).Name()})
	var heartbeat time.Duration
	env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
		heartbeat = info.HeartbeatTimeout
	})
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		_, err := ExecuteLong(ctx, Activities.BatchUpdatePaged, message.BatchUpdateInput{}, "")
		return err
	})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	if heartbeat <= 0 || heartbeat > 10*time.Second {
		t.Errorf("a dead worker is noticed after %s", heartbeat)
	}
}
