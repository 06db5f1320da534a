package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/mux"
	"go.temporal.io/sdk/client"

	"replyflow/webhook"
)

// healthTimeout bounds a check of the database or of Temporal.
const healthTimeout = 2 * time.Second

// addHealth adds what operators ask: /healthz, alive; /readyz, can take webhooks:
// Temporal, the database or the spool works now; /readyz/all, database and Temporal
// do; /metrics.
func (a *app) addHealth(router *mux.Router, launcher *webhook.Launcher) {
	router.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, map[string]string{})
	}).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/readyz", func(w http.ResponseWriter, r *http.Request) {
		writeHealth(w, a.unready(launcher.Ready(r.Context())))
	}).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/readyz/all", func(w http.ResponseWriter, r *http.Request) {
		writeHealth(w, a.check(r.Context(), a.checkTemporal, a.checkDatabase))
	}).Methods(http.MethodGet, http.MethodHead)
	router.Handle("/metrics", a.metrics.Handler()).Methods(http.MethodGet)
}

// healthCheck names a dependency and says what is wrong with it.
type healthCheck func(context.Context) (name string, err error)

func (a *app) checkTemporal(ctx context.Context) (string, error) {
	return "temporal", a.askTemporal(ctx)
}

func (a *app) askTemporal(ctx context.Context) error {
	_, err := a.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
	return err
}

func (a *app) checkDatabase(ctx context.Context) (string, error) {
	return "database", a.store.Ping(ctx)
}

// check returns what is out of order, by name. Each dependency has the whole time:
// one that hangs says nothing about the other.
func (a *app) check(ctx context.Context, checks ...healthCheck) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	names, errs := make([]string, len(checks)), make([]error, len(checks))
	var asking sync.WaitGroup
	for i, check := range checks {
		asking.Go(func() { names[i], errs[i] = check(ctx) })
	}
	asking.Wait()
	failing := map[string]string{}
	for i, err := range errs {
		if err != nil {
			failing[names[i]] = a.unreachable(names[i], err)
		}
	}
	return failing
}

// unready are the sinks that don't take deliveries, by name.
func (a *app) unready(sinks map[webhook.Sink]error) map[string]string {
	failing := map[string]string{}
	for sink, err := range sinks {
		failing[string(sink)] = a.unreachable(string(sink), err)
	}
	return failing
}

// unreachable is what strangers are told of a failure. The reason goes to the log:
// an error may name hosts that a stranger needn't know.
func (a *app) unreachable(name string, err error) string {
	a.logger.Warn("a health check failed", "dependency", name, "error", err)
	return "unreachable"
}

func writeHealth(w http.ResponseWriter, failing map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	answer := map[string]any{"status": "ok"}
	if len(failing) > 0 {
		answer = map[string]any{"status": "unavailable", "failing": failing}
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	// The client went away if this fails; there is nobody to tell.
	_ = json.NewEncoder(w).Encode(answer)
}
