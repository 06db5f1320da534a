package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"replyflow/internal/provider"
)

// registerProviders adds the addresses that providers call.
func (in *Intake) registerProviders(router *mux.Router, prefix string) {
	for _, p := range provider.All() {
		for _, endpoint := range p.Endpoints() {
			path := prefix + endpoint.Path
			router.HandleFunc(path, in.serveProvider(p.Name(), endpoint)).Methods(endpoint.Methods...)
			router.HandleFunc(path, refuseMethods(endpoint.Methods))
		}
	}
}

// serveProvider answers what a provider posts: believe it, read it, keep it for
// good, and only then answer.
func (in *Intake) serveProvider(name string, endpoint provider.Endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		batch, refused := in.takeBatch(w, r, endpoint)
		if refused != nil {
			in.logProviderRefusal(r.Context(), name, endpoint.Path, refused)
			writeRefusal(w, r, refused)
			return
		}
		endpoint.Write(w, batch)
	}
}

func (in *Intake) takeBatch(w http.ResponseWriter, r *http.Request, endpoint provider.Endpoint) (provider.Batch, *refusal) {
	arrived := in.now().UTC().Truncate(time.Microsecond)
	body, refused := in.readBody(w, r, max(endpoint.MaxBody, in.limits.Body))
	if refused != nil {
		return provider.Batch{}, refused
	}
	batch, err := endpoint.Read(provider.Request{
		Method: r.Method, URL: in.origin() + in.target(r), RawQuery: r.URL.RawQuery, Header: r.Header, Body: body,
		Vars: mux.Vars(r), ArrivedAt: arrived,
	}, in.providers)
	if err != nil {
		return provider.Batch{}, asRefusal(err)
	}
	if batch.Unknown > 0 {
		w.Header().Set(HeaderUnknown, strconv.Itoa(batch.Unknown))
		in.logger.WarnContext(r.Context(), "a provider sent what is for no sender of ours; it is kept as it came",
			"path", endpoint.Path, "count", batch.Unknown, "to", batch.UnknownTo)
	}
	// The provider may give up now; what it sent is ours to finish.
	if err := in.keep(context.WithoutCancel(r.Context()), batch); err != nil {
		return provider.Batch{}, in.notLaunched(err)
	}
	return batch, nil
}

// keep makes everything of a batch durable: as workflows that were started, else
// in the table or the spool.
func (in *Intake) keep(ctx context.Context, batch provider.Batch) error {
	return in.launchAll(ctx, entriesOf(batch))
}

// asRefusal is a provider's refusal as an answer.
func asRefusal(err error) *refusal {
	var refused *provider.Refusal
	if errors.As(err, &refused) {
		return refuse(refused.Status, refused.Kind, "%s", refused.Reason)
	}
	return refuse(http.StatusBadRequest, "unreadable", "the request can't be read").because(err)
}

func (in *Intake) logProviderRefusal(ctx context.Context, name, path string, refused *refusal) {
	level := slog.LevelInfo
	if refused.status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	attributes := []slog.Attr{
		slog.String("provider", name), slog.String("path", path), slog.Int("status", refused.status), slog.String("kind", refused.kind),
	}
	if refused.cause != nil {
		attributes = append(attributes, slog.Any("error", refused.cause))
	}
	in.logger.LogAttrs(ctx, level, "a provider's request was refused", attributes...)
}
