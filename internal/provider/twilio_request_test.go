package provider

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// twilioHMAC is Twilio's signature over a text that is put together already.
func twilioHMAC(token, text string) string {
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// What Twilio signs doesn't depend on the order in which it sends, and a change of
// any value ends it.
func TestTwilioSignatureProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.MapOfN(rapid.StringN(1, 8, 40), rapid.SliceOfN(rapid.String(), 1, 3), 1, 6).Draw(t, "values")
		names := slices.Sorted(maps.Keys(values))
		signed := publicURL + "/inbound/sms"
		for _, name := range names {
			each := slices.Clone(values[name])
			slices.Sort(each)
			for _, value := range slices.Compact(each) {
				signed += name + value
			}
		}
		var pairs []string
		for _, name := range rapid.Permutation(names).Draw(t, "order") {
			for _, value := range values[name] {
				pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
			}
		}
		call := TwilioCall{
			URL: publicURL + "/inbound/sms", Method: http.MethodPost, ContentType: "application/x-www-form-urlencoded; charset=UTF-8",
			Body: []byte(strings.Join(pairs, "&")),
		}
		signature := twilioHMAC("token", signed)
		if !call.SignedBy(signature, []string{"older", "token"}) {
			t.Fatalf("%s isn't believed", call.Body)
		}
		call.Body = append(call.Body, 'x')
		if call.SignedBy(signature, []string{"older", "token"}) {
			t.Fatalf("%s is believed after a change", call.Body)
		}
	})
}

func TestTwilioSignsOneWayOfWritingTheURL(t *testing.T) {
	t.Parallel()
	cases := []struct{ called, signed string }{
		{"https://user:pass@hooks.example.com/a?b=1", "https://hooks.example.com/a?b=1"},
		{"https://hooks.example.com/a", "https://hooks.example.com:443/a"},
		{"https://hooks.example.com:8443/a", "https://hooks.example.com/a"},
		{"https://[2001:db8::1]/a", "https://[2001:db8::1]:443/a"},
		{"https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"},
		{"https://hooks.example.com/a?name=O'Neill", "https://hooks.example.com/a?name=O%27Neill"},
		{"https://hooks.example.com/a?x=%7e&y=a+b", "https://hooks.example.com/a?x=%7e&y=a+b"},
	}
	for _, c := range cases {
		call := TwilioCall{URL: c.called, Method: http.MethodGet}
		if !call.SignedBy(twilioHMAC("token", c.signed), []string{"token"}) {
			t.Errorf("%s signed as %s isn't believed", c.called, c.signed)
		}
		if call.SignedBy(twilioHMAC("token", c.signed+"&z=1"), []string{"token"}) {
			t.Errorf("%s is believed with a signature of another address", c.called)
		}
	}
}

// Nobody sends a fragment. What a stranger puts behind a # must be signed as well,
// or a captured GET could be sent again with other words.
func TestTwilioBelievesNothingBehindAFragment(t *testing.T) {
	t.Parallel()
	query := "AccountSid=" + mainAccount + "&MessageSid=SM00000000000000000000000000000001&From=%2B15550100123&To=%2B15550100100&Body=hello"
	r := Request{Method: http.MethodGet, URL: publicURL + "/inbound/sms?" + query, Header: http.Header{}, ArrivedAt: goldenTime}
	r.Header.Set("X-Twilio-Signature", twilioHMAC("twilio-token", r.URL))
	if _, err := readTwilioMessage(r, goldenSenders); err != nil {
		t.Fatalf("the captured request itself is refused: %v", err)
	}
	r.URL += "#&OptOutType=STOP"
	r.RawQuery = query + "#&OptOutType=STOP"
	if _, err := readTwilioMessage(r, goldenSenders); err == nil {
		t.Error("parameters behind a # are believed")
	}
	// A proxy may cut the fragment off the address and leave it in the query.
	r.URL = publicURL + "/inbound/sms?" + query
	batch, err := readTwilioMessage(r, goldenSenders)
	if err != nil || batch.Messages[0].OptOut != "" {
		t.Errorf("got %+v, %v: only what was signed may be read", batch, err)
	}
}

func TestSignTwilioLeavesOutTheFragment(t *testing.T) {
	t.Parallel()
	if SignTwilio("https://x.example/a#rc=4", nil, "t") != SignTwilio("https://x.example/a", nil, "t") {
		t.Error("Twilio's settings behind # are never sent and never signed")
	}
}

func TestBlankTokensSignNothing(t *testing.T) {
	t.Parallel()
	call := TwilioCall{URL: publicURL, Method: http.MethodGet}
	if call.SignedBy(twilioHMAC("", publicURL), []string{""}) {
		t.Error("a blank token signs")
	}
}

func TestSameAddress(t *testing.T) {
	t.Parallel()
	cases := []struct {
		own, written, region string
		want                 bool
	}{
		{"+15550100100", "+15550100100", "", true},
		{"+1 (555) 010-0100", "+15550100100", "", true},
		{"15550100100", "+15550100100", "", true},
		{"(555) 010-0100", "+15550100100", "US", true},
		{"020 7946 0100", "+442079460100", "GB", true},
		{"020 7946 0100", "+442079460100", "US", false},
		{"5550100100", "+15550100100", "", false},
		{"ACME", "acme", "US", true},
		{"24242", "24242", "US", true},
		{"Shop 24242", "24242", "US", false},
		{"", "", "US", false},
		{"brand", "", "US", false},
		{"+15550100100", "+15550100101", "US", false},
	}
	for _, c := range cases {
		if got := (Sender{Region: c.region}).same(c.own, c.written); got != c.want {
			t.Errorf("%q as %q in %q: %v, want %v", c.own, c.written, c.region, got, c.want)
		}
	}
}
