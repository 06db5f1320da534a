package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"replyflow/internal/config"
	"replyflow/internal/telemetry"
)

func newServeCommand() *cobra.Command {
	var path string
	var noWorker bool
	command := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Serve webhooks and the API, with a worker for runs that never wait",
		Args:  misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRole(cmd, path, func(ctx context.Context, a *app) error {
				return serve(ctx, cmd, a, noWorker)
			})
		},
	}
	addConfigFlag(command, &path)
	command.Flags().BoolVar(&noWorker, "no-worker", false, "leave short runs to other processes; starts are then no longer eager")
	return command
}

func serve(ctx context.Context, cmd *cobra.Command, a *app, noWorker bool) error {
	if err := a.loadCatalogue(ctx); err != nil {
		return err
	}
	launcher, err := a.startIntake()
	if err != nil {
		return err
	}
	handler, err := a.handler(ctx, launcher)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.config.Listen)
	if err != nil {
		return fmt.Errorf("webhooks and the API can't listen on %s: %w; change listen in the configuration", a.config.Listen, err)
	}
	a.superviseWorkers(ctx, !noWorker, false)
	a.startAttaching()
	a.startRetention()
	a.serveHTTP(listener, handler)
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "replyflow serves on http://%s\n", listener.Addr())
	<-ctx.Done()
	return nil
}

// runRole opens what every production role needs, runs the role, and closes it.
func runRole(cmd *cobra.Command, path string, role func(context.Context, *app) error) error {
	if path == "" {
		return misuseError{errors.New("--config FILE is needed: docs/operating.md shows one to begin with")}
	}
	cfg, err := config.Load(path)
	if err != nil {
		return err
	}
	logger := telemetry.NewLogger(cmd.ErrOrStderr(), slog.LevelInfo, false)
	a, err := openApp(cmd.Context(), cfg, logger)
	if err != nil {
		return err
	}
	defer a.close()
	return role(cmd.Context(), a)
}

func addConfigFlag(command *cobra.Command, path *string) {
	command.Flags().StringVar(path, "config", "", "the configuration file (required)")
}
