package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"replyflow/definitions"
)

// signed is Twilio's signature as its documentation describes it, written apart
// from the code that checks it.
func signed(address string, params url.Values, token string) http.Header {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		_, _ = io.WriteString(mac, name+params.Get(name))
	}
	return header("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func TestVerifyTwilio(t *testing.T) {
	t.Parallel()
	const address = "https://hooks.example.com/hooks/" + testToken
	params := url.Values{"AccountSid": {testAccount}, "MessageSid": {testSID}, "From": {"+15550100123"}, "Body": {"STOP now & ever"}}
	body := params.Encode()
	foreign := url.Values{"AccountSid": {"AC2"}, "MessageSid": {testSID}}
	jsonBody := `{"AccountSid":"` + testAccount + `"}`
	sum := sha256.Sum256([]byte(jsonBody))
	hashed := "/hooks/" + testToken + "?bodySHA256=" + hex.EncodeToString(sum[:])
	runVerifyCases(t, &definitions.Verify{Twilio: true}, []verifyCase{
		{"good", sent{contentType: formType, body: body, header: signed(address, params, "twilio-token")}, 200, "<Response/>"},
		{"the token before a rotation", sent{contentType: formType, body: body, header: signed(address, params, "old-token")}, 200, ""},
		{"with a query", sent{path: "/hooks/" + testToken + "?x=%7e", contentType: formType, body: body, header: signed(address+"?x=%7e", params, "twilio-token")}, 200, ""},
		{"GET", sent{method: http.MethodGet, path: "/hooks/" + testToken + "?" + body, header: signed(address+"?"+body, nil, "twilio-token")}, 200, ""},
		{"signed JSON", sent{path: hashed, body: jsonBody, contentType: "application/json",
			header: signed("https://hooks.example.com"+hashed, nil, "twilio-token")}, 202, ""},
		{"JSON without a hash", sent{body: jsonBody, contentType: "application/json", header: signed(address, nil, "twilio-token")}, 403, "wrong"},
		{"missing", sent{contentType: formType, body: body}, 403, "is missing"},
		{"another token", sent{contentType: formType, body: body, header: signed(address, params, "other")}, 403, "wrong"},
		{"another body", sent{contentType: formType, body: body + "&x=1", header: signed(address, params, "twilio-token")}, 403, "wrong"},
		{"another address", sent{contentType: formType, body: body, header: signed("https://other.example.com/hooks/"+testToken, params, "twilio-token")}, 403, "wrong"},
		{"rubbish", sent{contentType: formType, body: body, header: header("X-Twilio-Signature", "rubbish")}, 403, "wrong"},
		{"an account that isn't configured", sent{contentType: formType, body: foreign.Encode(), header: signed(address, foreign, "twilio-token")}, 403, "no sender"},
		{"no account", sent{contentType: formType, body: "a=1", header: header("X-Twilio-Signature", "x")}, 403, "no sender"},
	})
}

func TestVerifyTwilioBelowAPath(t *testing.T) {
	t.Parallel()
	params := url.Values{"AccountSid": {testAccount}, "MessageSid": {testSID}}
	h := setup(t, func(w *world, o *Options) {
		o.PublicURL = "https://example.com/replyflow/"
		w.hook.Trigger.Verify = &definitions.Verify{Twilio: true}
	})
	proof := signed("https://example.com/replyflow/hooks/"+testToken+"?a=b%20c", params, "twilio-token")
	for _, path := range []string{"/hooks/", "/replyflow/hooks/"} {
		got := h.send(sent{path: path + testToken + "?a=b%20c", contentType: formType, body: params.Encode(), header: proof})
		if got.status != http.StatusOK {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
}

func TestTargetIsAsTheProviderWroteIt(t *testing.T) {
	t.Parallel()
	cases := []struct{ publicURL, requestURI, want string }{
		{"https://x.example", "/hooks/t?a=%2f+b", "/hooks/t?a=%2f+b"},
		{"https://x.example", "http://inside:8080/hooks/t?a=1", "/hooks/t?a=1"},
		{"https://x.example/p", "/hooks/t", "/p/hooks/t"},
		{"https://x.example/p/", "/p/hooks/t", "/p/hooks/t"},
		{"https://x.example/p", "/path/hooks/t", "/p/path/hooks/t"},
	}
	for _, c := range cases {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.RequestURI = c.requestURI
		if got := New(Options{PublicURL: c.publicURL}).target(r); got != c.want {
			t.Errorf("%s below %s: got %s, want %s", c.requestURI, c.publicURL, got, c.want)
		}
	}
}
