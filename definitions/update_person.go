package definitions

import (
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"replyflow/internal/message"
)

// UpdatePerson sets attributes on the one person with an id, and adds the
// person when nobody has it, unless told not to.
type UpdatePerson struct {
	Name   string                     `json:"update_person" doc:"The update's name."`
	Person json.RawMessage            `json:"person" doc:"The id of the person." example:"\"{{ trigger.customer_id }}\""`
	Set    map[string]json.RawMessage `json:"set" doc:"The attributes to set, with their values; null removes an attribute." nonempty:"true" example:"{plan: \"{{ trigger.plan }}\"}"`
	Create *bool                      `json:"create,omitempty" doc:"Whether to add the person when nobody has the id: true unless said otherwise."`
}

func init() { register(func() Node { return new(UpdatePerson) }) }

// NodeName implements Node.
func (u *UpdatePerson) NodeName() string { return u.Name }

// Sides implements Node.
func (u *UpdatePerson) Sides() []Side { return nil }

// Check implements Node.
func (u *UpdatePerson) Check(c *Checker) {
	c.Set("set")
	c.Person("person")
	c.addsPeople = c.addsPeople || u.Create == nil || *u.Create
}

// Run updates the person.
func (u *UpdatePerson) Run(ctx workflow.Context, visit Visit) (Decision, error) {
	result, err := Execute(ctx, Activities.UpdatePerson, message.UpdatePersonInput{
		Run: visit.Run, Visit: visit.Visit, Person: u.Person, Set: u.Set,
		Create: u.Create == nil || *u.Create, Subject: visit.Subject,
	}, u.Name)
	if err != nil {
		return Decision{}, err
	}
	changed := 0
	if result.Changed {
		changed = 1
	}
	return Decision{Result: encode(result), Why: result.Why, Changed: changed}, nil
}
