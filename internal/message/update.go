package message

import (
	"encoding/json"
	"time"
)

// Update is something a provider reports that is no message: exactly one of its
// pointers is set. Updates arrive in any order and any number of times.
type Update struct {
	// Key identifies the update within its workspace: two with one key are one.
	Key        string          `json:"key"`
	Sender     SenderRef       `json:"sender"`
	Channel    Channel         `json:"channel"`
	Provider   string          `json:"provider"`
	Account    string          `json:"account,omitempty"`
	ArrivedAt  time.Time       `json:"arrived_at"`
	Status     *DeliveryStatus `json:"status,omitempty"`
	Preference *Preference     `json:"preference,omitempty"`
	Identity   *IdentityChange `json:"identity,omitempty"`
	// Other is set for what replyflow doesn't know: it is kept and nothing more.
	Other string `json:"other,omitempty"`
	// Raw is what the provider sent.
	Raw json.RawMessage `json:"raw,omitempty"`
}

// DeliveryStatus is how far one of our messages got.
type DeliveryStatus struct {
	ProviderID string `json:"provider_id"`
	Status     string `json:"status"`
	To         string `json:"to,omitempty"`
	// Aliases are what else the provider calls whom it was for.
	Aliases []Alias `json:"aliases,omitempty"`
	// From is our number that sent it, where the provider says so.
	From string     `json:"from,omitempty"`
	At   *time.Time `json:"at,omitempty"`
	// ErrorCode is the provider's, as text.
	ErrorCode string `json:"error_code,omitempty"`
	// SendID is our own id of the message, when the provider gives it back.
	SendID string `json:"send_id,omitempty"`
	// OptOut is set when the code says that the person has opted out (Twilio's
	// 21610: everything; Meta's 131050: marketing).
	OptOut *ProviderOptOut `json:"opt_out,omitempty"`
}

// ProviderOptOut is an opt-out that a provider reports by an error.
type ProviderOptOut struct {
	Category Category `json:"category"`
	Rule     string   `json:"rule"`
}

// Preference is what a person set in the provider's own settings.
type Preference struct {
	From     string    `json:"from"`
	Aliases  []Alias   `json:"aliases,omitempty"`
	Category Category  `json:"category"`
	Verdict  Verdict   `json:"verdict"`
	At       time.Time `json:"at"`
	Detail   string    `json:"detail,omitempty"`
}

// IdentityChange says that a person's id was replaced by another, or that two
// names are one person's.
type IdentityChange struct {
	Previous Alias   `json:"previous"`
	Current  Alias   `json:"current"`
	Also     []Alias `json:"also,omitempty"`
}

// Category is what kind of messages a consent is about.
type Category string

// The categories. All covers marketing too.
const (
	CategoryAll       Category = "all"
	CategoryMarketing Category = "marketing"
)
