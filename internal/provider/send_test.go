package provider

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"replyflow/internal/config"
	"replyflow/internal/provider/providertest"
)

const (
	testPerson = "+15555550101"
	testSender = "+15550100100"
	testBody   = "You are opted out. <Don't> reply & ünicode"
	testID     = "answer-SM1"
)

// sending is one provider with a server that behaves like it.
type sending struct {
	provider Provider
	server   *providertest.Server
	sender   Sender
}

// sendings are the providers, each with a fresh server.
func sendings(t *testing.T) map[string]sending {
	t.Helper()
	twilio, meta, gateway := providertest.NewTwilio(t), providertest.NewMeta(t), providertest.NewGateway(t)
	return map[string]sending{
		"twilio":  {Twilio{}, &twilio.Server, viaTwilio(twilio.URL)},
		"meta":    {Meta{}, &meta.Server, viaMeta(meta.URL)},
		"gateway": {Gateway{}, &gateway.Server, viaGateway(gateway.URL)},
	}
}

func viaTwilio(base string) Sender {
	return Sender{Sender: config.Sender{
		Channel: "sms", Provider: "twilio", Account: providertest.TwilioAccount, AuthTokens: []config.Secret{providertest.TwilioToken, "an older one"},
		Address: testSender, APIBase: base,
	}}
}

func viaMeta(base string) Sender {
	return Sender{Sender: config.Sender{
		Channel: "whatsapp", Provider: "meta", PhoneNumberID: providertest.MetaPhoneNumberID, AccessToken: providertest.MetaToken,
		Address: testSender, APIBase: base,
	}}
}

func viaGateway(base string) Sender {
	return Sender{Sender: config.Sender{
		Channel: "sms", Provider: "gateway", AccessToken: providertest.GatewayToken, Address: testSender, APIBase: base,
	}}
}

func outgoing() Outgoing { return Outgoing{ID: testID, To: testPerson, Body: testBody} }

// httpClient has connections of its own, so that no other test's closed one is met.
func httpClient(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

// failure sends and gives back the error, in which nothing may be leaked.
func (s sending) failure(t *testing.T, ctx context.Context, client *http.Client, out Outgoing) *SendError {
	t.Helper()
	sent, err := s.provider.Send(ctx, client, s.sender, out)
	found, ok := AsSendError(err)
	if !ok {
		t.Fatalf("sent %+v with error %v, want a SendError", sent, err)
	}
	for _, secret := range []string{
		strings.TrimPrefix(out.To, "+"), out.Body, "opted out. <", testSender[1:], s.server.URL, "127.0.0.1", providertest.TwilioAccount,
		providertest.TwilioToken, providertest.MetaToken, providertest.GatewayToken, providertest.MetaPhoneNumberID,
	} {
		if strings.Contains(found.Error(), secret) {
			t.Errorf("the error %q tells %q", found.Error(), secret)
		}
	}
	if found.Reason == "" {
		t.Error("the error has no reason")
	}
	return found
}

// want is what a SendError says to whoever decides on another attempt.
type want struct {
	retry, unsure bool
	after         time.Duration
	code          string
	optOut        string
}

func (w want) check(t *testing.T, got *SendError) {
	t.Helper()
	rule := ""
	if got.OptOut != nil {
		rule = string(got.OptOut.Category) + " " + got.OptOut.Rule
	}
	if found := (want{got.Retry, got.Unsure, got.After, got.Code, rule}); found != w {
		t.Errorf("got %+v, want %+v (%s)", found, w, got.Reason)
	}
}

func TestEveryProviderFailsAlike(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fault providertest.Fault
		want  want
	}{
		"429 that says when":   {providertest.TooMany("7"), want{retry: true, after: 7 * time.Second}},
		"429 that doesn't":     {providertest.TooMany(""), want{retry: true}},
		"429 of a year":        {providertest.TooMany("31536000"), want{retry: true, after: maxAfter}},
		"500 before taking":    {providertest.Broken(), want{retry: true, unsure: true}},
		"500 after taking":     {providertest.BrokenAfterTaking(), want{retry: true, unsure: true}},
		"408":                  {providertest.Refused(408, 0), want{retry: true, unsure: true}},
		"closed before taking": {providertest.ClosedBeforeTaking(), want{retry: true, unsure: true}},
		"closed after taking":  {providertest.ClosedAfterTaking(), want{retry: true, unsure: true}},
		"200 with rubbish":     {providertest.Garbled(), want{retry: true, unsure: true}},
		"200 without an id":    {providertest.Fault{Status: 200, Taken: true, Body: `{"messages":[{}]}`}, want{retry: true, unsure: true}},
		"400 with rubbish":     {providertest.Fault{Status: 400, Body: "<html>" + testPerson}, want{}},
		"400 with a text code": {providertest.Fault{Status: 400, Body: `{"code":"call ` + testPerson + `","error":{"code":"` + testBody + `"}}`}, want{}},
		"404":                  {providertest.Fault{Status: 404, Body: "not found"}, want{}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for provider, s := range sendings(t) {
				t.Run(provider, func(t *testing.T) {
					s.server.Fail(test.fault)
					expected := test.want
					if expected.unsure && provider == "meta" {
						expected.after = metaSettle
					}
					expected.check(t, s.failure(t, t.Context(), httpClient(t), outgoing()))
					if taken := len(s.server.Messages()); taken > 1 || (taken == 1) != test.fault.Taken {
						t.Errorf("%d messages were taken", taken)
					}
					if s.server.Sends() != 1 && provider != "gateway" {
						t.Errorf("the message was posted %d times", s.server.Sends())
					}
				})
			}
		})
	}
}

