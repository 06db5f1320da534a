package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.temporal.io/api/serviceerror"

	"replyflow/internal/config"
	"replyflow/webhook"
	"replyflow/workflows"
)

// sendSenders are the senders of the server that the tests of send post to.
const sendSenders = `workspaces:
  - senders:
      - {name: SMS, channel: sms, provider: twilio, account: AC1, auth_tokens: [twilio-token], address: "+15550100100"}
      - {name: Service, channel: sms, provider: twilio, account: AC1, auth_tokens: [twilio-token], messaging_service: MG1, numbers: ["+15550100101"]}
      - {name: WA by Twilio, channel: whatsapp, provider: twilio, account: AC1, auth_tokens: [twilio-token], address: "+15550100102"}
      - {name: WhatsApp, channel: whatsapp, provider: meta, phone_number_id: "9001", app_secrets: [meta-secret], address: "+15550100200"}
`

// posted is a server's real intake, behind which everything that was believed and
// read is kept: Temporal is always down.
type posted struct {
	dir string

	mu      sync.Mutex
	entries []webhook.Entry
	bodies  []string
}

func openPosted(t *testing.T) *posted {
	t.Helper()
	cfg, err := config.Load(writeFile(t, "replyflow.yaml", sendSenders))
	if err != nil {
		t.Fatal(err)
	}
	p := &posted{dir: t.TempDir()}
	// A provider signs over another address than the one that it is tried at.
	const public = "https://hooks.example.com/behind/a/proxy"
	ours := newSenders(cfg)
	router := webhook.NewRouter()
	webhook.New(webhook.Options{
		Launcher: webhook.NewLauncher(webhook.LauncherOptions{Starter: p, Spool: p, Logger: slog.New(slog.DiscardHandler)}),
		Senders:  ours, Providers: ours, PublicURL: public, Logger: slog.New(slog.DiscardHandler),
	}).Register(router)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What can't be read is refused below.
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		p.bodies = append(p.bodies, string(body))
		p.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.URL.Path = "/behind/a/proxy" + r.URL.Path
		r.RequestURI = "/behind/a/proxy" + r.RequestURI
		router.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	file := devFile{HTTP: server.URL, APIKey: "key", PublicURL: public}
	sendSecrets(&file, cfg)
	if err := writeDevFile(p.dir, file); err != nil {
		t.Fatal(err)
	}
	return p
}

// Start implements webhook.EntryStarter.
func (*posted) Start(context.Context, webhook.Entry) (workflows.Started, error) {
	return workflows.Started{}, serviceerror.NewUnavailable("always down")
}

// Append implements webhook.Spool.
func (p *posted) Append(_ context.Context, entries []webhook.Entry) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entries = append(p.entries, entries...)
	return nil
}

func (*posted) Read(uint64, int) ([]webhook.Entry, []uint64, error) { return nil, nil, nil }
func (*posted) Ack([]uint64) error                                  { return nil }
func (*posted) Check(context.Context) error                         { return nil }
func (*posted) Damaged() (int, []string)                            { return 0, nil }
func (*posted) Waiting() (int, int64)                               { return 0, 0 }

// messagesOf leaves out what is kept as it came, for no sender.
func messagesOf(entries []webhook.Entry) []webhook.Entry {
	return slices.DeleteFunc(entries, func(entry webhook.Entry) bool { return entry.Kind != webhook.EntryInboundMessage })
}

// send runs a send command and returns what the server kept of it.
func (p *posted) send(t *testing.T, args ...string) (result, []webhook.Entry) {
	t.Helper()
	p.mu.Lock()
	p.entries, p.bodies = nil, nil
	p.mu.Unlock()
	got := runCommand(t, append(append([]string{"send"}, args...), "--data-dir", p.dir)...)
	p.mu.Lock()
	defer p.mu.Unlock()
	return got, p.entries
}

// one is the one message or update that was kept.
func one(t *testing.T, entries []webhook.Entry) any {
	t.Helper()
	var input struct {
		Message any   `json:"message"`
		Updates []any `json:"updates"`
	}
	if len(entries) != 1 {
		t.Fatalf("%d entries are kept", len(entries))
	}
	if err := json.Unmarshal(entries[0].Input, &input); err != nil {
		t.Fatal(err)
	}
	if input.Message != nil {
		return input.Message
	}
	if len(input.Updates) != 1 {
		t.Fatalf("kept %s", entries[0].Input)
	}
	return input.Updates[0]
}

// lacks says what of want isn't in got; maps may have more.
func lacks(path string, got, want any) string {
	wanted, isMap := want.(map[string]any)
	if !isMap {
		if reflect.DeepEqual(got, want) {
			return ""
		}
		return fmt.Sprintf("%s is %v, want %v; ", path, got, want)
	}
	found, _ := got.(map[string]any)
	var missing strings.Builder
	for name, value := range wanted {
		missing.WriteString(lacks(path+"."+name, found[name], value))
	}
	return missing.String()
}

// sendCase is a command, what the server must have read, and what is told.
type sendCase struct {
	name string
	args []string
	want string
	told string
}

func (p *posted) try(t *testing.T, cases []sendCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, entries := p.send(t, c.args...)
			got.check(t, exitDone, c.told)
			var want any
			if err := json.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			if missing := lacks("it", one(t, entries), want); missing != "" {
				t.Error(missing)
			}
		})
	}
}

