package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"replyflow/api"
	"replyflow/internal/spool"
	"replyflow/internal/store"
	"replyflow/webhook"
)

// startIntake opens what takes deliveries when Temporal can't, and starts the
// relay of what waits.
func (a *app) startIntake() (*webhook.Launcher, error) {
	options := webhook.LauncherOptions{
		Starter: a.starter, Table: intakeTable{a.store}, CheckTemporal: a.askTemporal, Logger: a.logger,
	}
	if dir := a.config.Spool.Dir; dir != "" {
		files, err := spool.Open[webhook.Entry](filepath.Join(dir, "intake"), spool.Options{
			MaxBytes: int64(a.config.Spool.MaxBytes), Logger: a.logger,
		})
		if err != nil {
			return nil, err
		}
		a.onClose(func() {
			if err := files.Close(); err != nil {
				a.logger.Error("closing the spool", "error", err)
			}
		})
		options.Spool = files
	}
	launcher := webhook.NewLauncher(options)
	a.metrics.WatchIntake(launcher.Metrics)
	relaying, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		webhook.NewRelay(launcher, relayOwner()).Run(relaying)
	}()
	a.onClose(func() {
		stop()
		<-done
	})
	return launcher, nil
}

// serverIntake is how intake is doing, as the API shows it.
func serverIntake(launcher *webhook.Launcher) func(context.Context) api.ServerIntake {
	return func(ctx context.Context) api.ServerIntake {
		status := launcher.Status(ctx)
		return api.ServerIntake{
			Spooled: status.Spooled, SpooledBytes: status.SpooledBytes, Damaged: status.Damaged, DamagedFiles: status.DamagedFiles,
			Temporal: api.IntakeState(status.Temporal), Table: api.IntakeState(status.Table), Spool: api.IntakeState(status.Spool),
		}
	}
}

// relayOwner names this process among those that relay.
func relayOwner() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return host + "-" + randomHex(8)
}

// intakeTable is the intake table as webhooks see it.
type intakeTable struct{ store *store.Store }

// AppendIntake implements webhook.Table.
func (t intakeTable) AppendIntake(ctx context.Context, entries []webhook.Entry) error {
	rows := make([]store.IntakeEntry, len(entries))
	for i, entry := range entries {
		rows[i] = store.IntakeEntry{
			ID: entry.ID, Workspace: entry.Workspace, Kind: entry.Kind, Order: entry.Order, WorkflowID: entry.WorkflowID,
			Input: entry.Input, ArrivedAt: entry.ArrivedAt, Attempts: entry.Attempts,
			Reason: entry.Reason, Dead: entry.Dead,
		}
	}
	return t.store.AppendIntake(ctx, rows)
}

// ListIntake implements webhook.Table.
func (t intakeTable) ListIntake(ctx context.Context, limit int, except []string) ([]webhook.Entry, error) {
	rows, err := t.store.ListIntake(ctx, limit, except)
	entries := make([]webhook.Entry, len(rows))
	for i, row := range rows {
		entries[i] = webhook.Entry{
			ID: row.ID, Workspace: row.Workspace, Kind: row.Kind, Order: row.Order, WorkflowID: row.WorkflowID,
			Input: row.Input, ArrivedAt: row.ArrivedAt, Attempts: row.Attempts,
			Reason: row.Reason, Dead: row.Dead,
		}
	}
	return entries, err
}

// DeleteIntake implements webhook.Table.
func (t intakeTable) DeleteIntake(ctx context.Context, ids []string) error {
	return t.store.DeleteIntake(ctx, ids)
}

// MarkIntakeDead implements webhook.Table.
func (t intakeTable) MarkIntakeDead(ctx context.Context, id, reason string) error {
	return t.store.MarkIntakeDead(ctx, id, reason)
}

// DelayIntake implements webhook.Table.
func (t intakeTable) DelayIntake(ctx context.Context, id string, until time.Time, reason string) error {
	return t.store.DelayIntake(ctx, id, until, reason)
}

// CountIntake implements webhook.Table.
func (t intakeTable) CountIntake(ctx context.Context) (webhook.TableCount, error) {
	status, err := t.store.IntakeStatus(ctx, "")
	return webhook.TableCount(status), err
}

// Check implements webhook.Table.
func (t intakeTable) Check(ctx context.Context) error { return t.store.Ping(ctx) }

// TakeIntakeLease implements webhook.Table.
func (t intakeTable) TakeIntakeLease(ctx context.Context, owner string, length time.Duration) (bool, error) {
	return t.store.TakeIntakeLease(ctx, owner, length)
}

// DropIntakeLease implements webhook.Table.
func (t intakeTable) DropIntakeLease(ctx context.Context, owner string) error {
	return t.store.DropIntakeLease(ctx, owner)
}
