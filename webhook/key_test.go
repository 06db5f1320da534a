package webhook

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
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

// Under a proof that covers the delivery's own name, a captured delivery can't be
// replayed under another Idempotency-Key, nor be added to by the query.
func TestWhatNobodySignedDecidesNothing(t *testing.T) {
	t.Parallel()
	secret := []byte("0123456789abcdef0123456789abcdef")
	h := setup(t, func(w *world, _ *Options) {
		w.hook.Trigger.Verify = &definitions.Verify{StandardWebhooks: "whsec_" + base64.StdEncoding.EncodeToString(secret)}
	})
	signed := standardSigned(secret, "w1", testArrival, `{"a":1}`)
	signed.Set("Idempotency-Key", "another")
	if got, want := h.key(sent{path: "/hooks/" + testToken + "?From=me", body: `{"a":1}`, header: signed}), hashKey(ruleWebhookID, "sms-opt-out", "w1"); got != want {
		t.Errorf("the key is %s, want %s", got, want)
	}
	if payload := string(h.world.lastRun(t).Event.Payload); payload != `{"a":1}` {
		t.Errorf("the payload is %s", payload)
	}
	if got := h.send(sent{method: http.MethodGet, path: "/hooks/" + testToken + "?From=me", header: standardSigned(secret, "w2", testArrival, "")}); got.status != http.StatusMethodNotAllowed {
		t.Errorf("a GET got %d", got.status)
	}
}
