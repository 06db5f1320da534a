package consent

import (
	"cmp"
	"strings"

	"replyflow/internal/message"
)

// Input is what a decision is made of.
type Input struct {
	// Provider is the provider's own verdict, empty when it gave none.
	Provider message.Verdict
	// Tag is the provider's verdict as it wrote it; with one, it has answered.
	Tag string
	// Text is what the person wrote; see TextOf.
	Text string
	// ButtonText and ButtonPayload are those of the button that was pressed.
	ButtonText    string
	ButtonPayload string
	Kind          message.Kind
	// Group is set for a message to several people.
	Group bool
	// To is our own address that was written to.
	To string
}

// InputOf is what a message gives to a decision.
func InputOf(m message.Inbound) Input {
	in := Input{
		Provider: m.OptOut, Tag: cmp.Or(m.OptOutTag, string(m.OptOut)), Text: TextOf(m), Kind: m.Kind, Group: m.Group != "",
		To: strings.TrimPrefix(m.To, "whatsapp:"),
	}
	if m.Button != nil {
		in.ButtonText, in.ButtonPayload = m.Button.Text, m.Button.Payload
	}
	return in
}

// TextOf is what keywords are read from: the words of a person to us. A caption
// and a button's text are, the name of a place or a reaction are not.
func TextOf(m message.Inbound) string {
	switch m.Kind {
	case message.KindButton:
		if m.Button != nil && m.Button.Text != "" {
			return m.Button.Text
		}
		return m.Body
	case message.KindText, message.KindMedia, message.KindFlow, message.KindOrder, message.KindEdit, "":
		return m.Body
	}
	return ""
}
