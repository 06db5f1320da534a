package activities

import (
	"context"

	"replyflow/internal/message"
)

// BeginRun claims the delivery for the run and keeps its payload as a sample.
func (a *Activities) BeginRun(ctx context.Context, in message.BeginRunInput) (message.BeginRunResult, error) {
	result, err := a.store.BeginRun(ctx, in)
	return result, storeFailure(err)
}

// RecordRun writes the run's state and steps. A run that ended, ended now: a
// workflow's own time stands still within a workflow task, at its beginning.
func (a *Activities) RecordRun(ctx context.Context, in message.RecordRunInput) (message.RecordRunResult, error) {
	if in.FinishedAt != nil {
		now := a.now()
		in.FinishedAt = &now
	}
	result, err := a.store.RecordRun(ctx, in)
	return result, storeFailure(err)
}
