package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"

	"replyflow/activities"
	"replyflow/internal/catalogue"
	"replyflow/internal/config"
	"replyflow/internal/message"
	"replyflow/internal/store"
	"replyflow/internal/telemetry"
	"replyflow/internal/temporal"
	"replyflow/webhook"
)

// shutdownTimeout is how long a stopping server lets requests finish.
const shutdownTimeout = 15 * time.Second

// app is what every role is made of: the configuration, the database and the
// client of Temporal. Roles add what they serve and what they work on.
type app struct {
	config   *config.Config
	logger   *slog.Logger
	metrics  *telemetry.Metrics
	store    *store.Store
	temporal client.Client
	// starter starts the workflows of what intake takes.
	starter webhook.EntryStarter
	// senders are our senders, ready to decide by.
	senders *activities.Senders
	// campaigns are the campaigns in memory; a role that needs them loads them.
	campaigns *catalogue.Catalogue
	// closers run last to first.
	closers []func()
}

// openApp opens the database and a client of Temporal. The client dials when
// it is first used, so that a process can start while Temporal is down.
func openApp(ctx context.Context, cfg *config.Config, logger *slog.Logger) (*app, error) {
	db, err := store.Open(ctx, cfg.Database)
	if err != nil {
		return nil, err
	}
	a := &app{config: cfg, logger: logger, metrics: telemetry.NewMetrics(), store: db}
	a.onClose(func() {
		if err := db.Close(); err != nil {
			logger.Error("closing the database", "error", err)
		}
	})
	options, err := temporalOptions(cfg, logger)
	if err != nil {
		a.close()
		return nil, err
	}
	a.temporal, err = temporal.NewLazyClient(options)
	if err != nil {
		a.close()
		return nil, err
	}
	a.onClose(a.temporal.Close)
	a.starter = webhook.TemporalStarter{Client: a.temporal}
	a.campaigns = catalogue.New(a.store, a.logger)
	if a.senders, err = activities.NewSenders(allSenders(cfg), a.region); err != nil {
		a.close()
		return nil, fmt.Errorf("the senders' keywords can't be used: %w", err)
	}
	return a, nil
}

func (a *app) onClose(closer func()) { a.closers = append(a.closers, closer) }

func (a *app) close() {
	for i := len(a.closers) - 1; i >= 0; i-- {
		a.closers[i]()
	}
	a.closers = nil
}

func (a *app) activities() *activities.Activities {
	return activities.New(activities.Options{
		Store: a.store, Workspaces: a.workspace, Now: time.Now, Senders: a.senders, Campaigns: a.campaigns, PublicURL: a.config.PublicURL,
	})
}

func (a *app) workspace(key string) (message.Workspace, bool) {
	workspace, ok := a.config.Workspace(key)
	if !ok {
		return message.Workspace{}, false
	}
	return workspace.Settings(), true
}

// region is the region of a workspace.
func (a *app) region(workspace string) string {
	settings, _ := a.workspace(workspace)
	return settings.Region
}

// loadCatalogue reads the campaigns and keeps following them until close. When
// the database is down it goes by the local snapshot, if there is one.
func (a *app) loadCatalogue(ctx context.Context) error {
	if a.config.Spool.Dir != "" {
		a.campaigns.KeepIn(filepath.Join(a.config.Spool.Dir, "campaigns.json"))
	}
	if err := a.campaigns.Refresh(ctx); err != nil {
		if a.config.Spool.Dir == "" {
			return fmt.Errorf("reading the campaigns: %w", err)
		}
		a.logger.Warn("the database can't be read; webhooks go by the local snapshot of the campaigns", "error", err)
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.campaigns.Run(following)
	}()
	a.onClose(func() {
		stop()
		<-done
	})
	return nil
}

// listenAndServe serves until close, on a listener that is already bound.
func (a *app) serveHTTP(listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       120 * time.Second,
		ErrorLog:          slog.NewLogLogger(a.logger.Handler(), slog.LevelWarn),
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.logger.Error("the HTTP server stopped", "error", err)
		}
	}()
	a.onClose(func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			a.logger.Warn("some requests did not finish", "error", err)
		}
		<-done
	})
}
