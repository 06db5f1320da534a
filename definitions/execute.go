package definitions

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// How long and how often activities are tried. A local activity must end well
// within the workflow task (5 s, see workflows), so it retries fast and
// briefly; what is still failing then goes on as a normal activity.
const (
	localAttempts    = 4
	localTimeout     = 2 * time.Second
	localTotal       = 3 * time.Second
	localFirstRetry  = 50 * time.Millisecond
	activityTimeout  = 30 * time.Second
	activityRetry    = time.Second
	activityMaxRetry = time.Minute
	longTimeout      = 24 * time.Hour
	longHeartbeat    = 8 * time.Second
)

// maxSummary is how many bytes of a summary Temporal is given. It documents 400
// and refuses the workflow task, for ever, when a summary is too long; a
// condition may list a thousand values.
const maxSummary = 300

// Summary shortens a text to what Temporal takes as a summary.
func Summary(text string) string {
	if len(text) <= maxSummary {
		return text
	}
	return strings.ToValidUTF8(text[:maxSummary], "") + "…"
}

// Method is a method expression of an interface of activities, as in
// Activities.EvaluateBranch. It carries the types of input and result, so that
// the compiler checks every call of an activity, and its own name.
type Method[A, In, Out any] func(A, context.Context, In) (Out, error)

// Execute calls an activity that only touches the store: as a local activity,
// which costs no round trip to Temporal, and when that keeps failing because
// the store is down, as a normal activity that waits out the outage. An error
// that no retry can mend comes back at once.
func Execute[A, In, Out any](ctx workflow.Context, method Method[A, In, Out], in In, summary string) (Out, error) {
	var out Out
	name := method.Name()
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: localTotal,
		StartToCloseTimeout:    localTimeout,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: localFirstRetry, BackoffCoefficient: 2, MaximumAttempts: localAttempts,
		},
		Summary: Summary(summary),
	})
	err := workflow.ExecuteLocalActivity(local, name, in).Get(ctx, &out)
	if err == nil || !mendable(err) {
		return out, err
	}
	normal := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: activityTimeout,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: activityRetry, BackoffCoefficient: 2, MaximumInterval: activityMaxRetry,
		},
		Summary: Summary(summary),
	})
	err = workflow.ExecuteActivity(normal, name, in).Get(ctx, &out)
	return out, err
}

// ExecuteLong calls an activity that works for longer than a workflow task may
// take. It heartbeats and is tried until it succeeds or says that no retry can
// mend it.
func ExecuteLong[A, In, Out any](ctx workflow.Context, method Method[A, In, Out], in In, summary string) (Out, error) {
	var out Out
	long := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: longTimeout,
		HeartbeatTimeout:    longHeartbeat,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: activityRetry, BackoffCoefficient: 2, MaximumInterval: activityMaxRetry,
		},
		Summary: Summary(summary),
	})
	err := workflow.ExecuteActivity(long, method.Name(), in).Get(ctx, &out)
	return out, err
}

// Name is the method's own name, under which the worker registers it.
func (m Method[A, In, Out]) Name() string {
	name := runtime.FuncForPC(reflect.ValueOf(m).Pointer()).Name()
	return name[strings.LastIndex(name, ".")+1:]
}

// mendable reports whether trying again may help.
func mendable(err error) bool {
	var application *temporal.ApplicationError
	if errors.As(err, &application) {
		return !application.NonRetryable()
	}
	return !temporal.IsCanceledError(err)
}
