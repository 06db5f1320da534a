package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"replyflow/definitions"
	"replyflow/internal/config"
	"replyflow/internal/provider"
)

// joinCampaign notes what a run sees of its message.
const joinCampaign = `campaign: join
name: Join
trigger: {inbound: TRIGGER}
workflow:
  - update_person: Note it
    person: ann
    set:
      body: "{{ message.body }}"
      channel: "{{ message.channel }}"
      kind: "{{ message.kind }}"
      sender: "{{ message.sender }}"
      opt_out: "{{ message.opt_out }}"
      reply: "{{ message.reply.campaign }}"
      anonymous: "{{ message.anonymous }}"
      raw: "{{ trigger.Body }}{{ trigger.text.body }}"
      tag: "{{ trigger.OptOutType }}"
`

// ourSenders are a workspace's senders.
func ourSenders() []provider.Sender {
	configured := []config.Sender{
		{Name: "US marketing", Channel: "sms", Provider: "twilio", Account: "AC1", Address: "+15550100100", Languages: []string{"en"}, Keywords: map[string][]string{"opt_out": {"NO MORE"}}},
		{Name: "French", Channel: "sms", Provider: "twilio", Account: "AC1", MessagingService: "MG1", Numbers: []string{"+33612345678"}, Languages: []string{"fr"}},
		{Name: "Chat", Channel: "whatsapp", Provider: "meta", PhoneNumberID: "106", Address: "+15550100200"},
		{Name: "Gate", Channel: "sms", Provider: "gateway", Address: "12345"},
	}
	senders := make([]provider.Sender, len(configured))
	for i, sender := range configured {
		sender.FillDefaults()
		senders[i] = provider.Sender{Workspace: "default", Region: "US", Sender: sender}
	}
	return senders
}

// try simulates the join campaign with Ann, who has the number +1 555 010 0123.
func try(t *testing.T, trigger, payload string, senders []provider.Sender) Result {
	t.Helper()
	result, err := tryFor(t.Context(), t, trigger, payload, senders)
	if err != nil {
		t.Fatalf("%s: %v", payload, err)
	}
	return result
}

func tryFor(ctx context.Context, t *testing.T, trigger, payload string, senders []provider.Sender) (Result, error) {
	t.Helper()
	return Run(ctx, Request{
		Workspace: testWorkspace, Definition: load(t, strings.ReplaceAll(joinCampaign, "TRIGGER", trigger)), Payload: json.RawMessage(payload), At: testTime,
		Senders: senders,
		People:  []Person{{ID: "ann", Attributes: map[string]json.RawMessage{"phone": json.RawMessage(`"555-010-0123"`)}}},
	})
}

// seen is what the run noted under a name.
func seen(result Result, name string) string {
	return strings.Trim(string(result.Changes["ann"][name].After), `"`)
}

