package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"go.temporal.io/sdk/client"

	"replyflow/webhook"
)

// healthTimeout bounds a check of the database or of Temporal.
const healthTimeout = 2 * time.Second

// addHealth adds what operators ask: /healthz, alive; /readyz, can take webhooks:
// Temporal, the database or the spool would; /readyz/all, database and Temporal
// too; /metrics.
func (a *app) addHealth(router *mux.Router, launcher *webhook.Launcher) {
	router.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, map[string]string{})
	}).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/readyz", func(w http.ResponseWriter, r *http.Request) {
		failing := map[string]string{}
		if !launcher.Health().Ready {
			failing = a.check(r.Context(), a.checkTemporal, a.checkDatabase)
		}
		writeHealth(w, failing)
	}).Methods(http.MethodGet, http.MethodHead)
	router.HandleFunc("/readyz/all", func(w http.ResponseWriter, r *http.Request) {
		writeHealth(w, a.check(r.Context(), a.checkTemporal, a.checkDatabase))
	}).Methods(http.MethodGet, http.MethodHead)
	router.Handle("/metrics", a.metrics.Handler()).Methods(http.MethodGet)
}

// healthCheck names a dependency and says what is wrong with it.
type healthCheck func(context.Context) (name string, err error)

func (a *app) checkTemporal(ctx context.Context) (string, error) {
	_, err := a.temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
	return "temporal", err
}

func (a *app) checkDatabase(ctx context.Context) (string, error) {
	return "database", a.store.Ping(ctx)
}

// check returns what is out of order, by name. The reason goes to the log: an
// error may name hosts that a stranger needn't know.
func (a *app) check(ctx context.Context, checks ...healthCheck) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	failing := map[string]string{}
	for _, check := range checks {
		if name, err := check(ctx); err != nil {
			a.logger.Warn("a health check failed", "dependency", name, "error", err)
			failing[name] = "unreachable"
		}
	}
	return failing
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
