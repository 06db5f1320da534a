package provider

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"replyflow/internal/provider/providertest"
)

func twilioSending(t *testing.T) (*providertest.Twilio, sending) {
	t.Helper()
	server := providertest.NewTwilio(t)
	return server, sending{Twilio{}, &server.Server, viaTwilio(server.URL)}
}

func TestTwilioSendsAForm(t *testing.T) {
	t.Parallel()
	const service = "MG00000000000000000000000000000001"
	tests := map[string]struct {
		change func(*Sender, *Outgoing)
		want   url.Values
	}{
		"a number": {func(*Sender, *Outgoing) {}, url.Values{"From": {testSender}}},
		"the number that was written to": {func(_ *Sender, out *Outgoing) { out.From = "+15550100101" },
			url.Values{"From": {"+15550100101"}}},
		"a service that chooses": {func(s *Sender, _ *Outgoing) { s.Address, s.MessagingService = "", service },
			url.Values{"MessagingServiceSid": {service}}},
		"a reply through a service": {func(s *Sender, out *Outgoing) { s.Address, out.From, out.Service = "", testSender, service },
			url.Values{"From": {testSender}, "MessagingServiceSid": {service}}},
		"a callback": {func(_ *Sender, out *Outgoing) { out.StatusCallback = "https://replyflow.example/inbound/sms/status" },
			url.Values{"From": {testSender}, "StatusCallback": {"https://replyflow.example/inbound/sms/status?send=" + testID}}},
		"a callback with a query": {func(_ *Sender, out *Outgoing) {
			out.ID, out.StatusCallback = "a&b c", "https://replyflow.example/s?b=%2f&a#rc=4"
		}, url.Values{"From": {testSender}, "StatusCallback": {"https://replyflow.example/s?b=%2f&a&send=a%26b+c#rc=4"}}},
		"WhatsApp": {func(s *Sender, out *Outgoing) { s.Channel, out.To = "whatsapp", "whatsapp:"+testPerson },
			url.Values{"From": {"whatsapp:" + testSender}, "To": {"whatsapp:" + testPerson}}},
		"WhatsApp without prefixes": {func(s *Sender, _ *Outgoing) { s.Channel = "whatsapp" },
			url.Values{"From": {"whatsapp:" + testSender}, "To": {"whatsapp:" + testPerson}}},
		"WhatsApp by user id": {func(_ *Sender, out *Outgoing) {
			out.To, out.From = "whatsapp:US.13491208655302741918", "whatsapp:"+testSender
		},
			url.Values{"From": {"whatsapp:" + testSender}, "To": {"whatsapp:US.13491208655302741918"}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := twilioSending(t)
			out := outgoing()
			test.change(&s.sender, &out)
			sent, err := s.provider.Send(t.Context(), httpClient(t), s.sender, out)
			if err != nil {
				t.Fatal(err)
			}
			took := server.Only()
			if sent.ProviderID != took.ID || sent.Status != took.Status || sent.Status == "" {
				t.Errorf("sent %+v, took %+v", sent, took)
			}
			test.want.Set("Body", testBody)
			if !test.want.Has("To") {
				test.want.Set("To", testPerson)
			}
			if took.Raw != test.want.Encode() {
				t.Errorf("posted %s\nwant   %s", took.Raw, test.want.Encode())
			}
		})
	}
}

func TestTwilioCodes(t *testing.T) {
	t.Parallel()
	tests := map[int]struct {
		status int
		want   want
	}{
		21610: {400, want{code: "21610", optOut: "all twilio_21610"}},
		20429: {429, want{retry: true, code: "20429"}},
		21611: {429, want{retry: true, code: "21611"}},
		14107: {400, want{retry: true, code: "14107"}},
		20500: {500, want{retry: true, unsure: true, code: "20500"}},
		20003: {401, want{code: "20003"}},
		21211: {400, want{code: "21211"}},
		21614: {400, want{code: "21614"}},
		63014: {400, want{code: "63014"}},
		63016: {400, want{code: "63016"}},
		29999: {400, want{code: "29999"}},
	}
	for code, test := range tests {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			_, s := twilioSending(t)
			s.server.Fail(providertest.Refused(test.status, code))
			failure := s.failure(t, t.Context(), httpClient(t), outgoing())
			test.want.check(t, failure)
			if failure.Status != test.status {
				t.Errorf("the status is %d", failure.Status)
			}
		})
	}
}

