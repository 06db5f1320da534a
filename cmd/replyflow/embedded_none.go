//go:build production

package main

import (
	"context"
	"errors"
	"log/slog"
)

// startEmbedded says that this binary was built without the embedded server.
func startEmbedded(context.Context, embeddedOptions, *slog.Logger) (embeddedTemporal, error) {
	return nil, errors.New("this binary was built without the embedded Temporal server: pass --temporal HOST:PORT, or build without the tag production")
}
