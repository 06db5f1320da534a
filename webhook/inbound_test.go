package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"replyflow/definitions"
	"replyflow/internal/config"
	"replyflow/internal/provider"
	"replyflow/workflows"
)

// ours are the senders of these tests.
type ours []provider.Sender

// List implements provider.Senders.
func (o ours) List(name string) []provider.Sender {
	return slices.DeleteFunc(slices.Clone(o), func(s provider.Sender) bool { return s.Provider != name })
}

var testSenders = ours{
	{Workspace: "default", Region: "US", Sender: config.Sender{
		Name: "US", Channel: "sms", Provider: "twilio", Account: testAccount, Address: "+15550100100", AuthTokens: []config.Secret{"old-token", "twilio-token"},
	}},
	{Workspace: "default", Region: "US", Sender: config.Sender{
		Name: "WA", Channel: "whatsapp", Provider: "meta", PhoneNumberID: "9001", Address: "+15550100200",
		AppSecrets: []config.Secret{"meta-secret"}, VerifyToken: "verify-me",
	}},
}

// launches collects what was started.
type launches struct {
	mu      sync.Mutex
	entries []Entry
}

// Start implements EntryStarter.
func (l *launches) Start(_ context.Context, entry Entry) (workflows.Started, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	return workflows.Started{WorkflowID: entry.WorkflowID}, nil
}

func (l *launches) kinds() (found []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, entry := range l.entries {
		found = append(found, entry.Kind)
	}
	slices.Sort(found)
	return found
}

func setupInbound(t *testing.T, change func(*world, *Options)) (*harness, *launches) {
	t.Helper()
	started := &launches{}
	return setup(t, func(w *world, o *Options) {
		o.Providers, o.Launcher = testSenders, NewLauncher(LauncherOptions{Starter: started})
		if change != nil {
			change(w, o)
		}
	}), started
}

func twilioForm(pairs ...string) url.Values {
	form := url.Values{"AccountSid": {testAccount}, "MessageSid": {testSID}, "From": {"+15550100123"}, "To": {"+15550100100"}, "Body": {"STOP"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func hub(body, secret string) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(body))
	return header("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
}

func TestProvidersAddresses(t *testing.T) {
	t.Parallel()
	const sms = "https://hooks.example.com/inbound/sms"
	form, elsewhere := twilioForm(), twilioForm("To", "+15559999999")
	status := twilioForm("MessageStatus", "undelivered", "ErrorCode", "21610", "From", "+15550100100", "To", "+15550100123")
	meta := `{"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"9001"},` +
		`"messages":[{"from":"15550100123","id":"wamid.1","timestamp":"1795000000","type":"text","text":{"body":"STOP"}},` +
		`{"from":"15550100123","id":"wamid.1","timestamp":"1795000000","type":"text","text":{"body":"STOP"}}],` +
		`"statuses":[{"id":"wamid.2","status":"read","timestamp":"1795000000","recipient_id":"15550100123"}]}}]}]}`
	cases := []struct {
		name   string
		sent   sent
		status int
		body   string
		kinds  []string
	}{
		{"a message", sent{path: "/inbound/sms", contentType: formType, body: form.Encode(), header: signed(sms, form, "old-token")}, 200, "<Response/>", []string{EntryInboundMessage}},
		{"by GET", sent{method: http.MethodGet, path: "/inbound/sms?" + form.Encode(), header: signed(sms+"?"+form.Encode(), nil, "twilio-token")}, 200, "<Response/>", []string{EntryInboundMessage}},
		{"to nobody of ours", sent{path: "/inbound/sms", contentType: formType, body: elsewhere.Encode(), header: signed(sms, elsewhere, "twilio-token")}, 200, "<Response/>", []string{EntryProviderUpdates}},
		{"a wrong signature", sent{path: "/inbound/sms", contentType: formType, body: form.Encode(), header: signed(sms, form, "wrong")}, 403, "wrong", nil},
		{"no signature", sent{path: "/inbound/sms", contentType: formType, body: form.Encode()}, 403, "missing", nil},
		{"another method", sent{method: http.MethodPut, path: "/inbound/sms"}, 405, "not PUT", nil},
		{"too large", sent{path: "/inbound/sms", contentType: formType, body: strings.Repeat("x", DefaultBody+1)}, 413, "larger", nil},
		{"a status", sent{path: "/inbound/sms/status", contentType: formType, body: status.Encode(), header: signed(sms+"/status", status, "twilio-token")}, 204, "", []string{EntryProviderUpdates}},
		{"Meta's question", sent{method: http.MethodGet, path: "/inbound/whatsapp?hub.mode=subscribe&hub.challenge=%3Cb%3E42&hub.verify_token=verify-me"}, 200, "<b>42", nil},
		{"Meta's question, wrongly", sent{method: http.MethodGet, path: "/inbound/whatsapp?hub.mode=subscribe&hub.challenge=42&hub.verify_token=x"}, 403, "", nil},
		{"Meta's messages", sent{path: "/inbound/whatsapp", body: meta, header: hub(meta, "meta-secret")}, 200, "", []string{EntryInboundMessage, EntryProviderUpdates}},
		{"Meta's, wrongly signed", sent{path: "/inbound/whatsapp", body: meta, header: hub(meta, "x")}, 403, "", nil},
		{"unreadable, rightly signed", sent{path: "/inbound/whatsapp", body: "{", header: hub("{", "meta-secret")}, 200, "", []string{EntryProviderUpdates}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h, started := setupInbound(t, nil)
			got := h.send(c.sent)
			if got.status != c.status || !strings.Contains(got.body, c.body) {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, c.status, c.body)
			}
			if c.status == 200 && strings.HasPrefix(c.sent.path, "/inbound/sms") && got.header.Get("Content-Type") != "text/xml" {
				t.Errorf("answered as %s: Twilio would send the text to the person", got.header.Get("Content-Type"))
			}
			if kinds := started.kinds(); !slices.Equal(kinds, c.kinds) {
				t.Errorf("started %v, want %v", kinds, c.kinds)
			}
		})
	}
}

