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

// RecordRun writes the run's state and steps.
func (a *Activities) RecordRun(ctx context.Context, in message.RecordRunInput) (message.RecordRunResult, error) {
	result, err := a.store.RecordRun(ctx, in)
	return result, storeFailure(err)
}
