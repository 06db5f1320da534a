package provider

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// idShape is what may stand in an id: nothing of a person's.
var idShape = regexp.MustCompile(`^((SM|MM)[0-9a-fA-F]{32}|[0-9a-f]{32})$`)

// checkRead asks of what a reader made of a request, whatever the request was,
// that everybody behind it can take it.
func checkRead(t *testing.T, size int, batch Batch, err error) {
	t.Helper()
	var refused *Refusal
	if err != nil && (!errors.As(err, &refused) || refused.Status < 400 || refused.Status > 499 || len(refused.Reason) > 300) {
		t.Fatalf("it failed with %v", err)
	}
	// The shortest message takes ten bytes; each may repeat a few short names.
	if count := len(batch.Messages) + len(batch.Updates); count > size/2+3 {
		t.Fatalf("%d bytes became %d messages and updates", size, count)
	}
	for _, m := range batch.Messages {
		if !idShape.MatchString(m.ID) {
			t.Errorf("the id %q may tell something", m.ID)
		}
		for _, text := range []string{m.ProviderID, m.Account, m.From, m.To, m.Body, m.ProfileName, m.Service, m.ReplyTo, m.Group, fmt.Sprint(m.Media, m.Aliases)} {
			if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
				t.Errorf("%q can't be stored", text)
			}
		}
		checkRaw(t, m.Raw)
		if m.Kind == "" || m.Sender.Workspace == "" || !m.ArrivedAt.Equal(goldenTime) || m.EffectiveAt().After(goldenTime) {
			t.Errorf("kind %q, workspace %q, arrived at %s, effective at %s", m.Kind, m.Sender.Workspace, m.ArrivedAt, m.EffectiveAt())
		}
	}
	for _, u := range batch.Updates {
		if !idShape.MatchString(u.Key) {
			t.Errorf("the key %q may tell something", u.Key)
		}
		checkRaw(t, u.Raw)
	}
	if _, err := json.Marshal(batch); err != nil {
		t.Errorf("the batch can't be written: %v", err)
	}
}

func checkRaw(t *testing.T, raw json.RawMessage) {
	t.Helper()
	if !json.Valid(raw) || !utf8.Valid(raw) || len(raw) > maxRaw {
		t.Errorf("the raw part can't be kept: %.200q", raw)
	}
}

// seeds gives a fuzz target the bodies of a provider's golden requests.
func seeds(f *testing.F, p Provider, add func(Request)) {
	f.Helper()
	for _, file := range requestsOf(f, p) {
		add(readRequestFile(f, file))
	}
}

func FuzzTwilio(f *testing.F) {
	seeds(f, Twilio{}, func(r Request) {
		_, query, _ := strings.Cut(r.URL, "?")
		f.Add(string(r.Body), query, r.Method == http.MethodGet, r.Header.Get("Content-Type") == "application/json")
	})
	f.Fuzz(func(t *testing.T, body, query string, get, isJSON bool) {
		r := Request{Method: http.MethodPost, URL: publicURL + "/inbound/sms?" + query, Body: []byte(body), Header: http.Header{}, ArrivedAt: goldenTime}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if get {
			r.Method = http.MethodGet
		}
		if isJSON {
			r.Header.Set("Content-Type", "application/json")
		}
		call := TwilioCall{URL: r.URL, Method: r.Method, ContentType: r.Header.Get("Content-Type"), Body: r.Body}
		parameters, _ := call.parameters()
		r.Header.Set("X-Twilio-Signature", twilioHMAC("twilio-token", r.URL+parameters))
		for _, read := range []func(Request, Senders) (Batch, error){readTwilioMessage, readTwilioStatus} {
			batch, err := read(r, goldenSenders)
			checkRead(t, len(body)+len(query), batch, err)
		}
		if values, err := url.ParseQuery(body); err == nil && !get && !isJSON && !call.SignedBy(SignTwilio(r.URL, values, "token"), []string{"token"}) && !strings.Contains(r.URL, "#") {
			t.Error("a form that was signed isn't believed")
		}
	})
}

func FuzzMeta(f *testing.F) {
	seeds(f, Meta{}, func(r Request) { f.Add(string(r.Body)) })
	f.Fuzz(func(t *testing.T, body string) {
		r := Request{Method: http.MethodPost, URL: publicURL + "/inbound/whatsapp", Body: []byte(body), Header: http.Header{}, ArrivedAt: goldenTime}
		r.Header.Set("X-Hub-Signature-256", "{signed by meta-secret}")
		signFile(t, &r)
		batch, err := readMeta(r, goldenSenders)
		if err != nil {
			t.Fatalf("a signed body was refused: %v", err)
		}
		if len(batch.Messages)+len(batch.Updates)+batch.Unknown == 0 {
			t.Error("nothing was kept of a signed body")
		}
		checkRead(t, len(body), batch, err)
	})
}

func FuzzGateway(f *testing.F) {
	seeds(f, Gateway{}, func(r Request) { f.Add(string(r.Body), "Local gateway") })
	f.Fuzz(func(t *testing.T, body, sender string) {
		r := Request{Method: http.MethodPost, Body: []byte(body), Header: http.Header{}, Vars: map[string]string{"sender": sender}, ArrivedAt: goldenTime}
		r.Header.Set("X-Gateway-Signature", "{signed by gateway-secret}")
		signFile(t, &r)
		batch, err := readGateway(r, goldenSenders)
		checkRead(t, len(body), batch, err)
	})
}
