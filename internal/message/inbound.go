package message

import (
	"encoding/json"
	"time"
)

// Channel is a way in which people and our senders write to each other.
type Channel string

// The channels. Consent on one says nothing about another.
const (
	SMS      Channel = "sms"
	WhatsApp Channel = "whatsapp"
)

// Kind says what a message is, whatever its provider calls it.
type Kind string

// The kinds of inbound messages. Only those that IsReply names may be taken for
// somebody's words.
const (
	KindText        Kind = "text"
	KindMedia       Kind = "media"
	KindButton      Kind = "button"
	KindFlow        Kind = "flow"
	KindLocation    Kind = "location"
	KindContacts    Kind = "contacts"
	KindOrder       Kind = "order"
	KindEdit        Kind = "edit"
	KindReaction    Kind = "reaction"
	KindRevoke      Kind = "revoke"
	KindSystem      Kind = "system"
	KindEcho        Kind = "echo"
	KindHistory     Kind = "history"
	KindUnsupported Kind = "unsupported"
)

// IsReply reports whether a message of this kind answers us: it may start
// campaigns, wake runs and be attributed. An edit may only opt out.
func (k Kind) IsReply() bool {
	switch k {
	case KindText, KindMedia, KindButton, KindFlow, KindLocation, KindContacts, KindOrder:
		return true
	}
	return false
}

// Verdict is what a message, or its provider, says about consent.
type Verdict string

// The verdicts.
const (
	VerdictNone   Verdict = "none"
	VerdictOptOut Verdict = "opt_out"
	VerdictOptIn  Verdict = "opt_in"
	VerdictHelp   Verdict = "help"
)

// Inbound is one message that somebody sent to one of our senders: the same type
// whatever the provider.
type Inbound struct {
	// ID is the message's own key: a Twilio SID as it stands, for everything
	// else 32 hex digits of a hash over the account and the provider's id.
	ID         string    `json:"id"`
	Channel    Channel   `json:"channel"`
	Provider   string    `json:"provider"`
	ProviderID string    `json:"provider_id"`
	Account    string    `json:"account,omitempty"`
	Kind       Kind      `json:"kind"`
	Sender     SenderRef `json:"sender"`
	// From is the address the message came from, as the provider wrote it; answers
	// go to exactly this. It may be a phone number, a short code or a WhatsApp id.
	From string `json:"from"`
	// To is our own address that was written to.
	To string `json:"to"`
	// Aliases are the other names that the provider gives the person.
	Aliases []Alias `json:"aliases,omitempty"`
	// ProfileName is what the person calls themselves.
	ProfileName string `json:"profile_name,omitempty"`
	// Service is the messaging service the message came through, if any.
	Service string `json:"service,omitempty"`
	Body    string `json:"body"`
	// Media are references; nothing is downloaded.
	Media  []Media `json:"media,omitempty"`
	Button *Button `json:"button,omitempty"`
	// ReplyTo is the provider's id of the message that this one answers.
	ReplyTo string `json:"reply_to,omitempty"`
	// Group is the group that the message was written in: no one-to-one reply.
	Group string `json:"group,omitempty"`
	// OptOut is the provider's own verdict, empty when it gave none.
	OptOut Verdict `json:"opt_out,omitempty"`
	// OptOutTag is the provider's verdict as it wrote it, when it is none that we
	// know: whatever it means, the provider has answered.
	OptOutTag string `json:"opt_out_tag,omitempty"`
	// SentAt is the provider's time of the message; Twilio gives none.
	SentAt *time.Time `json:"sent_at,omitempty"`
	// ArrivedAt is stamped once, at intake.
	ArrivedAt time.Time `json:"arrived_at"`
	// Raw is everything the provider sent about the message, as JSON.
	Raw json.RawMessage `json:"raw,omitempty"`
}

// EffectiveAt is when what the message says takes effect: the provider's time,
// else the arrival. A provider's clock that runs ahead of ours is not believed.
func (m Inbound) EffectiveAt() time.Time {
	if m.SentAt == nil || m.SentAt.After(m.ArrivedAt) {
		return m.ArrivedAt
	}
	return *m.SentAt
}

// SenderRef is one of our senders as a message carries it: enough to read the
// message by, without secrets.
type SenderRef struct {
	Workspace string `json:"workspace"`
	// Name is the sender's configured name.
	Name string `json:"name"`
	// Address is how outputs name the sender: its configured address, else its
	// messaging service.
	Address string `json:"address"`
}

// Alias is another name of the other side, beside its address.
type Alias struct {
	Kind  AliasKind `json:"kind"`
	Value string    `json:"value"`
}

// AliasKind says what an alias is. No kind is ever derived from another.
type AliasKind string

// The kinds of aliases.
const (
	AliasPhone       AliasKind = "phone"
	AliasWAID        AliasKind = "wa_id"
	AliasBSUID       AliasKind = "bsuid"
	AliasParentBSUID AliasKind = "parent_bsuid"
	AliasUsername    AliasKind = "username"
)

// Media is a reference to a picture, sound or file.
type Media struct {
	URL         string `json:"url,omitempty"`
	ID          string `json:"id,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	SHA256      string `json:"sha256,omitempty"`
	Filename    string `json:"filename,omitempty"`
}

// Button is a button or list entry that was pressed.
type Button struct {
	Text    string `json:"text"`
	Payload string `json:"payload,omitempty"`
}