// TestSimulatedMessagesStartWhatRealOnesStart: why a message starts nothing is
// said, and the sender's own configuration counts.
func TestSimulatedMessagesStartWhatRealOnesStart(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, trigger, payload string
		configured             bool
		started                bool
		why                    string
	}{
		{"the keyword", "{keywords: [JOIN]}", `{"from": "+15550100123", "body": "join now"}`, false, true, "the keyword is JOIN"},
		{"another word", "{keywords: [JOIN]}", `{"from": "+15550100123", "body": "hello"}`, false, false, "it has none of the keywords"},
		{"a reserved word", "{}", `{"from": "+15550100123", "body": "STOP"}`, false, false, "it is about consent"},
		{"a reserved word that is named", "{keywords: [STOP]}", `{"from": "+15550100123", "body": "STOP"}`, false, true, "the keyword is STOP"},
		{"another channel", "{channel: whatsapp, keywords: [JOIN]}", `{"from": "+15550100123", "body": "JOIN", "channel": "sms"}`, false, false, "it isn't a message of whatsapp"},
		{"a condition", "{if: message.media exists}", `{"from": "+15550100123", "body": "JOIN"}`, false, false, "its condition doesn't hold: "},
		{"a condition on the person", "{if: person.vip is true}", `{"from": "+15550100123", "body": "JOIN"}`, false, false, "its condition doesn't hold: "},
		{"no reply", "{}", `{"from": "15550100123", "id": "wamid.1", "type": "reaction", "reaction": {"emoji": "x"}}`, false, false, "a message of this kind (reaction)"},
		{"a group", "{}", `{"from": "15550100123", "id": "wamid.1", "type": "text", "group_id": "g", "text": {"body": "JOIN"}}`, false, false, "in a group"},

		{"Twilio's verdict in its own shape", "{}", `{"Body": "join now", "OptOutType": "STOP"}`, false, false, "the provider took it for"},
		{"Twilio's verdict in ours", "{keywords: [JOIN]}", `{"from": "+15550100123", "body": "join now", "OptOutType": "STOP"}`, false, false, "the provider took it for"},
		{"our word for it", "{}", `{"from": "+15550100123", "body": "BAJA YA", "opt_out": "opt_out"}`, false, false, "the provider took it for"},
		{"Twilio's verdict on a keyword that is named", "{keywords: [BAJA YA]}", `{"from": "+15550100123", "body": "baja ya", "opt_out": "STOP"}`, false, true, "the keyword is BAJA YA"},

		{"a word of every list, without a configuration", "{}", `{"from": "+15550100123", "body": "ARRET"}`, false, false, "it is about consent"},
		{"a word that the sender doesn't read", "{}", `{"from": "+15550100123", "to": "+15550100100", "body": "ARRET"}`, true, true, "any message"},
		{"the same to a sender that does", "{}", `{"from": "+15550100123", "sender": "French", "body": "ARRET"}`, true, false, "it is about consent"},
		{"the same by its number", "{}", `{"from": "+15550100123", "to": "+33 6 12 34 56 78", "body": "ARRET"}`, true, false, "it is about consent"},
		{"the sender's own word", "{}", `{"From": "+15550100123", "To": "+15550100100", "Body": "no more"}`, true, false, "it is about consent"},
		{"its address for the name that the trigger has", "{senders: [US marketing]}", `{"from": "+15550100123", "to": "(555) 010-0100", "body": "JOIN"}`, true, true, "any message"},
		{"another sender", "{senders: [US marketing]}", `{"from": "+15550100123", "sender": "French", "body": "JOIN"}`, true, false, "another sender"},
		{"a sender that isn't there", "{}", `{"from": "+15550100123", "sender": "Frensh", "body": "JOIN"}`, true, false, "did you mean French?"},
		{"a sender of the trigger that isn't there", "{senders: [US marketin]}", `{"from": "+15550100123", "body": "JOIN"}`, true, false, "did you mean US marketing?"},
		{"an address that isn't ours", "{}", `{"From": "+15550100123", "To": "+15550109999", "Body": "JOIN"}`, true, false, "a message to it is dropped"},
		{"no sender for the channel", "{channel: whatsapp}", `{"From": "+15550100123", "To": "whatsapp:+15550100100", "Body": "JOIN"}`, true, false, "a message to it is dropped"},
		{"a number of Meta's that isn't ours", "{}", metaPost("107"), true, false, "phone_number_id 107"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var senders []provider.Sender
			if c.configured {
				senders = ourSenders()
			}
			result := try(t, c.trigger, c.payload, senders)
			if result.Started != c.started || !strings.Contains(result.Why, c.why) {
				t.Errorf("started %t: %s; want %t: %s", result.Started, result.Why, c.started, c.why)
			}
			if result.Started != (len(result.Path) > 0) || result.Failure != "" {
				t.Errorf("path %v, failure %q", result.Path, result.Failure)
			}
		})
	}
}

func metaPost(phoneNumberID string) string {
	return `{"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": {
		"metadata": {"display_phone_number": "15550100200", "phone_number_id": "` + phoneNumberID + `"},
		"contacts": [{"wa_id": "15550100123", "profile": {"name": "Ann"}}],
		"messages": [{"from": "15550100123", "id": "wamid.1", "timestamp": "1767268800", "type": "text", "text": {"body": "JOIN"}}]}}]}]}`
}

