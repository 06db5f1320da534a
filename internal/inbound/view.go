package inbound

import (
	"encoding/json"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// view is a message as the conditions and templates of a campaign see it.
type view struct {
	ID       string          `json:"id"`
	Channel  message.Channel `json:"channel"`
	Provider string          `json:"provider"`
	Kind     message.Kind    `json:"kind"`
	// Sender is our sender's configured name.
	Sender string `json:"sender"`
	From   string `json:"from"`
	To     string `json:"to"`
	Body   string `json:"body"`
	// Text is what was said, also by a button: folded, without punctuation around it.
	Text      string          `json:"text"`
	FirstWord string          `json:"first_word"`
	Media     []message.Media `json:"media,omitempty"`
	Button    *message.Button `json:"button,omitempty"`
	Name      string          `json:"profile_name,omitempty"`
	OptOut    message.Verdict `json:"opt_out,omitempty"`
	// Consent is what the message says about consent.
	Consent   message.Verdict `json:"consent"`
	ReplyTo   string          `json:"reply_to,omitempty"`
	Reply     *Reply          `json:"reply,omitempty"`
	Anonymous bool            `json:"anonymous"`
	At        time.Time       `json:"at"`
}

// View is the message as the conditions and templates of a campaign see it, as
// JSON: message.body, message.first_word and so on.
func View(in MatchCampaignsInput) json.RawMessage {
	m := in.Message
	text := consent.Fold(consent.TextOf(m))
	// Texts, times and booleans always encode.
	document, _ := json.Marshal(view{
		ID: m.ID, Channel: m.Channel, Provider: m.Provider, Kind: m.Kind, Sender: m.Sender.Name,
		From: m.From, To: m.To, Body: m.Body, Text: text, FirstWord: FirstWord(text),
		Media: m.Media, Button: m.Button, Name: m.ProfileName, OptOut: m.OptOut, Consent: in.Decision.Verdict,
		ReplyTo: m.ReplyTo, Reply: in.Reply, Anonymous: in.Person == nil, At: m.EffectiveAt(),
	})
	return document
}
