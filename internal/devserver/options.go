package devserver

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/headers"
)

// Options say where a server keeps its data and where it listens.
type Options struct {
	// Dir is the data folder. The server writes to a folder inside it that is
	// named by the server's version, because SQLite files of Temporal are never
	// upgraded. It is created when missing.
	Dir string
	// Listen is the host:port of Temporal's gRPC API. The host must be a loopback
	// address, because nothing asks a caller who they are. Port 0 picks a free one.
	Listen string
	// UIListen is the host:port of the web UI, with the same rules; empty means no UI.
	UIListen string
	// Namespace is created when it doesn't exist.
	Namespace string
	// SearchAttributes are registered with a new namespace, by name. A namespace
	// that exists already keeps those it has.
	SearchAttributes map[string]enumspb.IndexedValueType
	// Logger gets the server's warnings and errors; nil means slog.Default().
	Logger *slog.Logger
	// CodecEndpoint is the URL at which a browser finds the codec that decrypts
	// payloads for the web UI; empty means payloads are readable as they are.
	CodecEndpoint string
}

// check reports every option that is missing at once.
func (o Options) check() error {
	var problems []error
	if o.Dir == "" {
		problems = append(problems, errors.New("devserver: Dir is empty: name the data folder"))
	}
	if o.Listen == "" {
		problems = append(problems, errors.New("devserver: Listen is empty: name host:port, for example 127.0.0.1:7233"))
	}
	if o.Namespace == "" {
		problems = append(problems, errors.New("devserver: Namespace is empty"))
	}
	return errors.Join(problems...)
}

// folder is where this version of the server keeps its files.
func (o Options) folder() (string, error) {
	dir, err := filepath.Abs(filepath.Join(o.Dir, "temporal-"+headers.ServerVersion))
	if err != nil {
		return "", fmt.Errorf("devserver: data folder %s: %w", o.Dir, err)
	}
	return dir, nil
}
