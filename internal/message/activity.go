package message

import (
	"encoding/json"
	"time"

	"replyflow/internal/condition"
)

// A local activity's marker in a Temporal history shows its result but not its
// input. So every result below explains itself.

// Subject is what a run is about: all that its conditions and templates know.
type Subject struct {
	// Trigger is the payload that the provider or another system sent.
	Trigger json.RawMessage `json:"trigger"`
	// Message is the inbound message that started the run, empty when a webhook did.
	Message json.RawMessage `json:"message,omitempty"`
	// Person is the internal id of whom the run is about, 0 for nobody. Their
	// attributes are read when they are asked for.
	Person int64 `json:"person,omitempty"`
}

// Scope is what bare fields of the run's conditions belong to.
func (s Subject) Scope() condition.Scope {
	if len(s.Message) > 0 {
		return condition.MessageScope
	}
	return condition.TriggerScope
}

// EvaluateBranchInput asks whether a branch's condition holds for a run's subject.
type EvaluateBranchInput struct {
	Run       RunRef              `json:"run"`
	Visit     Visit               `json:"visit"`
	Condition condition.Condition `json:"condition"`
	Subject
}

// EvaluateBranchResult is the side a branch takes and why.
type EvaluateBranchResult struct {
	Condition string `json:"condition"`
	Value     bool   `json:"value"`
	Why       string `json:"why"`
}

// BatchUpdateInput asks to set attributes on everyone who matches.
type BatchUpdateInput struct {
	Run   RunRef                     `json:"run"`
	Visit Visit                      `json:"visit"`
	Where condition.Condition        `json:"where"`
	Set   map[string]json.RawMessage `json:"set"`
	Limit int                        `json:"limit"`
	Subject
}

// BatchUpdateResult counts what a batch update did. Matched people whose
// attributes had those values already are neither changed nor overtaken.
type BatchUpdateResult struct {
	Where string `json:"where"`
	// Matched is how many people the condition found.
	Matched int `json:"matched"`
	// Changed is how many of them got a new value.
	Changed int `json:"changed"`
	// Overtaken is how many kept a value that was written later in effective time.
	Overtaken int `json:"overtaken"`
	// Set holds the values after rendering.
	Set map[string]json.RawMessage `json:"set"`
	Why string                     `json:"why"`
}

// UpdatePersonInput asks to set attributes on the one person with an id,
// adding the person when Create says so.
type UpdatePersonInput struct {
	Run    RunRef                     `json:"run"`
	Visit  Visit                      `json:"visit"`
	Person json.RawMessage            `json:"person"`
	Set    map[string]json.RawMessage `json:"set"`
	Create bool                       `json:"create"`
	Subject
}

// UpdatePersonResult says what happened to the person. Found is false when
// nobody has the id and the node doesn't add people; that is no error.
type UpdatePersonResult struct {
	Person    string                     `json:"person"`
	Found     bool                       `json:"found"`
	Created   bool                       `json:"created,omitempty"`
	Changed   bool                       `json:"changed"`
	Overtaken bool                       `json:"overtaken,omitempty"`
	Set       map[string]json.RawMessage `json:"set"`
	Why       string                     `json:"why"`
}

// BeginRunInput claims a delivery for a run and keeps its payload as a sample.
type BeginRunInput struct {
	Run        RunRef `json:"run"`
	WorkflowID string `json:"workflow_id"`
	// Execution is the Temporal run id: an execution that repeats its own claim
	// is not a duplicate of itself.
	Execution string `json:"execution"`
	Event     Event  `json:"event"`
}

// BeginRunResult says whether the delivery had a run before.
type BeginRunResult struct {
	Run       string    `json:"run"`
	Duplicate bool      `json:"duplicate"`
	Why       string    `json:"why"`
	At        time.Time `json:"at"`
}

// RecordRunInput writes the run's state and its steps, at its end or at a wait.
type RecordRunInput struct {
	Run        RunRef     `json:"run"`
	Execution  string     `json:"execution"`
	Status     RunStatus  `json:"status"`
	Outcome    Outcome    `json:"outcome"`
	Failure    string     `json:"failure,omitempty"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
	Steps      []Step     `json:"steps"`
}

// RecordRunResult repeats what was recorded, for the reader of a history.
type RecordRunResult struct {
	Status  RunStatus `json:"status"`
	Outcome Outcome   `json:"outcome"`
	Steps   int       `json:"steps"`
}
