package temporal

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
)

// Options say how to reach a Temporal server.
type Options struct {
	// Address is the host:port of the server's gRPC API.
	Address string
	// Namespace is where workflows run.
	Namespace string
	// TLS encrypts the connection; nil means plain text.
	TLS *tls.Config
	// APIKey signs in to Temporal Cloud; empty means none.
	APIKey string
	// Keys encrypt payloads; nil means that payloads are readable.
	Keys *KeyRing
	// Logger is what the client and its workers log to; nil means slog.Default().
	Logger *slog.Logger
	// MetricsHandler gets the client's metrics; nil means none.
	MetricsHandler client.MetricsHandler
}

// ClientOptions are the SDK's options for these options. Every client is built
// from them, so that all use the same converters.
func (o Options) ClientOptions() client.Options {
	logger := o.Logger
	if logger == nil {
		logger = slog.Default()
	}
	options := client.Options{
		HostPort:          o.Address,
		Namespace:         o.Namespace,
		Logger:            sdklog.NewStructuredLogger(logger),
		MetricsHandler:    o.MetricsHandler,
		DataConverter:     NewDataConverter(o.Keys),
		FailureConverter:  NewFailureConverter(o.Keys),
		ConnectionOptions: client.ConnectionOptions{TLS: o.TLS},
	}
	if o.APIKey != "" {
		options.Credentials = client.NewAPIKeyStaticCredentials(o.APIKey)
	}
	return options
}

// Dial connects and fails when the server can't be reached before the context ends.
func Dial(ctx context.Context, options Options) (client.Client, error) {
	connected, err := client.DialContext(ctx, options.ClientOptions())
	if err != nil {
		return nil, fmt.Errorf("temporal: connect to %s: %w", options.Address, err)
	}
	return connected, nil
}

// NewLazyClient returns a client that connects with its first call, for whoever
// must start while the server is away. A worker on it fails to start meanwhile.
func NewLazyClient(options Options) (client.Client, error) {
	lazy, err := client.NewLazyClient(options.ClientOptions())
	if err != nil {
		return nil, fmt.Errorf("temporal: client for %s: %w", options.Address, err)
	}
	return lazy, nil
}