func TestSendSMSOfEveryKind(t *testing.T) {
	t.Parallel()
	const from = "+15555550101"
	sms := func(args ...string) []string { return append([]string{"sms", "--from", from}, args...) }
	openPosted(t).try(t, []sendCase{
		{"text", sms("--body", "Grüße & \x00", "--message-sid", sid(1)),
			`{"id": "` + sid(1) + `", "kind": "text", "from": "+15555550101", "to": "+15550100100", "body": "Grüße & ", "sender": {"name": "SMS"}}`, "taken: message " + sid(1)},
		{"opt-out type", sms("--body", "BAJA", "--opt-out-type", "STOP"), `{"opt_out": "opt_out"}`, "taken: message SM"},
		{"media", sms("--media", "https://example.com/a.png?x=1", "--media", "https://example.com/b"),
			`{"kind": "media", "media": [{"url": "https://example.com/a.png?x=1", "content_type": "image/png"}, {"url": "https://example.com/b", "content_type": "image/jpeg"}]}`, "taken: message MM"},
		{"service", sms("--to", "+15550100999", "--service", "MG1", "--body", "x"), `{"service": "MG1", "to": "+15550100999", "sender": {"name": "Service"}}`, ""},
		{"a number of the service", sms("--to", "+15550100101", "--body", "x"), `{"sender": {"name": "Service"}}`, ""},
		{"repeated parameters", sms("--param", "X=1", "--param", "X=2", "--param", "Body=instead", "--param", "Y="),
			`{"body": "instead", "raw": {"X": ["1", "2"], "Body": "instead", "Y": ""}}`, ""},
		{"WhatsApp", []string{"sms", "--from", "whatsapp:+15555550101", "--to", "whatsapp:+15550100102", "--param", "ButtonText=Yes", "--param", "ButtonPayload=y"},
			`{"channel": "whatsapp", "kind": "button", "button": {"text": "Yes", "payload": "y"}, "sender": {"name": "WA by Twilio"}}`, ""},
	})
}

func TestSendStatus(t *testing.T) {
	t.Parallel()
	p := openPosted(t)
	status := func(args ...string) []string { return append([]string{"status", "--message", sid(8)}, args...) }
	p.try(t, []sendCase{
		{"delivered", status("--status", "delivered"),
			`{"sender": {"name": "SMS"}, "status": {"provider_id": "` + sid(8) + `", "status": "delivered", "from": "+15550100100"}}`, "taken: message " + sid(8) + " is delivered"},
		{"21610", status("--status", "failed", "--error-code", "21610", "--to", "+15555550101", "--send-id", "answer-1 & 2"),
			`{"status": {"status": "failed", "error_code": "21610", "to": "+15555550101", "send_id": "answer-1 & 2", "opt_out": {"category": "all", "rule": "twilio_21610"}}}`, ""},
		{"service", status("--status", "undelivered", "--error-code", "30003", "--from", "+15550100998", "--service", "MG1"), `{"sender": {"name": "Service"}, "status": {"error_code": "30003"}}`, ""},
		{"WhatsApp", status("--status", "read", "--from", "whatsapp:+15550100102"), `{"channel": "whatsapp", "status": {"status": "read"}}`, ""},
	})
	for want, args := range map[string][]string{
		"--message and --status are needed":                       {"status", "--status", "sent"},
		"--status is one of":                                      status("--status", "lost"),
		"goes with --status failed or undelivered, not delivered": status("--status", "delivered", "--error-code", "21610"),
		"--error-code is a number":                                status("--status", "failed", "--error-code", "STOP"),
	} {
		got, _ := p.send(t, args...)
		got.check(t, exitMisused, want)
	}
	got, _ := p.send(t, status("--status", "sent", "--from", "+15550109999")...)
	got.check(t, exitFailed, "no sender of the server has the address +15550109999", "does nothing")
	runCommand(t, append([]string{"send"}, status("--status", "sent", "--server", "http://127.0.0.1:1", "--data-dir", t.TempDir())...)...).
		check(t, exitMisused, "--from or --service is needed")
}

func TestSendSMSRefusals(t *testing.T) {
	t.Parallel()
	p := openPosted(t)
	sms := func(args ...string) []string {
		return append([]string{"sms", "--from", "+15555550101", "--body", "x"}, args...)
	}
	many := []string{}
	for range 11 {
		many = append(many, "--media", "https://example.com/a.png")
	}
	for want, args := range map[string][]string{
		"--campaign and --url don't go together":        sms("--campaign", "a", "--url", "http://127.0.0.1:1/"),
		"--campaign and --public-url don't go together": sms("--campaign", "a", "--public-url", "https://x.example"),
		"--url and --public-url don't go together":      sms("--url", "http://127.0.0.1:1/", "--public-url", "https://x.example"),
		"--media is the address of a file":              sms("--media", "cat.png"),
		"--media may be repeated 10 times":              sms(many...),
		"--param is NAME=VALUE":                         sms("--param", "x"),
	} {
		got, entries := p.send(t, args...)
		got.check(t, exitMisused, want)
		if len(entries) > 0 {
			t.Errorf("%s: it was sent", want)
		}
	}
	unknown, entries := p.send(t, sms("--to", "+15550109999")...)
	unknown.check(t, exitFailed, "no sender of the server has the address +15550109999")
	if strings.Contains(unknown.stdout, "taken") || len(messagesOf(entries)) > 0 {
		t.Errorf("told %q, kept %d", unknown.stdout, len(entries))
	}
	unknown, _ = p.send(t, sms("--to", "+15550109999", "--service", "MG9")...)
	unknown.check(t, exitFailed, "the address +15550109999 or the messaging service MG9")
	wrong, _ := p.send(t, sms("--auth-token", "wrong")...)
	wrong.check(t, exitFailed, "403", "the X-Twilio-Signature header is wrong")
}
