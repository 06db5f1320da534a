package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"replyflow/definitions"
)

type verifyCase struct {
	name   string
	sent   sent
	status int
	reason string
}

func runVerifyCases(t *testing.T, verify *definitions.Verify, cases []verifyCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := setup(t, func(w *world, _ *Options) { w.hook.Trigger.Verify = verify })
			got := h.send(c.sent)
			if got.status != c.status || !strings.Contains(got.body, c.reason) {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, c.status, c.reason)
			}
			runs, samples := h.world.effects()
			if wantRuns := map[bool]int{true: 1}[c.status < 300]; runs != wantRuns || samples != 0 {
				t.Errorf("%d runs and %d samples after %d", runs, samples, c.status)
			}
		})
	}
}

func TestWithoutVerifySignaturesMeanNothing(t *testing.T) {
	t.Parallel()
	runVerifyCases(t, nil, []verifyCase{
		{"wrong signatures", sent{body: "{}", header: header("X-Twilio-Signature", "x", "webhook-signature", "v1,x", "Authorization", "x")}, 202, ""},
	})
}

func TestVerifyThatNobodyKnowsIsRefused(t *testing.T) {
	t.Parallel()
	runVerifyCases(t, &definitions.Verify{}, []verifyCase{{"anything", sent{body: "{}"}, 403, "not supported"}})
}

func standardSigned(secret []byte, id string, at time.Time, body string) http.Header {
	stamp := fmt.Sprint(at.Unix())
	mac := hmac.New(sha256.New, secret)
	_, _ = fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
	return header("webhook-id", id, "webhook-timestamp", stamp,
		"webhook-signature", "v1a,other v1,AAAA v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func TestVerifyStandardWebhooks(t *testing.T) {
	t.Parallel()
	secret := []byte("0123456789abcdef0123456789abcdef")
	good := standardSigned(secret, "msg_1", testArrival, `{"a":1}`)
	without := good.Clone()
	without.Del("webhook-signature")
	twisted := good.Clone()
	twisted.Set("webhook-id", "msg_2")
	rubbish := good.Clone()
	rubbish.Set("webhook-timestamp", "yesterday")
	const body = `{"a":1}`
	runVerifyCases(t, &definitions.Verify{StandardWebhooks: "whsec_" + base64.StdEncoding.EncodeToString(secret)}, []verifyCase{
		{"good", sent{body: body, header: good}, 202, ""},
		{"another body", sent{body: `{"a":2}`, header: good}, 403, "webhook-signature is wrong"},
		{"another id", sent{body: body, header: twisted}, 403, "wrong"},
		{"missing", sent{body: body, header: without}, 403, "missing"},
		{"no headers", sent{body: body}, 403, "missing"},
		{"no time", sent{body: body, header: rubbish}, 403, "not a time"},
		{"just in time", sent{body: body, header: standardSigned(secret, "m", testArrival.Add(-5*time.Minute+time.Second), body)}, 202, ""},
		{"too old", sent{body: body, header: standardSigned(secret, "m", testArrival.Add(-5*time.Minute-time.Second), body)}, 403, "check the clocks"},
		{"from the future", sent{body: body, header: standardSigned(secret, "m", testArrival.Add(5*time.Minute+2*time.Second), body)}, 403, "check the clocks"},
		{"another secret", sent{body: body, header: standardSigned([]byte("x"), "m", testArrival, body)}, 403, "wrong"},
		{"malformed and signed", sent{body: "{", header: standardSigned(secret, "m", testArrival, "{")}, 400, "not valid JSON"},
		{"malformed and unsigned", sent{body: "{"}, 403, "missing"},
	})
	runVerifyCases(t, &definitions.Verify{StandardWebhooks: "whsec_!"}, []verifyCase{
		{"broken secret", sent{body: body, header: good}, 403, "correct its trigger"},
	})
}

func hmacSigned(secret, body string) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(body))
	return header("X-Signature", hex.EncodeToString(mac.Sum(nil)))
}

