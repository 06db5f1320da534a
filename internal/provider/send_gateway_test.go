package provider

import (
	"testing"
	"time"

	"replyflow/internal/provider/providertest"
)

func TestGatewaySendsJSON(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		out  Outgoing
		want string
	}{
		"a message": {Outgoing{ID: testID, To: testPerson, Body: "Hello"},
			`{"id":"answer-SM1","from":"+15550100100","to":"+15555550101","text":"Hello"}`},
		"an answer": {Outgoing{ID: testID, From: "+15550100101", To: "12345", Body: "Hello", ReplyTo: "m-1"},
			`{"id":"answer-SM1","from":"+15550100101","to":"12345","text":"Hello","reply_to":"m-1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := providertest.NewGateway(t)
			sent, err := Gateway{}.Send(t.Context(), httpClient(t), viaGateway(server.URL+"/"), test.out)
			if err != nil {
				t.Fatal(err)
			}
			took := server.Only()
			if took.Raw != test.want || took.Path != "/messages" {
				t.Errorf("posted to %s: %s\nwant %s", took.Path, took.Raw, test.want)
			}
			if sent != (Sent{ProviderID: took.ID, Status: "queued"}) {
				t.Errorf("sent %+v", sent)
			}
		})
	}
}

// TestGatewaySecondAttempt counts on the key: nothing is looked up first.
func TestGatewaySecondAttempt(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]providertest.Fault{
		"its answer was lost": providertest.ClosedAfterTaking(), "it failed after taking": providertest.BrokenAfterTaking(),
		"it failed before taking": providertest.Broken(), "it was asked to slow down": providertest.TooMany(""),
		"it is still under way": {Status: 409, Taken: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := providertest.NewGateway(t)
			// The transport may repeat a request with a key by itself.
			server.Fail(first)
			s := sending{Gateway{}, &server.Server, viaGateway(server.URL)}
			client, out, began := httpClient(t), outgoing(), time.Now()
			if failure := s.failure(t, t.Context(), client, out); !failure.Retry {
				t.Errorf("%+v", failure)
			}
			out.AttemptedAt = &began
			sent, err := s.provider.Send(t.Context(), client, s.sender, out)
			if took := server.Only(); err != nil || sent.ProviderID != took.ID {
				t.Errorf("sent %+v, took %+v, %v", sent, took, err)
			}
		})
	}
}

func TestGatewayCodes(t *testing.T) {
	t.Parallel()
	for body, code := range map[string]string{
		`{"code":"invalid_number"}`: "invalid_number", `{"code":"4001"}`: "4001", `{"code":4001}`: "", `{}`: "",
		`{"code":"15555550101"}`: "", `{"code":"to +15555550101"}`: "", `{"code":"Nope"}`: "", `[]`: "",
	} {
		server := providertest.NewGateway(t)
		server.Fail(providertest.Fault{Status: 422, Body: body})
		s := sending{Gateway{}, &server.Server, viaGateway(server.URL)}
		want{code: code}.check(t, s.failure(t, t.Context(), httpClient(t), outgoing()))
	}
}
