package message

import (
	"encoding/json"
	"time"
)

// RunStatus is where a run stands.
type RunStatus string

// The states of a run.
const (
	StatusRunning   RunStatus = "running"
	StatusWaiting   RunStatus = "waiting"
	StatusCompleted RunStatus = "completed"
	StatusFailed    RunStatus = "failed"
	StatusCanceled  RunStatus = "canceled"
)

// Outcome says in a word what came of a run.
type Outcome string

// The outcomes of a run.
const (
	// OutcomeUpdated: at least one person was changed.
	OutcomeUpdated Outcome = "updated"
	// OutcomeUnchanged: the run ended and changed nobody.
	OutcomeUnchanged Outcome = "unchanged"
	// OutcomeDuplicate: the delivery had a run before; nothing was done.
	OutcomeDuplicate Outcome = "duplicate"
	// OutcomeOptedOut, OutcomeOptedIn: an inbound message changed a consent.
	OutcomeOptedOut Outcome = "opted_out"
	OutcomeOptedIn  Outcome = "opted_in"
	// OutcomeHeld: an inbound message may be an opt-out, and somebody has to decide.
	OutcomeHeld Outcome = "held"
	// OutcomeHelp: somebody asked for help.
	OutcomeHelp Outcome = "help"
	// OutcomeReply: somebody wrote something else.
	OutcomeReply Outcome = "reply"
	// OutcomeIgnored: the message is no reply, as a reaction.
	OutcomeIgnored Outcome = "ignored"
	// OutcomeFailed: the run stopped at an error that no retry can mend.
	OutcomeFailed Outcome = "failed"
	// OutcomeCanceled: somebody canceled the run.
	OutcomeCanceled Outcome = "canceled"
)

// Step is one visit of a node in a run.
type Step struct {
	// Node is the visit's key, Name the marketer's name of the node.
	Node string    `json:"node"`
	Name string    `json:"name"`
	Type string    `json:"type"`
	At   time.Time `json:"at"`
	// Result is true or false for a branch, the activity's result for an
	// update, null otherwise.
	Result json.RawMessage `json:"result"`
	Why    string          `json:"why"`
}

// PathEntry is a node visited by a run: its name and, for a branch, the side taken.
type PathEntry struct {
	Node   string `json:"node"`
	Result *bool  `json:"result,omitempty"`
}

// PathOf is the path of a run: one entry for each node visited, in order.
func PathOf(steps []Step) []PathEntry {
	path := make([]PathEntry, len(steps))
	for i, step := range steps {
		path[i] = PathEntry{Node: step.Name, Result: step.Side()}
	}
	return path
}

// Side is the side that a branch took, nil for other steps.
func (s Step) Side() *bool {
	taken := string(s.Result) == "true"
	if !taken && string(s.Result) != "false" {
		return nil
	}
	return &taken
}
