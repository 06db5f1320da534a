package main

import (
	"context"
	"log/slog"

	"replyflow/internal/config"
)

// embeddedOptions say how to start the embedded Temporal server.
type embeddedOptions struct {
	dir, listen, uiListen, namespace, codecEndpoint string
}

// embeddedTemporal is a running embedded server.
type embeddedTemporal interface {
	Address() string
	UIAddress() string
	Stop() error
}

// devServer is the Temporal server of a development process: embedded, or nil
// when it uses another one.
type devServer struct{ embedded embeddedTemporal }

// devTemporal starts the embedded server unless the options name another, and
// notes its address in the configuration.
func devTemporal(ctx context.Context, dir string, options devOptions, cfg *config.Config, logger *slog.Logger) (devServer, error) {
	if options.temporal != "" {
		return devServer{}, nil
	}
	embedded := embeddedOptions{
		dir: dir, listen: options.temporalListen, uiListen: options.temporalUIListen, namespace: cfg.Temporal.Namespace,
	}
	if options.noTemporalUI {
		embedded.uiListen = ""
	}
	if len(cfg.EncryptionKeys) > 0 {
		embedded.codecEndpoint = cfg.PublicURL + codecPath
	}
	server, err := startEmbedded(ctx, embedded, logger)
	if err != nil {
		return devServer{}, err
	}
	cfg.Temporal.Address = server.Address()
	return devServer{server}, nil
}

func (s devServer) uiURL() string {
	if s.embedded == nil || s.embedded.UIAddress() == "" {
		return ""
	}
	return "http://" + s.embedded.UIAddress()
}

func (s devServer) stop(logger *slog.Logger) {
	if s.embedded == nil {
		return
	}
	if err := s.embedded.Stop(); err != nil {
		logger.Error("stopping the embedded Temporal server", "error", err)
	}
}
