package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"replyflow/api"
	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/internal/store"
	"replyflow/internal/temporal"
	"replyflow/workflows"
)

// terminal runs client commands against an API over a real database. Temporal
// and the intake are fakes.
type terminal struct {
	t     *testing.T
	url   string
	store *store.Store
	// posted are the forms that came to webhooks, with their signatures.
	posted     []url.Values
	signatures []string
}

const terminalKey = "rf_terminal"

func openTerminal(t *testing.T) *terminal {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, store: db}
	router := mux.NewRouter().UseEncodedPath()
	router.HandleFunc("/hooks/{token}", term.takeHook)
	api.New(api.Options{
		Store: db, Catalogue: unmoved{}, History: noHistory{}, Keys: []api.Key{api.NewKey("default", "test", terminalKey)},
		Workspaces: func(key string) (message.Workspace, bool) {
			return message.Workspace{Key: key, Region: "US", PhoneAttributes: []string{"phone"}}, true
		},
		PublicURL: "https://hooks.example.com", Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: time.Now,
	}).Register(router)
	server := httptest.NewServer(router)
	t.Cleanup(func() {
		server.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	term.url = server.URL
	return term
}

func (term *terminal) takeHook(w http.ResponseWriter, r *http.Request) {
	if r.ParseForm() != nil {
		http.Error(w, "that is no form", http.StatusBadRequest)
		return
	}
	if r.PostForm.Get("Body") == "refuse" {
		http.Error(w, "not from you", http.StatusForbidden)
		return
	}
	term.posted = append(term.posted, r.PostForm)
	term.signatures = append(term.signatures, r.Header.Get("X-Twilio-Signature"))
	w.Header().Set("Replyflow-Run", "campaign."+r.PostForm.Get("MessageSid"))
	w.Header().Set("Replyflow-Duplicate", "false")
}

type unmoved struct{}

func (unmoved) Refresh(context.Context) error { return nil }

type noHistory struct{}

func (noHistory) ReadHistory(context.Context, string) (*temporal.History, error) {
	return nil, api.ErrNoHistory
}

// result is what a command left behind.
type result struct {
	code           int
	stdout, stderr string
}

func (term *terminal) run(args ...string) result {
	term.t.Helper()
	return runCommand(term.t, append(args, "--server", term.url, "--api-key", terminalKey, "--data-dir", term.t.TempDir())...)
}

func runCommand(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr strings.Builder
	code := run(t.Context(), args, &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// check compares the exit code and looks for texts.
func (r result) check(t *testing.T, code int, texts ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d", r.code, code)
	}
	all := r.stdout + r.stderr
	for _, text := range texts {
		if !strings.Contains(all, text) {
			t.Errorf("%q is missing", text)
		}
	}
	if t.Failed() {
		t.Logf("stdout:\n%s\nstderr:\n%s", r.stdout, r.stderr)
	}
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shippedFile writes a shipped campaign where a command can read it.
func shippedFile(t *testing.T, name string) string {
	t.Helper()
	for _, shipped := range definitions.Shipped() {
		if shipped.File == name {
			return writeFile(t, name, string(shipped.Data))
		}
	}
	t.Fatalf("no shipped campaign is called %s", name)
	return ""
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good, doubtful := shippedFile(t, "sms-opt-out-in.yaml"), shippedFile(t, "sms-opt-out.yaml")
	bad := writeFile(t, "bad.yaml", "campaign: bad\nname: Bad\ntrigger: {webhook: {}}\nworkflow:\n  - brunch: Opted out\n  - exit: Done\n    why: no\n")

	runCommand(t, "campaign", "validate", good).check(t, exitDone, "no problems")
	runCommand(t, "campaign", "validate", doubtful).check(t, exitDone, doubtful+":", "warning: ", "START")
	broken := runCommand(t, "campaign", "validate", good, bad)
	broken.check(t, exitFailed, bad+":5:", bad+":7:", "workflow[0]")
	if strings.Contains(broken.stderr, "replyflow:") {
		t.Errorf("the problems are told twice: %s", broken.stderr)
	}
	var told struct {
		Valid    bool
		Problems []definitions.Problem
	}
	if err := json.Unmarshal([]byte(runCommand(t, "campaign", "validate", bad, "--output", "json").stdout), &told); err != nil {
		t.Fatal(err)
	}
	if told.Valid || len(told.Problems) < 2 || told.Problems[0].Line != 5 {
		t.Errorf("told %+v", told)
	}
	runCommand(t, "campaign", "validate", "nowhere.yaml").check(t, exitFailed, "nowhere.yaml")
}

func TestCampaignTests(t *testing.T) {
	t.Parallel()
	good := shippedFile(t, "sms-opt-out-in.yaml")
	runCommand(t, "campaign", "test", good).check(t, exitDone, "PASS STOP opts out", "4 passed, 0 failed")

	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	wrong := writeFile(t, "wrong.yaml", strings.Replace(string(data), "ann: {sms_unsubscribe: true}", "ann: {sms_unsubscribe: 7}", 1))
	failed := runCommand(t, "campaign", "test", wrong)
	failed.check(t, exitFailed, "FAIL STOP opts out: ", "3 passed, 1 failed")
	if lines := strings.Split(strings.TrimSpace(failed.stdout), "\n"); lines[len(lines)-1] != "3 passed, 1 failed" {
		t.Errorf("the last line is %q", lines[len(lines)-1])
	}
	runCommand(t, "campaign", "test", writeFile(t, "bad.yaml", "campaign: x\n")).check(t, exitFailed, "has errors")
}

func TestCampaignsOnAServer(t *testing.T) {
	t.Parallel()
	term := openTerminal(t)
	file := shippedFile(t, "sms-opt-out.yaml")
	term.run("campaign", "apply", file).check(t, exitDone, "sms-opt-out: version 1, draft", "https://hooks.example.com/hooks/", file+":", "warning: ")
	term.run("campaign", "list").check(t, exitDone, "KEY", "sms-opt-out", "draft")
	term.run("campaign", "start", "sms-opt-out").check(t, exitDone, "sms-opt-out is started (version 1)")
	term.run("campaign", "pause", "sms-opt-out").check(t, exitDone, "is paused")
	term.run("campaign", "show", "sms-opt-out").check(t, exitDone, "paused", "workflow:")
	exported := term.run("campaign", "export", "sms-opt-out")
	exported.check(t, exitDone)
	if source, err := os.ReadFile(file); err != nil || exported.stdout != string(source) {
		t.Errorf("exported %s, %v", exported.stdout, err)
	}
	term.run("campaign", "archive", "sms-opt-out").check(t, exitDone, "is archived")
	term.run("campaign", "start", "sms-opt-out").check(t, exitFailed, "archived")
	term.run("campaign", "show", "nothing").check(t, exitFailed, "No campaign has this key")

	bad := writeFile(t, "bad.yaml", "campaign: bad\n")
	term.run("campaign", "apply", bad).check(t, exitFailed, bad+":1:1: ", "was not applied")
	var states struct{ Campaigns []api.CampaignState }
	got := term.run("campaign", "apply", shippedFile(t, "sms-opt-out-in.yaml"), "--output", "json")
	if err := json.Unmarshal([]byte(got.stdout), &states); err != nil || len(states.Campaigns) != 1 {
		t.Errorf("%v: %s", err, got.stdout)
	}
}

func TestPeopleOnAServer(t *testing.T) {
	t.Parallel()
	term := openTerminal(t)
	term.run("people", "put", "a/b ./", "phone=(555) 010-0123", "n:=12345678901234567890", "zip=01234").check(t, exitDone, "+15550100123", "12345678901234567890", "01234")
	term.run("people", "get", "a/b ./").check(t, exitDone, "(555) 010-0123")
	term.run("people", "put", "..", "phone=12345").check(t, exitDone, "warning: phone")
	term.run("people", "list", "--phone", "+15550100123").check(t, exitDone, "a/b ./")
	term.run("people", "show", "nobody").check(t, exitFailed, "Nobody has this id")
	term.run("people", "put", "ann", "n:=x").check(t, exitMisused, "JSON")
	term.run("people", "list", "--limit", "0").check(t, exitMisused)
}

func TestSamplesAndActivityOnAServer(t *testing.T) {
	t.Parallel()
	term := openTerminal(t)
	term.run("campaign", "apply", shippedFile(t, "sms-opt-out.yaml")).check(t, exitDone)
	event := message.Event{Key: sid(1), ArrivedAt: time.Now(), Payload: json.RawMessage(`{"From":"+15550100123"}`)}
	if err := term.store.KeepSample(t.Context(), "default", "sms-opt-out", event); err != nil {
		t.Fatal(err)
	}
	term.run("campaign", "samples", "sms-opt-out").check(t, exitDone, "RECEIVED", "+15550100123")
	term.run("campaign", "samples", "nothing").check(t, exitFailed, "No campaign has this key")
	term.run("people", "put", "ann", "plan=free").check(t, exitDone)
	term.run("activity", "list", "--person", "ann").check(t, exitDone, "person_created", "free")
	term.run("activity", "list", "--person", "nobody").check(t, exitDone)
}

func TestRunsOnAServer(t *testing.T) {
	t.Parallel()
	term := openTerminal(t)
	id := workflows.RunID("greeting", sid(1))
	ref := message.RunRef{Workspace: "default", Campaign: "greeting", Version: 1, ID: id, At: time.Now().UTC()}
	_, err := term.store.BeginRun(t.Context(), message.BeginRunInput{
		Run: ref, Execution: "e", Event: message.Event{Key: sid(1), ArrivedAt: ref.At, Payload: json.RawMessage("{}")},
	})
	if err == nil {
		_, err = term.store.RecordRun(t.Context(), message.RecordRunInput{
			Run: ref, Execution: "e", Status: message.StatusCompleted, Outcome: message.OutcomeUpdated, FinishedAt: &ref.At,
			Steps: []message.Step{{Node: "0#1", Name: "Opted out", Type: "branch", At: ref.At, Result: json.RawMessage("true"), Why: "OptOutType is STOP\x1b[2J"}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	term.run("runs", "list", "--campaign", "greeting").check(t, exitDone, id, "completed", "updated")
	shown := term.run("runs", "show", id)
	shown.check(t, exitDone, "1. Opted out → true", "OptOutType is STOP", "Temporal no longer has")
	if strings.Contains(shown.stdout, "\x1b") {
		t.Error("a stranger's text moves the cursor")
	}
	term.run("runs", "show", "greeting.nothing").check(t, exitFailed, "No run has this id")
}

func TestSendSMS(t *testing.T) {
	t.Parallel()
	term := openTerminal(t)
	const campaignKey = "sms-opt-out-in"
	term.run("campaign", "apply", shippedFile(t, campaignKey+".yaml"))
	term.run("send", "sms", "--from", "+15550100123", "--to", "+15550100100", "--body", "STOP", "--opt-out-type", "STOP", "--campaign", campaignKey,
		"--param", "FromCity=Oslo", "--account", "AC1", "--auth-token", "secret", "--message-sid", sid(7)).
		check(t, exitDone, "run campaign."+sid(7), "duplicate false")
	form := term.posted[0]
	if form.Get("OptOutType") != "STOP" || form.Get("FromCity") != "Oslo" || form.Get("AccountSid") != "AC1" || form.Get("MessageSid") != sid(7) {
		t.Errorf("posted %v", form)
	}
	campaign, err := term.store.GetCampaign(t.Context(), "default", "sms-opt-out-in")
	if err != nil {
		t.Fatal(err)
	}
	if want := provider.SignTwilio("https://hooks.example.com/hooks/"+campaign.Token, form, "secret"); term.signatures[0] != want {
		t.Errorf("signed %s, want %s", term.signatures[0], want)
	}
	term.run("send", "sms", "--from", "+1", "--to", "+2", "--campaign", campaignKey, "--body", "refuse").check(t, exitFailed, "403", "not from you")
	term.run("send", "sms", "--from", "+1", "--body", "x").check(t, exitMisused, "--to")
	term.run("send", "sms", "--from", "+1", "--to", "+2", "--param", "x").check(t, exitMisused, "NAME=VALUE")
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"frobnicate"}, {"campaign", "frobnicate"}, {"campaign", "list", "extra"}, {"campaign", "validate"}, {"campaign", "list", "--colour"},
		{"campaign", "list", "--output", "xml"}, {"runs", "show"}, {"campaign", "simulate", "key"}, {"campaign", "list", "--server", "localhost"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			t.Parallel()
			got := runCommand(t, append(args, "--api-key", "x", "--data-dir", t.TempDir())...)
			if got.code != exitMisused || got.stderr == "" || got.stdout != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	runCommand(t, "campaign", "list", "--data-dir", empty).check(t, exitFailed, "replyflow dev")
	runCommand(t, "campaign", "list", "--data-dir", empty, "--server", "http://127.0.0.1:1").check(t, exitFailed, "API key")
	runCommand(t, "campaign", "list", "--data-dir", empty, "--server", "http://127.0.0.1:1", "--api-key", "x").check(t, exitFailed, "can't be reached")
	term := openTerminal(t)
	runCommand(t, "campaign", "list", "--data-dir", empty, "--server", term.url, "--api-key", "x").check(t, exitFailed, "Nobody has this API key")
}

func TestServerFromDevFile(t *testing.T) {
	t.Parallel()
	term := openTerminal(t)
	dir := t.TempDir()
	if err := writeDevFile(dir, devFile{HTTP: term.url, APIKey: terminalKey}); err != nil {
		t.Fatal(err)
	}
	runCommand(t, "campaign", "list", "--data-dir", dir).check(t, exitDone, "KEY")
	// The key isn't given to another server.
	runCommand(t, "campaign", "list", "--data-dir", dir, "--server", "http://127.0.0.1:1").check(t, exitFailed, "API key")
}
