package message

import (
	"encoding/json"
	"time"
)

// Event is something that happened, decoded: one delivery of a webhook.
type Event struct {
	// Key identifies the delivery within its campaign: a provider's message id
	// as it stands, or 32 hex digits of a hash. Two deliveries with one key are
	// one run.
	Key string `json:"key"`
	// ArrivedAt is stamped once, at intake; a repeated delivery keeps the earliest.
	ArrivedAt time.Time `json:"arrived_at"`
	// Payload is the decoded body, always a JSON object.
	Payload json.RawMessage `json:"payload"`
}

// RunRef says which run an activity works for.
type RunRef struct {
	Workspace string `json:"workspace"`
	Campaign  string `json:"campaign"`
	Version   int    `json:"version"`
	// ID is the API's id of the run, "{campaign}.{key}".
	ID string `json:"id"`
	// At is when the run's writes take effect: its trigger's arrival until the
	// first wait, the workflow's own time after it.
	At time.Time `json:"at"`
	// Person is the id of whom the run is about, empty for nobody known.
	Person string `json:"person,omitempty"`
}

// Visit says which node of a run an activity works for, and which visit of it.
type Visit struct {
	// Node is the node's place in the tree and the visit's number, as in
	// "0.then.1#1": the key for idempotency and storage, never the name.
	Node string `json:"node"`
	// Name is the node's name, as the marketer says it.
	Name string `json:"name"`
	// Sequence counts the run's visits from 1.
	Sequence int `json:"sequence"`
}

// Stamp is the effective time of what the visit of a run writes.
func (r RunRef) Stamp(v Visit) Stamp {
	return NewStamp(r.At, r.ID, v.Sequence)
}
