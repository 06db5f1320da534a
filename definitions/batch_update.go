package definitions

import (
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"replyflow/internal/condition"
	"replyflow/internal/message"
)

// How many people a batch update may match.
const (
	// DefaultBatchLimit applies to a batch update that names no limit of its own.
	DefaultBatchLimit = 1_000
	// LocalBatchLimit is the highest limit whose update is one transaction in
	// the run's workflow task. Above it, the run works on the long queue.
	LocalBatchLimit = 1_000
	// MaxBatchLimit is the highest limit that a definition may ask for.
	MaxBatchLimit = 100_000_000
)

// BatchUpdate sets attributes on everyone who matches a condition: one person
// or a million. When more match than the limit allows, the step fails and
// nobody is changed.
type BatchUpdate struct {
	Name  string                     `json:"batch_update" doc:"The update's name."`
	Where condition.Condition        `json:"where" doc:"Who to update: a condition on people, whose fields are written person.…" example:"person.phone is {{ trigger.From }}"`
	Set   map[string]json.RawMessage `json:"set" doc:"The attributes to set, with their values; null removes an attribute." nonempty:"true" example:"{sms_unsubscribe: true}"`
	Limit int                        `json:"limit,omitempty" doc:"How many people it may match, 1,000 unless said otherwise. When more match, the step fails and changes nobody." minimum:"1" maximum:"100000000"`
}

func init() { register(func() Node { return new(BatchUpdate) }) }

// NodeName implements Node.
func (b *BatchUpdate) NodeName() string { return b.Name }

// Sides implements Node.
func (b *BatchUpdate) Sides() []Side { return nil }

// Check implements Node.
func (b *BatchUpdate) Check(c *Checker) {
	c.Condition("where", b.Where, condition.PeopleScope)
	c.Set("set")
}

// WorksLong reports whether the update is too large for one transaction in a
// workflow task.
func (b *BatchUpdate) WorksLong() bool { return b.limit() > LocalBatchLimit }

// Run updates everyone who matches.
func (b *BatchUpdate) Run(ctx workflow.Context, visit Visit) (Decision, error) {
	execute := Execute[Activities, message.BatchUpdateInput, message.BatchUpdateResult]
	method := Method[Activities, message.BatchUpdateInput, message.BatchUpdateResult](Activities.BatchUpdate)
	if b.WorksLong() {
		execute, method = ExecuteLong, Activities.BatchUpdatePaged
	}
	result, err := execute(ctx, method, message.BatchUpdateInput{
		Run: visit.Run, Visit: visit.Visit, Where: b.Where, Set: b.Set, Limit: b.limit(), Subject: visit.Subject,
	}, b.Name+": "+b.Where.Text())
	if err != nil {
		return Decision{}, err
	}
	return Decision{Result: encode(result), Why: result.Why, Changed: result.Changed}, nil
}

func (b *BatchUpdate) limit() int {
	if b.Limit == 0 {
		return DefaultBatchLimit
	}
	return b.Limit
}