// TestPayloadsOfEveryShape reads what providers post, and what people write, as
// what it is.
func TestPayloadsOfEveryShape(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, payload string
		want          map[string]string
	}{
		{
			"ours", `{"from": "+15550100123", "body": "JOIN", "reply": {"campaign": "spring"}}`,
			map[string]string{"body": "JOIN", "channel": "sms", "kind": "text", "sender": "US marketing", "reply": "spring", "raw": "JOIN", "anonymous": "false"},
		},
		{
			"ours, to WhatsApp", `{"from": "+15550100123", "body": "JOIN", "sender": "Chat"}`,
			map[string]string{"body": "JOIN", "channel": "whatsapp", "sender": "Chat", "raw": "JOIN", "anonymous": "false"},
		},
		{
			"ours, to the gateway", `{"from": "+15550100123", "body": "JOIN", "sender": "Gate"}`,
			map[string]string{"body": "JOIN", "channel": "sms", "sender": "Gate", "anonymous": "false"},
		},
		{
			"a button", `{"from": "+15550100123", "button": {"text": "JOIN", "payload": "J"}}`,
			map[string]string{"kind": "button"},
		},
		{
			"a picture on WhatsApp", `{"from": "+15550100123", "body": "JOIN", "channel": "whatsapp", "media": [{"id": "1", "content_type": "image/jpeg"}]}`,
			map[string]string{"kind": "media", "body": "JOIN"},
		},
		{
			"Twilio's", `{"From": "+15550100123", "To": "+15550100100", "Body": "JOIN", "NumMedia": "0", "MessageSid": "SM0123456789abcdef0123456789abcdef"}`,
			map[string]string{"body": "JOIN", "channel": "sms", "sender": "US marketing", "raw": "JOIN", "anonymous": "false"},
		},
		{
			"Twilio's through a service", `{"From": "+15550100199", "To": "+33612345678", "MessagingServiceSid": "MG1", "Body": "JOIN"}`,
			map[string]string{"sender": "French", "anonymous": "true"},
		},
		{
			"a sample of Meta's", `{"from": "15550100123", "id": "wamid.1", "timestamp": "1767268800", "type": "text", "text": {"body": "JOIN"}}`,
			map[string]string{"body": "JOIN", "channel": "whatsapp", "kind": "text", "sender": "Chat", "raw": "JOIN", "anonymous": "false"},
		},
		{"the least of one", `{"from": "15550100123", "text": {"body": "JOIN"}}`, map[string]string{"body": "JOIN", "channel": "whatsapp", "anonymous": "false"}},
		{"a body of Meta's", metaPost("106"), map[string]string{"body": "JOIN", "channel": "whatsapp", "sender": "Chat", "raw": "JOIN"}},
		{
			"the gateway's", `{"id": "1", "from": "+15550100123", "to": "12345", "text": "JOIN"}`,
			map[string]string{"body": "JOIN", "channel": "sms", "sender": "Gate", "anonymous": "false"},
		},
		{"nobody's, in ours", `{"body": "JOIN"}`, map[string]string{"anonymous": "true"}},
		{"nobody's, in Twilio's", `{"Body": "JOIN"}`, map[string]string{"anonymous": "true"}},
		{"nobody's, in Meta's", `{"text": {"body": "JOIN"}}`, map[string]string{"anonymous": "true"}},
		{"nobody's, in the gateway's", `{"text": "JOIN"}`, map[string]string{"anonymous": "true"}},
		{
			"Twilio's verdict", `{"From": "+15550100123", "Body": "JOIN", "OptOutType": "HELP"}`,
			map[string]string{"opt_out": "help", "tag": "HELP"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			result := try(t, "{keywords: [JOIN]}", c.payload, ourSenders())
			if !result.Started {
				t.Fatal(result.Why)
			}
			for name, want := range c.want {
				if got := seen(result, name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// TestPayloadsThatAreNoMessage are refused with what to write instead.
func TestPayloadsThatAreNoMessage(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		`{"form": "+15550100123", "body": "JOIN"}`:                                   "did you mean from?",
		`{"from": "+15550100123", "boddy": "JOIN"}`:                                  "did you mean body?",
		`{"from": "+15550100123", "colour": "red"}`:                                  `a message has no "colour"`,
		`{"from": "+15550100123", "body": 5}`:                                        "is a message, as in",
		`"JOIN"`:                                                                     `a message has no "value"`,
		`{"from": "+15550100123", "body": "JOIN", "opt_out": "maybe"}`:               "opt_out can't be",
		`{"from": "+15550100123", "body": "JOIN", "channel": "fax"}`:                 "there is no channel",
		`{"from": "+15550100123", "body": "x", "sender": "Chat", "opt_out": "STOP"}`: "Meta gives no verdict",
		`{"entry": [{"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": "106"}, "statuses": [{"id": "wamid.1", "status": "read"}]}}]}]}`: "there is no message in it",
		`{"From": "+15550100123", "Body": {"a": 1}}`: "Body is none",
	}
	for payload, want := range cases {
		_, err := tryFor(t.Context(), t, "{}", payload, ourSenders())
		var refused *PayloadError
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason, want) {
			t.Errorf("%s: %v, want %q", payload, err, want)
		}
	}
}

// TestMessageOfAPerson: who writes may be named instead of the address.
func TestMessageOfAPerson(t *testing.T) {
	t.Parallel()
	result, err := Run(t.Context(), Request{
		Workspace: testWorkspace, At: testTime, Payload: json.RawMessage(`{"body": "JOIN"}`), Person: "ben",
		Definition: load(t, `campaign: join
name: Join
trigger: {inbound: {keywords: [JOIN], if: person.vip is true}}
workflow:
  - {update_person: Note it, person: "{{ person.id }}", set: {from: "{{ message.from }}"}}
`),
		People: []Person{{ID: "ben", Attributes: map[string]json.RawMessage{"phone": json.RawMessage(`"555-010-0124"`), "vip": json.RawMessage("true")}}},
	})
	if err != nil || !result.Started || string(result.Changes["ben"]["from"].After) != `"+15550100124"` {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestTestsSayThatNothingStarted: else a marketer would look for the mistake in
// the nodes.
func TestTestsSayThatNothingStarted(t *testing.T) {
	t.Parallel()
	definition := load(t, strings.ReplaceAll(joinCampaign, "TRIGGER", "{keywords: [JOIN]}")+`tests:
  - name: another word
    trigger: {from: "+15550100123", body: hello}
    expect: {path: [Note it]}
  - name: a typing error
    trigger: {from: "+15550100123", boddy: JOIN}
    expect: {path: [Note it]}
`)
	results, err := RunTests(t.Context(), definition)
	if err != nil || len(results) != 2 || results[0].Passed || results[1].Passed {
		t.Fatalf("%+v, %v", results, err)
	}
	for i, want := range []string{"nothing started: it has none of the keywords", "did you mean body?"} {
		if !strings.Contains(results[i].Message, want) {
			t.Errorf("%s: want %q", results[i].Message, want)
		}
	}
}

// TestReferenceCampaign runs the tests of the inbound campaign that the reference
// and README show.
func TestReferenceCampaign(t *testing.T) {
	t.Parallel()
	const file = "../../definitions/testdata/reference/inbound.yaml"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	definition, problems := definitions.Load(file, data)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	results, err := RunTests(t.Context(), definition)
	if err != nil || len(results) < 4 {
		t.Fatalf("%+v, %v", results, err)
	}
	for _, result := range results {
		if !result.Passed {
			t.Errorf("%s: %s", result.Name, result.Message)
		}
	}
	for i := range definition.Tests {
		wrong := definition.Tests[i].Expect.Starts == nil
		definition.Tests[i].Expect = definitions.Expectation{Starts: &[]bool{!wrong}[0]}
	}
	results, err = RunTests(t.Context(), definition)
	for _, result := range results {
		if err != nil || result.Passed || !strings.Contains(result.Message, "expected that ") {
			t.Errorf("turned round it passes: %+v, %v", result, err)
		}
	}
}

// TestEveryKeyIsDocumented looks for the keys of a message in the reference.
func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	reference, err := os.ReadFile("../../docs/campaign-reference.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(reference), "## Messages in tests and simulations")
	for _, key := range writtenKeys {
		if !strings.Contains(section, "`"+key+"`") {
			t.Errorf("docs/campaign-reference.md doesn't say what %s is", key)
		}
	}
}
