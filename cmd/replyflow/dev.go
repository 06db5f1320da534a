package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"replyflow/internal/config"
	"replyflow/internal/telemetry"
)

// devOptions are the flags of replyflow dev.
type devOptions struct {
	dataDir, listen, config, database, temporal string
	temporalListen, temporalUIListen            string
	noTemporalUI, verbose                       bool
}

func newDevCommand() *cobra.Command {
	var options devOptions
	command := &cobra.Command{
		Use:   "dev",
		Short: "Start everything in one process: Temporal, its UI, the worker, webhooks and the API",
		Long: "Starts a whole installation in one process: an embedded Temporal server with its web UI, a SQLite database, " +
			"the worker, the webhook server and the API. It needs nothing but itself, keeps its data in a folder, and goes on " +
			"where it was when it is started on that folder again.",
		Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDev(cmd.Context(), cmd, options)
		},
	}
	flags := command.Flags()
	flags.StringVar(&options.dataDir, "data-dir", defaultDataDir, "the folder that keeps everything")
	flags.StringVar(&options.listen, "listen", "127.0.0.1:8080", "where webhooks and the API listen; port 0 picks a free one")
	flags.StringVar(&options.temporalListen, "temporal-listen", "127.0.0.1:7233", "where the embedded Temporal server listens")
	flags.StringVar(&options.temporalUIListen, "temporal-ui-listen", "127.0.0.1:8233", "where Temporal's web UI listens")
	flags.BoolVar(&options.noTemporalUI, "no-temporal-ui", false, "start without Temporal's web UI")
	flags.StringVar(&options.database, "database", "", "a database to use instead of SQLite in the folder, as postgres://…")
	flags.StringVar(&options.temporal, "temporal", "", "a Temporal server to use instead of the embedded one, as HOST:PORT")
	flags.StringVar(&options.config, "config", "", "a configuration file; without it, one workspace with sample people")
	flags.BoolVar(&options.verbose, "verbose", false, "log what happens, not only what goes wrong")
	return command
}

// runDev starts everything, says so, and stops everything when ctx ends.
func runDev(ctx context.Context, cmd *cobra.Command, options devOptions) error {
	dir, err := filepath.Abs(options.dataDir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data folder can't be made: %w", err)
	}
	level := slog.LevelWarn
	if options.verbose {
		level = slog.LevelInfo
	}
	logger := telemetry.NewLogger(cmd.ErrOrStderr(), level, true)

	dev, err := startDev(ctx, dir, options, logger)
	if err != nil {
		return err
	}
	defer dev.close()
	dev.printWelcome(cmd.OutOrStdout())
	<-ctx.Done()
	_, _ = fmt.Fprintln(cmd.OutOrStdout(), "Stopping: finishing what was taken on.")
	return nil
}

// dev is a running development process.
type dev struct {
	*app
	dir  string
	file devFile
	// hooks are the webhook addresses of the started campaigns, by key.
	hooks map[string]string
	// samples is true when this start added the sample people.
	samples bool
}

// home is the workspace that a development process fills: the first there is.
func (d *dev) home() string { return d.config.Workspaces[0].Key }

// startDev starts the parts in the order in which they need each other. On an
// error, what had been started is stopped again.
func startDev(ctx context.Context, dir string, options devOptions, logger *slog.Logger) (started *dev, err error) {
	cfg, err := devConfig(dir, options)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", options.listen)
	if err != nil {
		return nil, fmt.Errorf("webhooks and the API can't listen on %s: %w; pass --listen with another port, or 0 for a free one", options.listen, err)
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = "http://" + listener.Addr().String()
	}
	server, err := devTemporal(ctx, dir, options, cfg, logger)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	a, err := openApp(ctx, cfg, logger)
	if err != nil {
		_ = listener.Close()
		server.stop(logger)
		return nil, err
	}
	a.closers = append([]func(){func() { server.stop(logger) }}, a.closers...)
	d := &dev{app: a, dir: dir}
	if err := d.start(ctx, listener, server, options); err != nil {
		_ = listener.Close()
		a.close()
		return nil, err
	}
	return d, nil
}

// start fills what is empty, then works, then serves, then says where.
func (d *dev) start(ctx context.Context, listener net.Listener, server devServer, options devOptions) error {
	if err := d.migrate(ctx); err != nil {
		return err
	}
	key, err := d.devAPIKey(ctx)
	if err != nil {
		return err
	}
	if err := d.shipCampaigns(ctx); err != nil {
		return err
	}
	if options.config == "" {
		if d.samples, err = d.addSamplePeople(ctx); err != nil {
			return err
		}
	}
	if err := d.loadCatalogue(ctx); err != nil {
		return err
	}
	if err := d.startWorkers(ctx, true, true); err != nil {
		return err
	}
	launcher, err := d.startIntake()
	if err != nil {
		return err
	}
	handler, err := d.handler(ctx, launcher)
	if err != nil {
		return err
	}
	d.startAttaching()
	d.startRetention()
	d.serveHTTP(listener, handler)
	if d.hooks, err = d.hookAddresses(ctx); err != nil {
		return err
	}
	d.file = devFile{
		HTTP: "http://" + listener.Addr().String(), Temporal: d.config.Temporal.Address, TemporalUI: server.uiURL(),
		Namespace: d.config.Temporal.Namespace, APIKey: key, PID: os.Getpid(), PublicURL: d.config.PublicURL,
	}
	sendSecrets(&d.file, d.config)
	return writeDevFile(d.dir, d.file)
}

// devConfig is the configuration of a development process: the file's, or the
// default with a sample sender; the flags win over both.
func devConfig(dir string, options devOptions) (*config.Config, error) {
	cfg := config.Default()
	if options.config != "" {
		loaded, err := config.Load(options.config)
		if err != nil {
			return nil, err
		}
		cfg = loaded
	} else if err := addSampleSenders(cfg, dir); err != nil {
		return nil, err
	}
	switch {
	case options.database != "":
		cfg.Database = options.database
	case options.config == "" || cfg.Database == "":
		cfg.Database = "sqlite://" + filepath.Join(dir, "replyflow.db")
	}
	if cfg.Spool.Dir == "" {
		cfg.Spool.Dir = filepath.Join(dir, "spool")
	}
	if options.temporal != "" {
		cfg.Temporal.Address = options.temporal
	}
	if cfg.Temporal.Namespace == "" {
		cfg.Temporal.Namespace = "replyflow"
	}
	return cfg, nil
}
