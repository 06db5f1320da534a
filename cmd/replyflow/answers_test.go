package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"replyflow/internal/provider/providertest"
)

// configFile writes a configuration with a sender whose provider is a server of
// the test.
func configFile(t *testing.T, sender string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "replyflow.yaml")
	if err := os.WriteFile(path, []byte("workspaces:\n  - senders:\n      - "+sender+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestKeywordsAreAnsweredOnce: with keyword_replies: replyflow a STOP gets one
// confirmation, HELP an answer to who may have one, and START its own.
func TestKeywordsAreAnsweredOnce(t *testing.T) {
	t.Parallel()
	twilio := providertest.NewTwilio(t)
	twilio.Fail(providertest.TooMany("1"), providertest.ClosedAfterTaking())
	d := startTestDev(t, devOptions{noTemporalUI: true, config: configFile(t, fmt.Sprintf(
		`{name: Test, channel: sms, provider: twilio, account: %s, address: "%s", auth_tokens: [%s], keyword_replies: replyflow, api_base: "%s"}`,
		providertest.TwilioAccount, sampleAddress, providertest.TwilioToken, twilio.URL))})
	api := apiClient{d.file}

	// Each is finished before the next one is sent: they would be worked on at once.
	say := func(id int, body, optOutType string) {
		t.Helper()
		mustInbound(t, d.file, sid(id), "+15550100123", body, optOutType)
		if err := d.temporal.GetWorkflow(t.Context(), "inbound/default/sms/"+sid(id), "").Get(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	say(1, "STOP", "")
	// The first attempt is turned away, the answer to the second is lost: the third
	// finds what the second sent.
	eventually(t, answersSent(twilio, 1))
	eventually(t, api.answerIs("answer-"+sid(1), "queued"))
	say(2, "stop", "")
	say(3, "HELP", "")
	say(4, "STOP", "STOP")
	say(5, "START", "")
	eventually(t, answersSent(twilio, 2))
	say(6, "help!", "")
	eventually(t, answersSent(twilio, 3))
	eventually(t, func() error {
		recorded, err := api.recordedMessages()
		if err == nil && len(recorded) != 6 {
			err = fmt.Errorf("%d messages", len(recorded))
		}
		return err
	})
	for i, want := range []string{"opted out", "opted in again", "Reply STOP"} {
		if body := twilio.Messages()[i].Body; !strings.Contains(body, want) {
			t.Errorf("answer %d is %q, want %q in it", i, body, want)
		}
	}
	if sent := len(twilio.Messages()); sent != 3 {
		t.Errorf("%d answers were sent", sent)
	}
}

func answersSent(twilio *providertest.Twilio, want int) func() error {
	return func() error {
		if got := len(twilio.Messages()); got != want {
			return fmt.Errorf("%d answers, want %d", got, want)
		}
		return nil
	}
}

// answerIs is a condition for eventually: how far a message of ours got.
func (c apiClient) answerIs(id, status string) func() error {
	return func() error {
		var message struct {
			Status string `json:"status"`
		}
		if _, err := c.get("/api/v1/messages/"+id, &message); err != nil {
			return err
		}
		if message.Status != status {
			return fmt.Errorf("message %s is %q", id, message.Status)
		}
		return nil
	}
}

const joinCampaign = `{"campaign": "join", "name": "Join",
	"trigger": {"inbound": {"channel": "sms", "keywords": ["JOIN"], "if": "message.anonymous is false"}},
	"workflow": [{"branch": "Wants news", "if": "first_word is join", "then": [{"update_person": "Note it", "person": "{{ person.id }}",
		"set": {"joined": true, "said": "{{ message.body }}", "called": "{{ person.name }}"}}]}]}`

// TestAMessageStartsACampaign: the campaign sees the message and the person.
func TestAMessageStartsACampaign(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, options devOptions) {
		d := startTestDev(t, options)
		api := apiClient{d.file}
		for _, request := range []struct{ path, body string }{{"/api/v1/campaigns", joinCampaign}, {"/api/v1/campaigns/join/start", ""}} {
			if status, err := api.do("POST", request.path, request.body, nil); err != nil || status >= 300 {
				t.Fatalf("%s: status %d, %v", request.path, status, err)
			}
		}
		mustInbound(t, d.file, sid(1), "+15555550101", "Jöin! please", "")
		eventually(t, api.attributeIs("sample-ann", "joined", "true"))
		eventually(t, api.attributeIs("sample-ann", "said", `"Jöin! please"`))
		eventually(t, api.attributeIs("sample-ann", "called", `"Ann Example"`))
		mustInbound(t, d.file, sid(2), "+15555550177", "JOIN", "")
		mustInbound(t, d.file, sid(3), "+15555550102", "joining", "")
		mustInbound(t, d.file, sid(4), "+15555550103", "STOP", "")
		eventually(t, api.optedOut("sample-cleo", "sms "+sampleAddress))
		var list struct {
			Runs []struct{ ID string } `json:"runs"`
		}
		if _, err := api.get("/api/v1/runs?campaign=join&person=sample-ann", &list); err != nil || len(list.Runs) != 1 {
			t.Errorf("%+v ran, %v", list.Runs, err)
		}
	})
}
