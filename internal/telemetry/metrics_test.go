package telemetry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/mux"
)

func TestMetricsLabelRoutesWithoutTokens(t *testing.T) {
	t.Parallel()
	metrics := NewMetrics()
	router := mux.NewRouter()
	router.Use(metrics.Middleware)
	router.HandleFunc("/hooks/{token}", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusAccepted)
	})
	router.Handle("/metrics", metrics.Handler())

	router.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/hooks/a-secret", nil))
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))

	text := answer.Body.String()
	if want := `route="/hooks/{token}",status="202"`; !strings.Contains(text, want) {
		t.Errorf("no sample labelled %s in:\n%s", want, text)
	}
	if strings.Contains(text, "a-secret") {
		t.Error("the metrics hold a token")
	}
}
