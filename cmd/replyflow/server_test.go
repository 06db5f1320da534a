package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"replyflow/internal/config"
	"replyflow/webhook"
)

// TestServerRefusesUnknownAddresses: nothing is sent on to another address, and
// every refusal says why, below the API's prefix in the API's way.
func TestServerRefusesUnknownAddresses(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Database = "sqlite://" + filepath.Join(t.TempDir(), "test.db")
	cfg.Workspaces[0].APIKeys = []config.APIKey{{Name: "test", Key: "rf_test"}}
	a, err := openApp(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	if err := a.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	handler, err := a.handler(t.Context(), webhook.NewLauncher(webhook.LauncherOptions{Starter: a.starter}))
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		method, path string
		status       int
		kind, reason string
		allow        string
	}{
		{"GET", "/api/v1/people/.", 404, "application/problem+json", "Nobody has this id", ""},
		{"GET", "/api/v1/people/..", 404, "application/problem+json", "Nobody has this id", ""},
		{"GET", "/api/v1/nothing", 404, "application/problem+json", "nothing at this address", ""},
		{"PATCH", "/api/v1/people/ann", 405, "application/problem+json", "takes GET and PUT and DELETE", "GET, PUT, DELETE"},
		{"POST", "/hooks/", 404, "text/plain; charset=utf-8", "nothing at this address", ""},
		{"POST", "/hooks/token/", 404, "text/plain; charset=utf-8", "nothing at this address", ""},
		{"POST", "/hooks/..", 404, "text/plain; charset=utf-8", "no campaign has this address", ""},
		{"PUT", "/hooks/token", 405, "text/plain; charset=utf-8", "takes GET and POST, not PUT", "GET, POST"},
		{"GET", "/inbound/sms/status", 405, "text/plain; charset=utf-8", "not GET", "POST"},
		{"POST", "/healthz", 405, "text/plain; charset=utf-8", "takes GET and HEAD, not POST", "GET, HEAD"},
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(c.method, c.path, http.NoBody)
			request.Header.Set("Authorization", "Bearer rf_test")
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)
			got := answer.Header()
			if answer.Code != c.status || got.Get("Content-Type") != c.kind || got.Get("Allow") != c.allow {
				t.Errorf("got %d %s, Allow %q", answer.Code, got.Get("Content-Type"), got.Get("Allow"))
			}
			if body := answer.Body.String(); !strings.Contains(body, c.reason) || strings.Count(body, "\n") != 1 {
				t.Errorf("the reason is %q", body)
			}
		})
	}
}