// TestTwilioSecondAttempt is about what was left of the first one.
func TestTwilioSecondAttempt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		first providertest.Fault
		sends int
	}{
		"its answer was lost":         {providertest.ClosedAfterTaking(), 1},
		"it failed after taking":      {providertest.BrokenAfterTaking(), 1},
		"its answer was rubbish":      {providertest.Garbled(), 1},
		"it failed before taking":     {providertest.Broken(), 2},
		"its connection broke":        {providertest.ClosedBeforeTaking(), 2},
		"it was asked to slow down":   {providertest.TooMany("1"), 2},
		"its queue was full for once": {providertest.Refused(429, 21611), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := twilioSending(t)
			server.Fail(test.first)
			client, out, began := httpClient(t), outgoing(), time.Now().Add(-2*twilioSettle)
			s.failure(t, t.Context(), client, out)
			out.AttemptedAt = &began
			sent := settled(t, s, client, out)
			if took := server.Only(); sent.ProviderID != took.ID || server.Sends() != test.sends {
				t.Errorf("sent %+v after %d requests, took %+v", sent, server.Sends(), took)
			}
			query := server.Lookups()[0]
			day := began.Add(-clockSkew).UTC().Format(time.DateOnly)
			if query.Get("To") != testPerson || query.Get("From") != testSender || query.Get("DateSent>") != day {
				t.Errorf("asked for %v", query)
			}
		})
	}
}