// A verified message of Twilio's that comes by a campaign's address is an inbound
// message too; an unverified one isn't, since anybody could have written it.
func TestHookIsAnInboundMessageToo(t *testing.T) {
	t.Parallel()
	form := twilioForm()
	proof := signed("https://hooks.example.com/hooks/"+testToken, form, "twilio-token")
	for _, c := range []struct {
		name   string
		verify *definitions.Verify
		status Status
		kinds  []string
		answer int
	}{
		{"verified", &definitions.Verify{Twilio: true}, StatusStarted, []string{EntryCampaignRun, EntryInboundMessage}, http.StatusOK},
		{"verified, paused", &definitions.Verify{Twilio: true}, StatusPaused, []string{EntryInboundMessage}, http.StatusOK},
		{"verified, archived", &definitions.Verify{Twilio: true}, StatusArchived, []string{EntryInboundMessage}, http.StatusGone},
		{"not verified, archived", nil, StatusArchived, nil, http.StatusGone},
		{"not verified", nil, StatusStarted, []string{EntryCampaignRun}, http.StatusOK},
	} {
		h, started := setupInbound(t, func(w *world, _ *Options) { w.hook.Trigger.Verify, w.hook.Status = c.verify, c.status })
		if got := h.send(sent{contentType: formType, body: form.Encode(), header: proof}); got.status != c.answer {
			t.Errorf("%s: %d %s", c.name, got.status, got.body)
		}
		if kinds := started.kinds(); !slices.Equal(kinds, c.kinds) {
			t.Errorf("%s: started %v, want %v", c.name, kinds, c.kinds)
		}
	}
}

// What Twilio posts to a campaign's address is read as at its own: signed JSON, a
// message whose id has another name, and what became of a message of ours.
func TestHookReadsWhatTwilioPosts(t *testing.T) {
	t.Parallel()
	const address = "https://hooks.example.com/hooks/" + testToken
	named := twilioForm()
	named.Set("SmsSid", named.Get("MessageSid"))
	named.Del("MessageSid")
	status := twilioForm("MessageStatus", "undelivered", "SmsStatus", "undelivered", "ErrorCode", "21610", "From", "+15550100100", "To", "+15550100123")
	object := fmt.Sprintf(`{"AccountSid":%q,"MessageSid":%q,"From":"+15550100123","To":"+15550100100","Body":"STOP"}`, testAccount, testSID)
	sum := sha256.Sum256([]byte(object))
	hashed := "?bodySHA256=" + hex.EncodeToString(sum[:])
	for name, c := range map[string]struct {
		sent sent
		kind string
	}{
		"JSON":              {sent{path: "/hooks/" + testToken + hashed, body: object, header: signed(address+hashed, nil, "twilio-token")}, EntryInboundMessage},
		"another id's name": {sent{contentType: formType, body: named.Encode(), header: signed(address, named, "twilio-token")}, EntryInboundMessage},
		"a status":          {sent{contentType: formType, body: status.Encode(), header: signed(address, status, "twilio-token")}, EntryProviderUpdates},
	} {
		h, started := setupInbound(t, func(w *world, _ *Options) { w.hook.Trigger.Verify = &definitions.Verify{Twilio: true} })
		if got := h.send(c.sent); got.status/100 != 2 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if kinds := started.kinds(); !slices.Equal(kinds, []string{EntryCampaignRun, c.kind}) {
			t.Errorf("%s: started %v", name, kinds)
		}
	}
}
