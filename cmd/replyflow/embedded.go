//go:build !production

package main

import (
	"context"
	"log/slog"

	"replyflow/internal/devserver"
	"replyflow/internal/temporal"
)

// startEmbedded starts the embedded Temporal server and its UI. The build tag
// production leaves both out of the binary.
func startEmbedded(ctx context.Context, options embeddedOptions, logger *slog.Logger) (embeddedTemporal, error) {
	return devserver.Start(ctx, devserver.Options{
		Dir:              options.dir,
		Listen:           options.listen,
		UIListen:         options.uiListen,
		Namespace:        options.namespace,
		SearchAttributes: temporal.SearchAttributes(),
		CodecEndpoint:    options.codecEndpoint,
		Logger:           logger,
	})
}
