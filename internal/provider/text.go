package provider

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"replyflow/internal/form"
	"replyflow/internal/message"
)

// Bounds on what is kept of one thing that a provider sent, in bytes. No provider
// comes near them; Temporal takes 2 MB for all of a message.
const (
	maxText = 64 << 10
	maxRaw  = 512 << 10
	// maxName bounds what is repeated for each message of a body, as a contact's
	// name is.
	maxName = 256
)

// unknownSender names what is kept of what is for none of our senders.
const unknownSender = "unknown_sender"

// maxMedia bounds the references that are read of one message; Twilio sends ten.
const maxMedia = 20

// firstOf is the first value of the first name that has one.
func firstOf(sent form.Form, names ...string) string {
	for _, name := range names {
		if value := sent.First(name); value != "" {
			return value
		}
	}
	return ""
}

// valid is a text that can be stored: bytes that are no UTF-8 are replaced, and
// NUL, which phones send and PostgreSQL refuses, is dropped.
func valid(text string) string {
	if len(text) > maxText {
		text = text[:maxText]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

// named is a text that names something: bounded, and in UTF-8 all the same.
func named(text looseText) string {
	return strings.ToValidUTF8(string(text[:min(len(text), maxName)]), "")
}

// kept is JSON as it is kept beside what was read of it: without white space, in
// UTF-8. What is no JSON, or too long, is kept as a text, up to the bound.
func kept(raw []byte) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) == nil && b.Len() <= maxRaw {
		return json.RawMessage(strings.ToValidUTF8(b.String(), "\uFFFD"))
	}
	// A text always encodes.
	text, _ := json.Marshal(strings.ToValidUTF8(string(raw[:min(len(raw), maxText)]), "\uFFFD"))
	return text
}

// hashID is an id of 32 hex digits for what a provider calls by several texts: the
// texts may hold a phone number, the id never does.
func hashID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// clip shortens what a reason quotes of a request.
func clip(text string) string {
	const limit = 60
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// keywordVerdict reads what a provider did about a keyword, by the value: it is
// there for HELP as well.
func keywordVerdict(word string) message.Verdict {
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "STOP":
		return message.VerdictOptOut
	case "START":
		return message.VerdictOptIn
	case "HELP":
		return message.VerdictHelp
	}
	return ""
}

// sentAt is a provider's time of a message, nil when no clock ever showed it.
func sentAt(at time.Time) *time.Time {
	at = at.UTC()
	if at.Unix() <= 0 || at.Year() > 9999 {
		return nil
	}
	return &at
}
