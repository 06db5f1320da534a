package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"replyflow/api"
	"replyflow/internal/config"
	"replyflow/webhook"
	"replyflow/workflows"
)

// noTemporal is a Temporal that can't be reached.
type noTemporal struct{}

func (noTemporal) Start(context.Context, webhook.Entry) (workflows.Started, error) {
	return workflows.Started{}, context.DeadlineExceeded
}

// stranded is a server whose Temporal can't be reached.
type stranded struct {
	t        *testing.T
	app      *app
	launcher *webhook.Launcher
	url      string
	folder   string
}

func openStranded(t *testing.T) *stranded {
	t.Helper()
	s := &stranded{t: t, folder: filepath.Join(t.TempDir(), "spool")}
	cfg := config.Default()
	cfg.Database = "sqlite://" + filepath.Join(t.TempDir(), "test.db")
	cfg.Spool.Dir = s.folder
	cfg.Temporal.Address = "127.0.0.1:1"
	cfg.Workspaces[0].APIKeys = []config.APIKey{{Name: "test", Key: terminalKey}}
	if err := os.MkdirAll(filepath.Join(s.folder, "intake"), 0o700); err != nil {
		t.Fatal(err)
	}
	// An earlier process set a damaged file aside.
	if err := os.WriteFile(filepath.Join(s.folder, "intake", "1.seg.corrupt"), []byte("\x00\xffR\x01 nonsense, and long enough to be no torn end"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := openApp(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	a.starter = noTemporal{}
	if err := a.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.launcher, err = a.startIntake(); err != nil {
		t.Fatal(err)
	}
	handler, err := a.handler(t.Context(), s.launcher)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.app, s.url = a, server.URL
	return s
}

func (s *stranded) get(path string) (int, string) {
	s.t.Helper()
	answer, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (s *stranded) launch(id string) error {
	_, err := s.launcher.Launch(s.t.Context(), webhook.Entry{ID: id, Workspace: "default", Kind: webhook.EntryInboundMessage, WorkflowID: id, Input: []byte("{}")})
	return err
}

// TestIntakeStatusInAnOutage: Temporal is gone, then the database, then the spool's
// folder. What waits, what fails and whether a delivery would be taken is told
// truly all along.
func TestIntakeStatusInAnOutage(t *testing.T) {
	t.Parallel()
	s := openStranded(t)
	status := func(output string) result {
		return runCommand(t, "intake", "status", "--output", output, "--server", s.url, "--api-key", terminalKey, "--data-dir", t.TempDir())
	}
	wantReady := func(want int, why string) {
		t.Helper()
		if got, body := s.get("/readyz"); got != want {
			t.Errorf("%s: /readyz answers %d %s", why, got, body)
		}
	}
	if err := s.launch("in the table"); err != nil {
		t.Fatal(err)
	}
	corrupt := filepath.Join(s.folder, "intake", "1.seg.corrupt")
	status("table").check(t, 0, "waiting in the table  1\n", "waiting in the spool  0\n", "damaged               1, see "+corrupt,
		"temporal              failing since ", "table                 ok\n", "spool                 ok\n")
	_, metrics := s.get("/metrics")
	for _, line := range []string{
		`replyflow_intake_deliveries_total{sink="table"} 1`, `replyflow_intake_waiting_entries{sink="table"} 1`, `replyflow_intake_dead_entries 0`,
		`replyflow_intake_damaged_entries 1`, `replyflow_intake_sink_failing{sink="temporal"} 1`, `replyflow_intake_sink_failing{sink="table"} 0`,
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("%s is missing", line)
		}
	}

	if err := s.app.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.launch("in the spool"); err != nil {
		t.Fatal(err)
	}
	status("table").check(t, 0, "waiting in the table  unknown: the table can't be reached\n", "waiting in the spool  1\n", "table                 failing since ")
	var told api.IntakeStatus
	if answer := status("json"); json.Unmarshal([]byte(answer.stdout), &told) != nil || told.Spooled != 1 || told.Waiting != nil || told.Table.FailingSince == nil {
		t.Errorf("as JSON: %s%s", answer.stdout, answer.stderr)
	}
	runCommand(t, "intake", "dead", "--server", s.url, "--api-key", terminalKey, "--data-dir", t.TempDir()).
		check(t, 1, "The database can't be reached at the moment")
	if _, metrics := s.get("/metrics"); strings.Contains(metrics, `waiting_entries{sink="table"}`) ||
		!strings.Contains(metrics, `replyflow_intake_waiting_entries{sink="spool"} 1`) || !strings.Contains(metrics, `sink_failing{sink="table"} 1`) {
		t.Errorf("metrics in the outage:\n%s", metrics)
	}

	wantReady(http.StatusOK, "the spool works")
	if err := os.Rename(s.folder, s.folder+".aside"); err != nil {
		t.Fatal(err)
	}
	wantReady(http.StatusServiceUnavailable, "the folder is gone")
	if err := s.launch("nowhere"); err == nil {
		t.Error("something took a delivery")
	}
	if err := os.Rename(s.folder+".aside", s.folder); err != nil {
		t.Fatal(err)
	}
	wantReady(http.StatusOK, "the folder is back")
	status("table").check(t, 0, "waiting in the spool  1\n", "spool                 ok\n")
}

// TestReadyTellsOfNobody: /readyz shows neither hosts nor paths.
func TestReadyTellsOfNobody(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Database = "sqlite://" + filepath.Join(t.TempDir(), "test.db")
	cfg.Temporal.Address = "127.0.0.1:1"
	a, err := openApp(t.Context(), cfg, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	launcher := webhook.NewLauncher(webhook.LauncherOptions{Starter: a.starter, Table: intakeTable{a.store}, CheckTemporal: a.askTemporal})
	if err := a.store.Close(); err != nil {
		t.Fatal(err)
	}
	handler, err := a.handler(t.Context(), launcher)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", http.NoBody))
	want := `{"failing":{"table":"unreachable","temporal":"unreachable"},"status":"unavailable"}` + "\n"
	if answer.Code != http.StatusServiceUnavailable || answer.Body.String() != want {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
}
