package devserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/server/temporal"
)

// readyPause is how long Start waits between two looks at a server that isn't
// ready yet.
const readyPause = 10 * time.Millisecond

// startLimit bounds Start when the caller's context doesn't. An untroubled
// start takes well under two seconds.
const startLimit = 30 * time.Second

// Server is a running Temporal server, with its web UI if one was asked for.
type Server struct {
	temporal temporal.Server
	ui       *webUI
	address  string
	// unlock gives up the data folder.
	unlock func() error

	stopping atomic.Bool
	stopOnce sync.Once
	stopErr  error
}

// Start runs a server and returns when it answers. The context bounds the start
// only; call Stop to end the server. It fails when another process holds the
// data folder, when an address is taken, and when the data can't be opened.
//
// Temporal keeps its SQLite connections until the process ends, also after Stop.
// The same process may start a server on the same folder again, but not after the
// folder was deleted.
func Start(ctx context.Context, options Options) (*Server, error) {
	if err := options.check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()

	folder, unlock, err := claimFolder(options)
	if err != nil {
		return nil, err
	}
	server := &Server{unlock: unlock}
	if err := server.start(ctx, folder, options); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return server, nil
}

// claimFolder creates the data folder and locks it against other processes.
func claimFolder(options Options) (folder string, unlock func() error, err error) {
	folder, err = options.folder()
	if err != nil {
		return "", nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", nil, fmt.Errorf("devserver: create the data folder: %w", err)
	}
	unlock, err = lockFolder(folder)
	return folder, unlock, err
}

// start brings up the files, the server and the UI in that order. What it has
// started when it fails, Stop ends.
func (s *Server) start(ctx context.Context, folder string, options Options) error {
	ports, err := choosePorts(options.Listen, options.UIListen)
	if err != nil {
		return err
	}
	files := newFiles(folder)
	if err := files.prepare(ctx); err != nil {
		return err
	}
	if err := files.createNamespace(options.Namespace, options.SearchAttributes); err != nil {
		return err
	}
	if err := s.startTemporal(ctx, files, ports, options); err != nil {
		return err
	}
	if options.UIListen == "" {
		return nil
	}
	s.ui, err = startUI(ctx, ports.ui, s.address, options)
	return err
}

// startTemporal starts the four services of Temporal and waits for the first answer.
func (s *Server) startTemporal(ctx context.Context, files files, ports ports, options Options) error {
	server, err := temporal.NewServer(
		temporal.WithConfig(serverConfig(files, ports)),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(ports.hosts()),
		temporal.WithLogger(newLogger(options.logger(), &s.stopping)),
		temporal.WithDynamicConfigClient(dynamicConfig()),
	)
	if err != nil {
		return fmt.Errorf("devserver: configure the Temporal server: %w", err)
	}
	s.temporal = server
	if err := server.Start(); err != nil {
		return fmt.Errorf("devserver: start the Temporal server: %w", err)
	}
	s.address = ports.frontend
	return waitReady(ctx, s.address, options)
}

// waitReady returns when the server at the address says that it serves.
func waitReady(ctx context.Context, address string, options Options) error {
	probe, err := client.NewLazyClient(client.Options{
		HostPort:  address,
		Namespace: options.Namespace,
		Logger:    sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return fmt.Errorf("devserver: %w", err)
	}
	defer probe.Close()
	for {
		_, err := probe.CheckHealth(ctx, &client.CheckHealthRequest{})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("devserver: the Temporal server at %s doesn't answer: %w", address, err)
		case <-time.After(readyPause):
		}
	}
}

// Address is the host:port of the gRPC API.
func (s *Server) Address() string { return s.address }

// UIAddress is the host:port of the web UI, empty when there is none.
func (s *Server) UIAddress() string {
	if s.ui == nil {
		return ""
	}
	return s.ui.address
}

// Stop ends the UI and the server and releases the data folder. Close clients
// and workers first. A second call returns what the first one did.
func (s *Server) Stop() error {
	s.stopOnce.Do(func() {
		s.stopping.Store(true)
		if s.ui != nil {
			s.ui.stop()
		}
		var err error
		if s.temporal != nil {
			err = s.temporal.Stop()
		}
		s.stopErr = errors.Join(err, s.unlock())
	})
	return s.stopErr
}

// logger is the logger to use.
func (o Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.Default()
	}
	return o.Logger
}
