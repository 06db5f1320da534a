package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

const (
	// heartbeatEvery is how often a step says that it goes on: often enough for
	// the heartbeat timeout of long activities (8 s, see definitions), of which the
	// SDK holds beats back for four fifths.
	heartbeatEvery = time.Second
	// stepTimeout is how long a step may take: far longer than counting millions
	// of people does. A beating heart must not keep alive what a database never
	// answers.
	stepTimeout = 5 * time.Minute
	// stopRetry is when the work of a worker that stops is handed to another, or to
	// the same when it starts again, however often it was tried before.
	stopRetry = time.Second
)

// WorkerStopping: the worker stops, and what was going on is done again elsewhere.
const WorkerStopping = "WorkerStopping"

// errStopping is benign: stopping a worker is no reason for an error in its log.
var errStopping = temporal.NewApplicationErrorWithOptions("the worker stops; another one goes on, or this one when it starts again",
	WorkerStopping, temporal.ApplicationErrorOptions{NextRetryDelay: stopRetry, Category: temporal.ApplicationErrorCategoryBenign})

// longStep does one step of an activity that works long. It tells Temporal that
// the work goes on, by time and not by steps: one that waits for a lock or counts
// millions takes longer than a heartbeat may. When the worker stops, the step is
// broken off rather than waited for, since the process may end before it does,
// and Temporal would learn of that only by the missing heartbeat. A step must
// therefore be one transaction, or change nothing.
func longStep[T any](ctx context.Context, progress any, step func(context.Context) (T, error)) (T, error) {
	var none T
	stop := activity.GetWorkerStopChannel(ctx)
	select {
	case <-stop:
		return none, errStopping
	default:
	}
	working, end := context.WithCancelCause(ctx)
	defer end(nil)
	bounded, cancel := context.WithTimeout(working, stepTimeout)
	defer cancel()
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(heartbeatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				activity.RecordHeartbeat(ctx, progress)
			case <-stop:
				end(errStopping)
				return
			case <-bounded.Done():
				return
			}
		}
	})
	done, err := step(bounded)
	cancel()
	beating.Wait()
	switch {
	case err == nil:
		return done, nil
	case errors.Is(context.Cause(working), errStopping):
		return none, errStopping
	case ctx.Err() != nil:
		return none, ctx.Err()
	}
	return none, err
}
