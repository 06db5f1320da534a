// Package consent decides what a message says about consent, and what the
// consent of an address is. It is pure.
//
// A decision is made of named rules over the whole message; the provider's own
// verdict comes first and an opt-out wins every conflict. A status is derived
// from events alone: each lane keeps the latest of its own, so that processing
// events in any order, and any number of times, gives the same status.
package consent

import (
	"time"

	"replyflow/internal/message"
)

// Lane is a source of consent. A later event lifts an earlier one of its own
// lane, never one of another.
type Lane string

// The lanes.
const (
	// LaneKeyword: what people write.
	LaneKeyword Lane = "keyword"
	// LanePreference: what people set in the provider's settings.
	LanePreference Lane = "preference"
	// LaneBlock: what the provider blocks by itself (Twilio's 21610).
	LaneBlock Lane = "block"
	// LaneStaff: what staff and the API record.
	LaneStaff Lane = "staff"
	// LaneReview: wishes that wait until somebody has decided what they were. Its
	// lifts are decisions; nothing opts in here.
	LaneReview Lane = "review"
)

// Action is what an event does to its lane.
type Action string

// The actions. A lift ends an opt-out and is nothing otherwise: it is what a YES
// records, so that whether it opted somebody in depends on effective times and
// not on the order of processing.
const (
	Out  Action = "out"
	In   Action = "in"
	Lift Action = "lift"
)

// Scope is which of our senders a consent covers: SenderScope, ServiceScope or
// WorkspaceScope.
type Scope string

// WorkspaceScope covers every sender of the channel.
const WorkspaceScope Scope = "workspace"

// SenderScope covers one sender, by its address.
func SenderScope(address string) Scope { return Scope("sender:" + address) }

// ServiceScope covers every number of a messaging service.
func ServiceScope(service string) Scope { return Scope("service:" + service) }

// Event is one entry of the ledger, as far as a status depends on it.
type Event struct {
	Scope    Scope            `json:"scope"`
	Lane     Lane             `json:"lane"`
	Category message.Category `json:"category"`
	Action   Action           `json:"action"`
	At       time.Time        `json:"at"`
	// ID breaks ties between events of the same action and time, the same way in every order.
	ID string `json:"id"`
}

// Mark is the latest event of one action.
type Mark struct {
	At time.Time `json:"at"`
	ID string    `json:"id"`
}

// Marks are the latest events of one (scope, lane, category): all that a status
// needs of them. Merging marks is commutative, associative and idempotent.
type Marks struct {
	Out  Mark `json:"out"`
	In   Mark `json:"in"`
	Lift Mark `json:"lift"`
}

// Decision is what a message says about consent, and by which rule.
type Decision struct {
	Verdict message.Verdict `json:"verdict"`
	// Rule is the name of the rule that decided.
	Rule string `json:"rule"`
	// Keyword is the word that was matched, Language and Set its list.
	Keyword  string `json:"keyword,omitempty"`
	Language string `json:"language,omitempty"`
	Set      string `json:"set,omitempty"`
	// Soft is set for a clear wish in other words than a keyword; Review when
	// somebody has to decide on it.
	Soft   bool `json:"soft,omitempty"`
	Review bool `json:"review,omitempty"`
	// NearMiss is set when the message has a word of an opt-out and is none.
	NearMiss bool `json:"near_miss,omitempty"`
	// Reserved is set when the message is a reserved word or an opt-out: it
	// starts only campaigns that name it.
	Reserved bool `json:"reserved,omitempty"`
	// Answered is set when the provider has answered by itself.
	Answered bool `json:"answered,omitempty"`
	// ProviderKeyword is set when the message is, as it is written, a word that
	// the provider acts on and answers by default.
	ProviderKeyword bool `json:"provider_keyword,omitempty"`
	// ConditionalOptIn is set for a YES: it ends an opt-out and is nothing otherwise.
	ConditionalOptIn bool `json:"conditional_opt_in,omitempty"`
	// Conflict is set when the provider's verdict and the text disagree.
	Conflict bool     `json:"conflict,omitempty"`
	Effects  []Effect `json:"effects,omitempty"`
	// Why says the decision as a clause.
	Why string `json:"why"`
}

// Effect is what a decision writes to the ledger.
type Effect struct {
	Lane     Lane             `json:"lane"`
	Category message.Category `json:"category"`
	Action   Action           `json:"action"`
	// Wide covers every sender of the channel, not only the one written to.
	Wide bool `json:"wide,omitempty"`
}

// State is the consent of an address towards a sender, for a category.
type State struct {
	OptedOut bool `json:"opted_out"`
	OptedIn  bool `json:"opted_in"`
	// Since, Lane, Scope, Category and Event say which event decides; they are
	// empty when none does.
	Since    *time.Time       `json:"since,omitempty"`
	Lane     Lane             `json:"lane,omitempty"`
	Scope    Scope            `json:"scope,omitempty"`
	Category message.Category `json:"category,omitempty"`
	Event    string           `json:"event,omitempty"`
}

// Held reports whether nothing but a wish that waits for a decision keeps messages
// back: it is no opt-out yet.
func (s State) Held() bool { return s.OptedOut && s.Lane == LaneReview }

// Same reports whether two states allow the same and are called the same.
func (s State) Same(other State) bool {
	return s.OptedOut == other.OptedOut && s.OptedIn == other.OptedIn && s.Held() == other.Held()
}
