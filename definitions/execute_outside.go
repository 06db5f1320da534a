package definitions

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// An activity that calls somebody else's server is tried for as long as its
// answer may still matter; the activity itself knows when that is over.
const (
	outsideTimeout  = 30 * time.Second
	outsideTotal    = 24 * time.Hour
	outsideRetry    = time.Second
	outsideMaxRetry = time.Minute
)

// ExecuteOutside calls an activity that touches the world outside: a normal
// activity, recorded before and after, so that a worker that dies in between is
// noticed and the call is made again by one that knows it may be the second.
func ExecuteOutside[A, In, Out any](ctx workflow.Context, method Method[A, In, Out], in In, summary string) (Out, error) {
	var out Out
	outside := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    outsideTimeout,
		ScheduleToCloseTimeout: outsideTotal,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: outsideRetry, BackoffCoefficient: 2, MaximumInterval: outsideMaxRetry,
		},
		Summary: Summary(summary),
	})
	err := workflow.ExecuteActivity(outside, method.Name(), in).Get(ctx, &out)
	return out, err
}
