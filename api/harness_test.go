package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"replyflow/api"
	"replyflow/internal/message"
	"replyflow/internal/store"
	"replyflow/internal/temporal"
)

const (
	testKey      = "rf_test"
	otherKey     = "rf_other"
	testWebhooks = "https://hooks.example.com"
)

// testNow is when the server's clock starts; it ticks with every reading.
var testNow = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)

// bench is an API over real HTTP and a real database, with fakes for Temporal.
type bench struct {
	t         *testing.T
	url       string
	store     *store.Store
	catalogue *fakeCatalogue
	history   *fakeHistory
	simulator *fakeSimulator
}

func setup(t *testing.T) *bench {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, store: db, catalogue: &fakeCatalogue{}, history: &fakeHistory{}, simulator: &fakeSimulator{}}
	var ticks atomic.Int64
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	// A server's router refuses addresses in its own way; below the API's it is the API's.
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	router.MethodNotAllowedHandler = router.NotFoundHandler
	api.New(api.Options{
		Store: db, Catalogue: b.catalogue, History: b.history, Simulator: b.simulator,
		Keys:       []api.Key{api.NewKey("default", "test", testKey), api.NewKey("other", "test", otherKey)},
		Workspaces: testWorkspace, PublicURL: testWebhooks + "/",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Now:    func() time.Time { return testNow.Add(time.Duration(ticks.Add(1)) * time.Microsecond) },
	}).Register(router)
	server := httptest.NewServer(router)
	t.Cleanup(func() {
		server.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	b.url = server.URL
	return b
}

// in is the same bench, reporting to a subtest.
func (b *bench) in(t *testing.T) *bench {
	same := *b
	same.t = t
	return &same
}

func testWorkspace(key string) (message.Workspace, bool) {
	return message.Workspace{Key: key, Region: "US", PhoneAttributes: []string{"phone"}}, true
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// decode reads the answer's body.
func (a answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// problem is an error as the API answers it.
type problem struct {
	Title, Detail string
	Status        int
	Errors        []struct{ Message, Location string }
}

// call sends a request with the test's key; headers are name, value, name, value.
func (b *bench) call(method, path, body string, headers ...string) answer {
	b.t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+testKey)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(read)}
}

// must is call for requests that have to succeed.
func (b *bench) must(status int, method, path, body string, headers ...string) answer {
	b.t.Helper()
	got := b.call(method, path, body, headers...)
	if got.status != status {
		b.t.Fatalf("%s %s answered %d, want %d: %s", method, path, got.status, status, got.body)
	}
	return got
}

// refused is call for requests that have to fail: as problem+json, with a detail.
func (b *bench) refused(status int, method, path, body string, headers ...string) problem {
	b.t.Helper()
	got := b.must(status, method, path, body, headers...)
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		b.t.Errorf("%s %s: the error's content type is %q", method, path, kind)
	}
	var told problem
	got.decode(b.t, &told)
	if told.Detail == "" || told.Status != status {
		b.t.Errorf("%s %s: the error says too little: %s", method, path, got.body)
	}
	return told
}

type fakeCatalogue struct {
	refreshed atomic.Int64
	failing   atomic.Bool
}

func (c *fakeCatalogue) Refresh(context.Context) error {
	c.refreshed.Add(1)
	if c.failing.Load() {
		return errors.New("the database is gone")
	}
	return nil
}

type fakeHistory struct {
	histories map[string]*temporal.History
	err       error
}

func (h *fakeHistory) ReadHistory(_ context.Context, workflowID string) (*temporal.History, error) {
	if h.err != nil {
		return nil, h.err
	}
	history, ok := h.histories[workflowID]
	if !ok {
		return nil, api.ErrNoHistory
	}
	return history, nil
}

type fakeSimulator struct {
	asked  api.Simulation
	result api.SimulationResult
	err    error
}

func (s *fakeSimulator) Simulate(_ context.Context, _ string, simulation api.Simulation) (api.SimulationResult, error) {
	s.asked = simulation
	return s.result, s.err
}