func TestWrongCredentialsAreNamed(t *testing.T) {
	t.Parallel()
	for name, s := range sendings(t) {
		s.sender.AuthTokens, s.sender.AccessToken = []config.Secret{"wrong-secret"}, "wrong-secret"
		failure := s.failure(t, t.Context(), httpClient(t), outgoing())
		if failure.Retry || failure.Unsure || failure.Status != http.StatusUnauthorized || strings.Contains(failure.Error(), "wrong-secret") {
			t.Errorf("%s: %+v", name, failure)
		}
	}
}

func TestMissingSettingsAreNamed(t *testing.T) {
	t.Parallel()
	for name, s := range sendings(t) {
		s.sender.AuthTokens, s.sender.AccessToken = nil, ""
		failure := s.failure(t, t.Context(), httpClient(t), outgoing())
		if failure.Retry || failure.Unsure || s.server.Sends() != 0 {
			t.Errorf("%s: %+v", name, failure)
		}
	}
}

func TestARedirectCarriesNothingElsewhere(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with Authorization %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	for _, s := range sendings(t) {
		s.server.Fail(providertest.Redirected(elsewhere.URL + "/messages"))
		want{}.check(t, s.failure(t, t.Context(), httpClient(t), outgoing()))
	}
}

func TestNoConnectionIsSurelyNotSent(t *testing.T) {
	t.Parallel()
	// Nobody listens on this port, and no test's server is given it: a port that was
	// freed might be.
	const closed = "http://127.0.0.1:1"
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	for base, says := range map[string]string{closed: "refused", "http://replyflow.invalid": "", untrusted.URL: "certificate"} {
		for _, s := range sendings(t) {
			s.sender.APIBase = base
			failure := s.failure(t, t.Context(), httpClient(t), outgoing())
			want{retry: true}.check(t, failure)
			if !strings.Contains(failure.Reason, says) {
				t.Errorf("%q doesn't say %q", failure.Reason, says)
			}
		}
	}
}

func TestAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	for _, s := range sendings(t) {
		s.sender.APIBase = "http://a b\x7f" + testPerson
		want{}.check(t, s.failure(t, t.Context(), httpClient(t), outgoing()))
	}
}
