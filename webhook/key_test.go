package webhook

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"replyflow/definitions"
)

const twilioBody = "AccountSid=" + testAccount + "&MessageSid=" + testSID + "&Body=STOP"

// key sends a request and returns the key of its run.
func (h *harness) key(s sent) string {
	h.t.Helper()
	got := h.send(s)
	key, ok := strings.CutPrefix(got.header.Get("Replyflow-Run"), "sms-opt-out.")
	if !ok {
		h.t.Fatalf("no run: %d %s", got.status, got.body)
	}
	return key
}

func TestKeyOrder(t *testing.T) {
	t.Parallel()
	all := header("Idempotency-Key", "k1", "webhook-id", "w1")
	onlyID := header("webhook-id", "w1")
	cases := []struct {
		name, dedupe string
		sent         sent
		want         string
	}{
		{"header first", "order", sent{contentType: formType, body: twilioBody + "&order=7", header: all}, hashKey(ruleHeader, "sms-opt-out", "k1")},
		{"then the field", "order", sent{contentType: formType, body: twilioBody + "&order=7", header: onlyID}, hashKey(ruleField, "sms-opt-out", "order", `"7"`)},
		{"a missing field falls through", "order", sent{contentType: formType, body: twilioBody, header: onlyID}, testSID},
		{"a null field falls through", "order", sent{body: `{"order":null}`, header: onlyID}, hashKey(ruleWebhookID, "sms-opt-out", "w1")},
		{"an empty field falls through", "order", sent{body: `{"order":""}`, header: onlyID}, hashKey(ruleWebhookID, "sms-opt-out", "w1")},
		{"a number", "order", sent{body: `{"order":7.10}`}, hashKey(ruleField, "sms-opt-out", "order", "7.10")},
		{"an escaped text", "order", sent{body: `{"order":"\u0037"}`}, hashKey(ruleField, "sms-opt-out", "order", `"7"`)},
		{"a nested field", "order.id", sent{body: `{"order":{"id":"7"}}`}, hashKey(ruleField, "sms-opt-out", "order.id", `"7"`)},
		{"Twilio's own", "", sent{contentType: formType, body: twilioBody, header: onlyID}, testSID},
		{"Twilio's own as the field", "MessageSid", sent{contentType: formType, body: twilioBody}, testSID},
		{"Twilio's without the shape of a SID", "", sent{contentType: formType, body: "AccountSid=AC1&MessageSid=SM../../x"}, hashKey(ruleTwilio, "AC1", "SM../../x")},
		{"Twilio's names in JSON are no form", "", sent{body: `{"AccountSid":"AC1","MessageSid":"` + testSID + `"}`, header: onlyID}, hashKey(ruleWebhookID, "sms-opt-out", "w1")},
		{"blank header", "", sent{header: header("Idempotency-Key", " ", "webhook-id", "w1")}, hashKey(ruleWebhookID, "sms-opt-out", "w1")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := setup(t, func(w *world, _ *Options) { w.hook.Trigger = definitions.Webhook{Dedupe: c.dedupe} })
			if got := h.key(c.sent); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// Whoever captured a signed delivery can send it again under any
// Idempotency-Key: what was signed names it, where that has a name for it.
func TestKeyOrderUnderASignature(t *testing.T) {
	t.Parallel()
	secret := []byte("0123456789abcdef0123456789abcdef")
	const (
		address = "https://hooks.example.com/hooks/" + testToken
		order   = `{"order":7}`
	)
	twilio := definitions.Verify{Twilio: true}
	standard := definitions.Verify{StandardWebhooks: base64.StdEncoding.EncodeToString(secret)}
	hashed := definitions.Verify{HMAC: &definitions.VerifyHMAC{Secret: "s", Header: "X-Signature"}}
	basic := definitions.Verify{Basic: &definitions.VerifyUser{Username: "shop", Password: "p"}}
	message := url.Values{"AccountSid": {testAccount}, "MessageSid": {testSID}, "order": {"7"}}
	call := url.Values{"AccountSid": {testAccount}, "CallSid": {"CA1"}}
	byHeader, byField := hashKey(ruleHeader, "sms-opt-out", "k1"), func(value string) string { return hashKey(ruleField, "sms-opt-out", "order", value) }
	cases := []struct {
		name, dedupe string
		verify       definitions.Verify
		sent         sent
		want         string
	}{
		{"Twilio's field", "order", twilio, sent{contentType: formType, body: message.Encode(), header: signed(address, message, "twilio-token")}, byField(`"7"`)},
		{"Twilio's message", "", twilio, sent{contentType: formType, body: message.Encode(), header: signed(address, message, "twilio-token")}, testSID},
		{"nothing of Twilio's", "", twilio, sent{contentType: formType, body: call.Encode(), header: signed(address, call, "twilio-token")}, byHeader},
		{"a standard field", "order", standard, sent{body: order, header: standardSigned(secret, "w1", testArrival, order)}, byField("7")},
		{"a standard id", "", standard, sent{body: order, header: standardSigned(secret, "w1", testArrival, order)}, hashKey(ruleWebhookID, "sms-opt-out", "w1")},
		{"an hmac's field", "order", hashed, sent{body: order, header: hmacSigned("s", order)}, byField("7")},
		{"an hmac's message", "", hashed, sent{contentType: formType, body: message.Encode(), header: hmacSigned("s", message.Encode())}, testSID},
		{"an hmac without its field", "order", hashed, sent{body: `{}`, header: hmacSigned("s", `{}`)}, byHeader},
		{"an hmac without a field", "", hashed, sent{body: order, header: hmacSigned("s", order)}, byHeader},
		{"basic signs nothing", "order", basic, sent{body: order, header: header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("shop:p")))}, byHeader},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := setup(t, func(w *world, _ *Options) { w.hook.Trigger = definitions.Webhook{Dedupe: c.dedupe, Verify: &c.verify} })
			c.sent.header.Set("Idempotency-Key", "k1")
			if got := h.key(c.sent); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestKeysArePlainAndUnambiguous(t *testing.T) {
	t.Parallel()
	seen := map[string][]string{}
	for _, parts := range [][]string{{"a", "b", "c"}, {"ab", "c"}, {"a", "bc"}, {"abc"}, {"a", "b", "", "c"}, {"a\x00b", "c"}, {strings.Repeat("x", 100_000)}} {
		key := hashKey(parts...)
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(key) {
			t.Errorf("%q is no key", key)
		}
		if other, ok := seen[key]; ok {
			t.Errorf("%q and %q share a key", parts, other)
		}
		seen[key] = parts
	}
}

func TestDeliveriesWithoutAKeyAreRunsOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	if first, second := h.key(sent{body: "{}"}), h.key(sent{body: "{}"}); first == second {
		t.Errorf("both have key %s", first)
	}
}

func TestDedupeValueIsTheWholeList(t *testing.T) {
	t.Parallel()
	value, ok := dedupeValue("a", json.RawMessage(`{"a":["x","y"]}`))
	if !ok || value != `["x","y"]` {
		t.Errorf("got %q, %v", value, ok)
	}
}

func TestRandomKeyNeedsAllItsBytes(t *testing.T) {
	t.Parallel()
	h := setup(t, func(_ *world, o *Options) { o.Random = iotest.DataErrReader(strings.NewReader("short")) })
	if got := h.send(sent{}); got.status != http.StatusInternalServerError {
		t.Errorf("got %d", got.status)
	}
}