// A signature of the body says nothing about the query: a stranger with a captured
// delivery could name another person in it. A GET has no body to sign.
func TestWhatIsNotSignedIsNoPayload(t *testing.T) {
	t.Parallel()
	secret := []byte("0123456789abcdef0123456789abcdef")
	const body = `{"a":1}`
	schemes := map[string]struct {
		verify      definitions.Verify
		proof, none http.Header
	}{
		"hmac": {
			definitions.Verify{HMAC: &definitions.VerifyHMAC{Secret: "s", Header: "X-Signature"}}, hmacSigned("s", body), hmacSigned("s", ""),
		},
		"standard_webhooks": {
			definitions.Verify{StandardWebhooks: base64.StdEncoding.EncodeToString(secret)},
			standardSigned(secret, "w1", testArrival, body), standardSigned(secret, "w1", testArrival, ""),
		},
	}
	for name, scheme := range schemes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setup(t, func(w *world, _ *Options) { w.hook.Trigger.Verify = &scheme.verify })
			for _, query := range []string{"?From=me", "?%zz"} {
				if got := h.send(sent{path: "/hooks/" + testToken + query, body: body, header: scheme.proof}); got.status != http.StatusAccepted {
					t.Errorf("%s: got %d %s", query, got.status, got.body)
				}
				if payload := string(h.world.lastRun(t).Event.Payload); payload != body {
					t.Errorf("%s: the payload is %s", query, payload)
				}
			}
			got := h.send(sent{method: http.MethodGet, path: "/hooks/" + testToken + "?From=me", header: scheme.none})
			if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") != "POST" || !strings.Contains(got.body, "send a POST") {
				t.Errorf("a GET got %d, Allow %q: %s", got.status, got.header.Get("Allow"), got.body)
			}
		})
	}
}

func TestVerifyHMAC(t *testing.T) {
	t.Parallel()
	const body = `{"a":1}`
	mac := hmac.New(sha256.New, []byte("s"))
	_, _ = mac.Write([]byte(body))
	inHex := hex.EncodeToString(mac.Sum(nil))
	runVerifyCases(t, &definitions.Verify{HMAC: &definitions.VerifyHMAC{Secret: "s", Header: "X-Hub-Signature-256", Prefix: "sha256="}}, []verifyCase{
		{"good", sent{body: body, header: header("X-Hub-Signature-256", "sha256="+inHex)}, 202, ""},
		{"capitals", sent{body: body, header: header("X-Hub-Signature-256", "sha256="+strings.ToUpper(inHex))}, 202, ""},
		{"no prefix", sent{body: body, header: header("X-Hub-Signature-256", inHex)}, 403, "does not begin with sha256="},
		{"another body", sent{body: `{}`, header: header("X-Hub-Signature-256", "sha256="+inHex)}, 403, "is wrong"},
		{"shortened", sent{body: body, header: header("X-Hub-Signature-256", "sha256="+inHex[:10])}, 403, "is wrong"},
		{"no hex", sent{body: body, header: header("X-Hub-Signature-256", "sha256=zz")}, 403, "not hex"},
		{"missing", sent{body: body}, 403, "is missing"},
	})
	old := hmac.New(sha1.New, []byte("s"))
	_, _ = old.Write([]byte(body))
	runVerifyCases(t, &definitions.Verify{HMAC: &definitions.VerifyHMAC{Secret: "s", Header: "X-S", Algorithm: "sha1", Encoding: "base64"}}, []verifyCase{
		{"sha1 in base64", sent{body: body, header: header("X-S", base64.StdEncoding.EncodeToString(old.Sum(nil)))}, 202, ""},
		{"sha256 instead", sent{body: body, header: header("X-S", base64.StdEncoding.EncodeToString(mac.Sum(nil)))}, 403, "is wrong"},
	})
	runVerifyCases(t, &definitions.Verify{HMAC: &definitions.VerifyHMAC{Header: "X-S"}}, []verifyCase{
		{"no secret", sent{body: body, header: header("X-S", inHex)}, 403, "correct its trigger"},
	})
}

func TestVerifyBasic(t *testing.T) {
	t.Parallel()
	basic := func(pair string) http.Header {
		return header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	runVerifyCases(t, &definitions.Verify{Basic: &definitions.VerifyUser{Username: "shop", Password: "a:b"}}, []verifyCase{
		{"good", sent{body: "{}", header: basic("shop:a:b")}, 202, ""},
		{"wrong password", sent{body: "{}", header: basic("shop:a")}, 403, "wrong username or password"},
		{"wrong name", sent{body: "{}", header: basic("Shop:a:b")}, 403, "wrong username or password"},
		{"missing", sent{body: "{}"}, 403, "is missing"},
		{"rubbish", sent{body: "{}", header: header("Authorization", "Bearer x")}, 403, "is missing"},
	})
}
