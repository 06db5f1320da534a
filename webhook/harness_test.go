package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/workflows"
)

const (
	testToken   = "tok-0123456789abcdef0123456789abcdef"
	testAccount = "AC00000000000000000000000000000001"
	testSID     = "SM00000000000000000000000000000001"
	formType    = "application/x-www-form-urlencoded"
)

var testArrival = time.Date(2026, 11, 21, 4, 0, 0, 123456789, time.UTC)

// harness is an intake on a real HTTP server, with fakes for what it calls.
type harness struct {
	t       *testing.T
	server  *httptest.Server
	world   *world
	log     *lockedBuffer
	options Options
}

// world fakes the catalogue, the starter, the samples and the senders.
type world struct {
	mu       sync.Mutex
	hook     Hook
	findErr  error
	startErr error
	keepErr  error
	started  []workflows.CampaignRunInput
	samples  []message.Event
	tokens   []string
}

func (w *world) FindHook(_ context.Context, token string) (Hook, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.findErr != nil {
		return Hook{}, w.findErr
	}
	if token != testToken {
		return Hook{}, ErrUnknownToken
	}
	return w.hook, nil
}

// Start implements Starter.
func (w *world) Start(_ context.Context, entry Entry) (workflows.Started, error) {
	in, err := inputOf[workflows.CampaignRunInput](entry)
	if err != nil {
		return workflows.Started{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.startErr != nil {
		return workflows.Started{}, w.startErr
	}
	run := workflows.Started{Run: workflows.RunID(in.Definition.Key, in.Event.Key)}
	for _, before := range w.started {
		run.Duplicate = run.Duplicate || before.Event.Key == in.Event.Key
	}
	w.started = append(w.started, in)
	return run, nil
}

func (w *world) KeepSample(_ context.Context, _, _ string, event message.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keepErr == nil {
		w.samples = append(w.samples, event)
	}
	return w.keepErr
}

func (w *world) AuthTokens(workspace, account string) []string {
	if workspace == "default" && account == testAccount {
		return w.tokens
	}
	return nil
}

// effects is how many runs and samples there are.
func (w *world) effects() (runs, samples int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.started), len(w.samples)
}

func (w *world) lastRun(t *testing.T) workflows.CampaignRunInput {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.started) == 0 {
		t.Fatal("no run was started")
	}
	return w.started[len(w.started)-1]
}

func setup(t *testing.T, change func(*world, *Options)) *harness {
	t.Helper()
	w := &world{
		hook: Hook{
			Workspace: "default", Campaign: "sms-opt-out", Version: 3, Status: StatusStarted,
			Definition: definitions.Definition{Key: "sms-opt-out", Name: "SMS Opt-out"},
		},
		tokens: []string{"old-token", "twilio-token"},
	}
	h := &harness{t: t, world: w, log: &lockedBuffer{}}
	h.options = Options{
		Catalogue: w, Launcher: NewLauncher(LauncherOptions{Starter: w}), Samples: w, Senders: w,
		PublicURL: "https://hooks.example.com",
		Now:       func() time.Time { return testArrival },
		Random:    rand.Reader,
		Logger:    slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(w, &h.options)
	}
	h.server = httptest.NewServer(New(h.options).Router())
	t.Cleanup(h.server.Close)
	return h
}

// sent is a request of a test; zero fields take what an ordinary one has.
type sent struct {
	method, path, contentType, body string
	header                          http.Header
}

type received struct {
	status int
	header http.Header
	body   string
}

func (h *harness) send(s sent) received {
	h.t.Helper()
	if s.method == "" {
		s.method = http.MethodPost
	}
	if s.path == "" {
		s.path = "/hooks/" + testToken
	}
	r, err := http.NewRequest(s.method, h.server.URL+s.path, strings.NewReader(s.body))
	if err != nil {
		h.t.Fatal(err)
	}
	for name, values := range s.header {
		r.Header[name] = values
	}
	if s.contentType != "" {
		r.Header.Set("Content-Type", s.contentType)
	}
	response, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return received{response.StatusCode, response.Header, string(body)}
}

// header makes a request's header of names and values in turn.
func header(pairs ...string) http.Header {
	made := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		made.Add(pairs[i], pairs[i+1])
	}
	return made
}

// lockedBuffer is a log that a server may write to while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