// settled asks about an earlier attempt, and makes another one when there was none.
func settled(t *testing.T, s sending, client *http.Client, out Outgoing) Sent {
	t.Helper()
	sent, err := s.provider.Send(t.Context(), client, s.sender, out)
	if failed, ok := AsSendError(err); ok && failed.Retry && !failed.Unsure {
		out.AttemptedAt = nil
		sent, err = s.provider.Send(t.Context(), client, s.sender, out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func TestTwilioFindsOnlyItsOwnMessage(t *testing.T) {
	t.Parallel()
	began := time.Now().Add(-2 * twilioSettle)
	own := providertest.Message{ID: "SMfound", From: testSender, To: testPerson, Body: testBody, Status: "delivered", Direction: "outbound-api", At: began.Add(time.Second)}
	for name, test := range map[string]struct {
		change func(*providertest.Message)
		found  bool
	}{
		"the same":              {func(*providertest.Message) {}, true},
		"by a trial account":    {func(m *providertest.Message) { m.Body = trialPrefix + m.Body }, true},
		"in the same second":    {func(m *providertest.Message) { m.At = began.Truncate(time.Second) }, true},
		"sent before":           {func(m *providertest.Message) { m.At = began.Add(-time.Minute) }, false},
		"other words":           {func(m *providertest.Message) { m.Body += "!" }, false},
		"to somebody else":      {func(m *providertest.Message) { m.To = "+15555550102" }, false},
		"from another number":   {func(m *providertest.Message) { m.From = "+15550100101" }, false},
		"what the person wrote": {func(m *providertest.Message) { m.Direction = "inbound" }, false},
		"without an id":         {func(m *providertest.Message) { m.ID = "" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := twilioSending(t)
			listed := own
			test.change(&listed)
			server.Add(listed)
			out := outgoing()
			out.AttemptedAt = &began
			sent := settled(t, s, httpClient(t), out)
			if found := server.Sends() == 0; found != test.found || found != (sent.ProviderID == own.ID && sent.Status == own.Status) {
				t.Errorf("found is %v: %+v", found, sent)
			}
		})
	}
}

func TestTwilioFindsTheMessageOfAService(t *testing.T) {
	t.Parallel()
	began := time.Now().Add(-2 * twilioSettle)
	for service, sends := range map[string]int{"MG1": 0, "MG2": 1} {
		server, s := twilioSending(t)
		s.sender.Address, s.sender.MessagingService = "", "MG1"
		server.Add(providertest.Message{ID: "SM1", From: providertest.TwilioPool, To: testPerson, Service: service, Body: testBody, At: began, Direction: "outbound-api"})
		out := outgoing()
		out.AttemptedAt = &began
		settled(t, s, httpClient(t), out)
		if server.Sends() != sends || server.Lookups()[0].Has("From") {
			t.Errorf("%s: %d requests to send, asked with %v", service, server.Sends(), server.Lookups())
		}
	}
}

// TestTwilioReadsTheListToItsEnd has the message on the last page, and then on none
// within what is read.
func TestTwilioReadsTheListToItsEnd(t *testing.T) {
	t.Parallel()
	began := time.Now()
	own := providertest.Message{ID: "SMfound", From: testSender, To: testPerson, Body: testBody, At: began, Direction: "outbound-api"}
	other := own
	other.ID, other.Body = "SMother", strings.Repeat("é", 1600)
	for _, pages := range []int{1, 3, findPages, findPages + 1} {
		t.Run(fmt.Sprint(pages), func(t *testing.T) {
			t.Parallel()
			server, s := twilioSending(t)
			server.Add(own)
			for range (pages-1)*50 + 1 {
				server.Add(other)
			}
			if pages == 1 {
				server.Add(own)
			}
			out := outgoing()
			out.AttemptedAt = &began
			sent, err := s.provider.Send(t.Context(), httpClient(t), s.sender, out)
			if pages <= findPages {
				if err != nil || sent.ProviderID != own.ID || len(server.Lookups()) != pages {
					t.Errorf("%+v, %v after %d pages", sent, err, len(server.Lookups()))
				}
				return
			}
			if failure, ok := AsSendError(err); !ok || !failure.Unsure || failure.Retry || server.Sends() != 0 {
				t.Errorf("%+v, %v", sent, err)
			}
		})
	}
}

// TestTwilioLookupFails sends nothing: the first attempt may have been taken.
func TestTwilioLookupFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault providertest.Fault
		want  want
	}{
		"429":               {providertest.TooMany("3"), want{retry: true, unsure: true, after: 3 * time.Second}},
		"500":               {providertest.Broken(), want{retry: true, unsure: true}},
		"closed":            {providertest.ClosedBeforeTaking(), want{retry: true, unsure: true}},
		"rubbish":           {providertest.Garbled(), want{retry: true, unsure: true}},
		"refused":           {providertest.Refused(401, 20003), want{unsure: true, code: "20003"}},
		"opted out":         {providertest.Refused(400, 21610), want{unsure: true, code: "21610"}},
		"leads elsewhere":   {providertest.Fault{Status: 200, Body: `{"messages":[],"next_page_uri":"@evil.example/2010"}`}, want{unsure: true}},
		"leads to an other": {providertest.Fault{Status: 200, Body: `{"messages":[],"next_page_uri":"/2010-04-01/Accounts/AC2/Messages.json?Page=1"}`}, want{unsure: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, s := twilioSending(t)
			// A GET on a fresh connection isn't repeated by the transport.
			server.FailLookups(test.fault)
			began := time.Now()
			out := outgoing()
			out.AttemptedAt = &began
			test.want.check(t, s.failure(t, t.Context(), httpClient(t), out))
			if server.Sends() != 0 {
				t.Error("the message was sent")
			}
		})
	}
}

func TestTwilioLookupWithoutAConnection(t *testing.T) {
	t.Parallel()
	_, s := twilioSending(t)
	s.sender.APIBase = "http://replyflow.invalid"
	began := time.Now()
	out := outgoing()
	out.AttemptedAt = &began
	want{retry: true, unsure: true}.check(t, s.failure(t, t.Context(), httpClient(t), out))
}

// Twilio may take a message long after we gave up waiting, and its list lags: soon
// after an attempt, not finding it is no reason to send again.
func TestTwilioIsNotSentAgainTooSoon(t *testing.T) {
	t.Parallel()
	twilio, s := twilioSending(t)
	began, out := time.Now().Add(-twilioSettle/2), outgoing()
	out.AttemptedAt = &began
	_, err := s.provider.Send(t.Context(), httpClient(t), s.sender, out)
	if failed, ok := AsSendError(err); !ok || !failed.Retry || !failed.Unsure {
		t.Errorf("got %v", err)
	}
	if sent := len(twilio.Messages()); sent != 0 {
		t.Errorf("%d were sent", sent)
	}
}
