package workflows

import (
	"testing"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// TestPayloadIsAnObject: a trigger's fields are looked up in it.
func TestPayloadIsAnObject(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{"": "{}", `{"a":1}`: `{"a":1}`, `"cut off…"`: `{"raw":"cut off…"}`} {
		if got := string(payloadOf([]byte(raw))); got != want {
			t.Errorf("%s becomes %s, want %s", raw, got, want)
		}
	}
}

// TestStories: what an operator reads of a message, in one line.
func TestStories(t *testing.T) {
	t.Parallel()
	known := inbound.ResolvePeopleResult{Count: 2}
	out := consent.State{OptedOut: true, Lane: consent.LaneKeyword}
	staff := consent.State{OptedOut: true, Lane: consent.LaneStaff}
	held := consent.State{OptedOut: true, Lane: consent.LaneReview}
	decided := func(decision consent.Decision) inbound.DecideConsentResult {
		return inbound.DecideConsentResult{Decision: decision}
	}
	stop := decided(consent.Decision{Verdict: message.VerdictOptOut, Keyword: "stop"})
	start := decided(consent.Decision{Verdict: message.VerdictOptIn, Keyword: "start"})
	cases := []struct {
		m    inboundMessage
		want string
	}{
		{inboundMessage{people: known, decision: stop, recorded: inbound.RecordMessageResult{Changed: true, After: out}, runs: []string{"a"}},
			"STOP from a known number to US marketing: opted out 2 people; 1 campaign started"},
		{inboundMessage{decision: stop, sender: inbound.NormalizeSenderResult{E164: "+1"}, recorded: inbound.RecordMessageResult{Changed: true, After: out}},
			"STOP from an unknown number to US marketing: opted out the number"},
		{inboundMessage{people: known, decision: stop, recorded: inbound.RecordMessageResult{After: out}},
			"STOP from a known number to US marketing: was opted out already"},
		{inboundMessage{people: known, decision: start, recorded: inbound.RecordMessageResult{Changed: true, After: consent.State{OptedIn: true}}},
			"START from a known number to US marketing: opted in 2 people"},
		{inboundMessage{people: known, decision: start, recorded: inbound.RecordMessageResult{After: staff}},
			"START from a known number to US marketing: recorded, and still opted out (staff)"},
		{inboundMessage{people: known, decision: start, recorded: inbound.RecordMessageResult{Overtaken: true, After: out}},
			"START from a known number to US marketing: recorded, and overtaken by a later one"},
		{inboundMessage{people: known, decision: decided(consent.Decision{Review: true, Keyword: "stop"}), recorded: inbound.RecordMessageResult{Changed: true, After: held}},
			"STOP from a known number to US marketing: may be an opt-out: nothing is sent to 2 people until somebody has decided"},
		{inboundMessage{people: known, decision: decided(consent.Decision{NearMiss: true}), in: message.Inbound{Kind: message.KindText}},
			"A message from a known number to US marketing: recorded, and flagged: it may mean an opt-out"},
		{inboundMessage{in: message.Inbound{Kind: message.KindLocation}, recorded: inbound.RecordMessageResult{Duplicate: true}},
			"A message (location) from an unknown address to US marketing: recorded before, nothing was done"},
	}
	for _, c := range cases {
		c.m.in.Sender.Name = "US marketing"
		if got := c.m.story(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
