package inbound

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"replyflow/internal/message"
)

// TestFieldsAreThoseOfAMessage holds the fields that a definition may name against
// a message that has them all.
func TestFieldsAreThoseOfAMessage(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)
	document := View(MatchCampaignsInput{
		Message: message.Inbound{
			ID: "1", Channel: message.SMS, Kind: message.KindButton, Body: "JOIN", ProfileName: "Ann", OptOut: message.VerdictHelp, ReplyTo: "2", ArrivedAt: at,
			Media:  []message.Media{{URL: "u", ID: "i", ContentType: "c", SHA256: "s", Filename: "f"}},
			Button: &message.Button{Text: "t", Payload: "p"},
		},
		Reply: &Reply{Message: "3", By: "window", Campaign: "c", Run: "r", SentAt: at},
	})
	compare(t, "message", document, Fields())
}

// compare compares the keys of a document with fields, and the types of its values.
func compare(t *testing.T, path string, document json.RawMessage, fields []Field) {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, field := range fields {
		value, has := members[field.Name]
		delete(members, field.Name)
		switch {
		case !has:
			t.Errorf("%s has no %s", path, field.Name)
		case field.List:
			compare(t, path+"."+field.Name, value[1:len(value)-1], field.Fields)
		case field.Fields != nil:
			compare(t, path+"."+field.Name, value, field.Fields)
		}
	}
	for name := range members {
		t.Errorf("%s.%s is no field", path, name)
	}
}

// TestFieldsNameTheirValues: a kind of message that starts campaigns can't be
// forgotten among the values of message.kind.
func TestFieldsNameTheirValues(t *testing.T) {
	t.Parallel()
	at := slices.IndexFunc(Fields(), func(f Field) bool { return f.Name == "kind" })
	for _, kind := range []message.Kind{
		message.KindText, message.KindMedia, message.KindButton, message.KindFlow, message.KindLocation, message.KindContacts, message.KindOrder,
		message.KindEdit, message.KindReaction, message.KindRevoke, message.KindSystem, message.KindEcho, message.KindHistory, message.KindUnsupported,
	} {
		if slices.Contains(Fields()[at].Values, string(kind)) != kind.IsReply() {
			t.Errorf("%s: a reply %t", kind, kind.IsReply())
		}
	}
}

func TestFirstWord(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"Join, please!": "join", "join-us now": "join-us", "it's": "it's", "10,000 euros": "10,000", "3.5 stars": "3.5", "10:30, please": "10:30",
		"10, please": "10", "v1.2": "v1.2", "room,10": "room", "नी दो": "नी", "": "", "!!!": "",
	}
	for text, want := range cases {
		if got := FirstWord(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if word := FirstWord(strings.Repeat("1,", 30_000)); len(word) > 2*maxParts+2 {
		t.Errorf("a text of signs has a first word of %d bytes", len(word))
	}
}
