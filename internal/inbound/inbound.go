// Package inbound holds what crosses between the workflow of an inbound message
// and its activities. It is pure. A local activity's marker in a history shows
// its result but not its input, so every result explains itself.
package inbound

import (
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// NormalizeSenderInput asks what address a message came from.
type NormalizeSenderInput struct {
	Workspace string          `json:"workspace"`
	Channel   message.Channel `json:"channel"`
	From      string          `json:"from"`
	Aliases   []message.Alias `json:"aliases,omitempty"`
}

// NormalizeSenderResult is the address a message came from.
type NormalizeSenderResult struct {
	// Raw is what the provider wrote; answers go to it.
	Raw string `json:"raw"`
	// E164 is the number, empty when the address is none.
	E164   string `json:"e164,omitempty"`
	Region string `json:"region,omitempty"`
	// Address is what consent is kept by: the canonical number (variants of one
	// number are one), a short code's digits, else the WhatsApp user id as
	// "bsuid:US.…" or the raw text as "id:…".
	Address string `json:"address"`
	// Candidates are the numbers under which people may be stored, as E.164, the
	// most exact first.
	Candidates []string `json:"candidates,omitempty"`
	Why        string   `json:"why"`
}

// ResolvePeopleInput asks who has an address.
type ResolvePeopleInput struct {
	Workspace  string          `json:"workspace"`
	Channel    message.Channel `json:"channel"`
	Address    string          `json:"address"`
	Candidates []string        `json:"candidates,omitempty"`
	Aliases    []message.Alias `json:"aliases,omitempty"`
}

// Match says how people were found.
type Match string

// The ways in which people are found, in the order in which they are tried.
const (
	MatchAlias   Match = "alias"
	MatchPhone   Match = "phone"
	MatchVariant Match = "variant"
	MatchNone    Match = "none"
)

// ResolvePeopleResult says who has an address.
type ResolvePeopleResult struct {
	// Address is the address to keep consent by, after following aliases.
	Address string `json:"address"`
	Match   Match  `json:"match"`
	// People have the number, the oldest profile first: at most MaxPeople of
	// them. The first gets the message; keywords act on the number.
	People []Person `json:"people,omitempty"`
	// Count is how many people have the number.
	Count int    `json:"count"`
	Why   string `json:"why"`
}

// MaxPeople bounds the people that a result repeats.
const MaxPeople = 10

// Person is a person as a workflow carries them.
type Person struct {
	ID       string `json:"id"`
	Internal int64  `json:"internal"`
}

// DecideConsentInput asks what a message says about consent.
type DecideConsentInput struct {
	Message message.Inbound `json:"message"`
}

// DecideConsentResult is the decision, with the scope that it gets from the sender.
type DecideConsentResult struct {
	consent.Decision
	Scope consent.Scope `json:"scope"`
	// Rules names the rules that decided, as consent.Version does.
	Rules string `json:"rules,omitempty"`
	// AnswerDue is true when answering the keyword is up to us, as the sender's
	// keyword_replies and the provider's own answer say.
	AnswerDue bool `json:"answer_due,omitempty"`
}

// RecordMessageInput records a message and everything that follows from it in
// one transaction.
type RecordMessageInput struct {
	Message message.Inbound `json:"message"`
	// Execution is the Temporal run id: an execution that repeats its own record
	// is no duplicate of itself.
	Execution string `json:"execution"`
	// Copy is set for a delivery that another one of the same message has overtaken.
	Copy     bool                  `json:"copy,omitempty"`
	Sender   NormalizeSenderResult `json:"sender"`
	People   ResolvePeopleResult   `json:"people"`
	Decision DecideConsentResult   `json:"decision"`
}

// RecordMessageResult is what recording a message did.
type RecordMessageResult struct {
	// Duplicate is true when another execution recorded the message before:
	// nothing was done.
	Duplicate bool `json:"duplicate,omitempty"`
	// Before and After are the states of the address towards the sender.
	Before consent.State `json:"before"`
	After  consent.State `json:"after"`
	// Changed is true when the state of the address changed.
	Changed bool `json:"changed"`
	// Overtaken is true when a later event had decided before.
	Overtaken bool `json:"overtaken,omitempty"`
	// People is how many people have the number.
	People int `json:"people"`
	// Reply is the message of ours that this one answers, nil when none does.
	Reply *Reply `json:"reply,omitempty"`
	Why   string `json:"why"`
}

// OptedOut reports whether the message opted the address out: it wasn't before.
func (r RecordMessageResult) OptedOut() bool {
	return r.Changed && r.After.OptedOut && !r.After.Held()
}

// Held reports whether the message keeps back what is sent to the address until
// somebody has decided what it wishes.
func (r RecordMessageResult) Held() bool { return r.Changed && r.After.Held() }

// OptedIn reports whether the message opted the address in: it was out before, or
// had said neither.
func (r RecordMessageResult) OptedIn() bool { return r.Changed && !r.After.OptedOut }

// Reply says which message of ours was answered.
type Reply struct {
	Message string `json:"message"`
	// By is how it was found: reference (the provider's own) or window (the last
	// one to that address from that sender).
	By       string    `json:"by"`
	Campaign string    `json:"campaign,omitempty"`
	Run      string    `json:"run,omitempty"`
	SentAt   time.Time `json:"sent_at"`
}

// MatchCampaignsInput asks which campaigns a message starts.
type MatchCampaignsInput struct {
	Message  message.Inbound     `json:"message"`
	Person   *Person             `json:"person,omitempty"`
	Decision DecideConsentResult `json:"decision"`
	Reply    *Reply              `json:"reply,omitempty"`
	// Overtaken is set when a later message had decided about consent before.
	Overtaken bool `json:"overtaken,omitempty"`
}

// AnswerKeywordInput asks for the one answer that a keyword gets.
type AnswerKeywordInput struct {
	Message  message.Inbound     `json:"message"`
	Address  string              `json:"address"`
	Decision DecideConsentResult `json:"decision"`
	// Person is whom the answer is for, nil for nobody known.
	Person *Person `json:"person,omitempty"`
	// Kind is what to answer: opt_out, opt_in or help.
	Kind message.Verdict `json:"kind"`
}

// AnswerKeywordResult says what was answered, or why nothing was.
type AnswerKeywordResult struct {
	Sent       bool   `json:"sent"`
	ProviderID string `json:"provider_id,omitempty"`
	// Reason is a short word: sent, too_old, overtaken, rate_limited,
	// opted_out, refused, unknown, already.
	Reason string `json:"reason"`
	Why    string `json:"why"`
}

// RecordUpdatesInput records what a provider reported beside messages.
type RecordUpdatesInput struct {
	Workspace string           `json:"workspace"`
	Updates   []message.Update `json:"updates"`
}

// RecordUpdatesResult counts what was recorded.
type RecordUpdatesResult struct {
	Statuses    int    `json:"statuses"`
	Preferences int    `json:"preferences"`
	Identities  int    `json:"identities"`
	Others      int    `json:"others"`
	OptedOut    int    `json:"opted_out"`
	Repeated    int    `json:"repeated"`
	Why         string `json:"why"`
}

// AttachMessagesInput gives a person the anonymous messages of their address.
type AttachMessagesInput struct {
	Workspace string `json:"workspace"`
	// Pending is the request's row.
	Pending int64 `json:"pending"`
	// Person is the internal id.
	Person  int64  `json:"person"`
	Address string `json:"address"`
}

// AttachMessagesResult says what was attached.
type AttachMessagesResult struct {
	Person   string `json:"person"`
	Attached int    `json:"attached"`
	Why      string `json:"why"`
}
