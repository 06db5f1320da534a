package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"replyflow/internal/message"
	"replyflow/internal/store"
)

// BatchUpdatePaged sets attributes on everyone who matches, page by page. The
// cursor lives in the database, in the same transaction as its page, so a
// worker that dies costs nothing but the page it was at; heartbeats only tell
// Temporal that the work goes on.
func (a *Activities) BatchUpdatePaged(ctx context.Context, in message.BatchUpdateInput) (message.BatchUpdateResult, error) {
	workspace, update, err := a.batch(ctx, in)
	if err != nil {
		return message.BatchUpdateResult{}, err
	}
	progress, err := longStep(ctx, store.BatchProgress{}, func(ctx context.Context) (store.BatchProgress, error) {
		return a.store.BatchBegin(ctx, workspace, update)
	})
	for err == nil && !progress.Done {
		activity.RecordHeartbeat(ctx, progress)
		progress, err = longStep(ctx, progress, func(ctx context.Context) (store.BatchProgress, error) {
			return a.store.BatchPage(ctx, workspace, update)
		})
	}
	if err != nil {
		return message.BatchUpdateResult{}, storeFailure(err)
	}
	return batchResult(workspace, update, store.BatchResult{
		Matched: progress.Matched, Changed: progress.Changed, Overtaken: progress.Overtaken,
	}), nil
}
