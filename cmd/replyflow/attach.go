package main

import (
	"context"
	"time"

	"replyflow/internal/inbound"
	"replyflow/workflows"
)

// How often numbers that got an owner are looked for, and how many at once.
const (
	attachEvery = time.Second
	attachPage  = 100
)

// startAttaching starts a workflow for each number with anonymous messages that
// got an owner, until close. Several processes may: the workflow's id is the
// row's.
func (a *app) startAttaching() {
	a.everySoOften(attachEvery, func(ctx context.Context) error {
		pending, err := a.store.ListPendingAttachments(ctx, attachPage)
		if err != nil {
			return err
		}
		for _, one := range pending {
			if err := a.attach(ctx, one); err != nil {
				return err
			}
		}
		return nil
	}, "the anonymous messages of new people can't be attached yet")
}

func (a *app) attach(ctx context.Context, pending inbound.AttachMessagesInput) error {
	workspace, known := a.workspace(pending.Workspace)
	if !known {
		// Another process may have the configuration that does.
		return nil
	}
	if workspace.KeepAnonymous {
		return a.store.DropPendingAttachment(ctx, pending.Pending)
	}
	_, err := workflows.StartAttachMessages(ctx, a.temporal, pending)
	return err
}

// everySoOften does something again and again until close, and logs once when it
// begins to fail.
func (a *app) everySoOften(pause time.Duration, do func(context.Context) error, complaint string) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		failing := false
		for {
			err := do(ctx)
			if err != nil && !failing && ctx.Err() == nil {
				a.logger.Warn(complaint, "error", err)
			}
			failing = err != nil
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
		}
	}()
	a.onClose(func() {
		stop()
		<-done
	})
}
