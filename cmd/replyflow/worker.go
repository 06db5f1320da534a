package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	sdkworker "go.temporal.io/sdk/worker"

	"replyflow/internal/temporal"
	"replyflow/worker"
)

// Starting a worker is tried again for as long as Temporal can't be reached.
const (
	workerRetry    = time.Second
	workerMaxRetry = 30 * time.Second
	workerCheck    = 10 * time.Second
)

func newWorkerCommand() *cobra.Command {
	var path string
	command := &cobra.Command{
		Use:   "worker --config FILE",
		Short: "Work on runs: those that never wait and those that wait or work long",
		Args:  misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRole(cmd, path, func(ctx context.Context, a *app) error {
				if err := a.loadCatalogue(ctx); err != nil {
					return err
				}
				a.superviseWorkers(ctx, true, true)
				_, _ = fmt.Fprintln(cmd.OutOrStdout(), "replyflow works")
				<-ctx.Done()
				return nil
			})
		},
	}
	addConfigFlag(command, &path)
	return command
}

// startWorkers starts the workers of the queues that this process works on. It
// refuses when a search attribute is missing: using one wedges a run for good.
func (a *app) startWorkers(ctx context.Context, short, long bool) error {
	checking, cancel := context.WithTimeout(ctx, workerCheck)
	defer cancel()
	if err := temporal.CheckSearchAttributes(checking, a.temporal, a.config.Temporal.Namespace); err != nil {
		return err
	}
	var workers []sdkworker.Worker
	if short {
		workers = append(workers, worker.Short(a.temporal, a.activities()))
	}
	if long {
		workers = append(workers, worker.Long(a.temporal, a.activities()))
	}
	for i, w := range workers {
		if err := w.Start(); err != nil {
			for _, started := range workers[:i] {
				started.Stop()
			}
			return fmt.Errorf("starting a worker: %w", err)
		}
	}
	for _, w := range workers {
		a.onClose(w.Stop)
	}
	return nil
}

// superviseWorkers starts the workers in the background and tries again while
// Temporal can't be reached. A worker that runs waits outages out by itself.
func (a *app) superviseWorkers(ctx context.Context, short, long bool) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	started := &app{
		config: a.config, logger: a.logger, store: a.store, temporal: a.temporal, senders: a.senders, campaigns: a.campaigns,
	}
	go func() {
		defer close(done)
		for pause := workerRetry; ; pause = min(2*pause, workerMaxRetry) {
			err := started.startWorkers(ctx, short, long)
			if err == nil || ctx.Err() != nil {
				return
			}
			a.logger.Error("the workers can't start yet; trying again", "error", err, "pause", pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
		}
	}()
	a.onClose(func() {
		cancel()
		<-done
		started.close()
	})
}
