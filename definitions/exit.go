package definitions

import "go.temporal.io/sdk/workflow"

// Exit ends the run.
type Exit struct {
	Name string `json:"exit" doc:"The exit's name: why the run ends here."`
}

func init() { register(func() Node { return new(Exit) }) }

// NodeName implements Node.
func (e *Exit) NodeName() string { return e.Name }

// Sides implements Node.
func (e *Exit) Sides() []Side { return nil }

// Check implements Node: an exit can't be wrong by itself.
func (e *Exit) Check(*Checker) {}

// Run ends the run.
func (e *Exit) Run(workflow.Context, Visit) (Decision, error) {
	return Decision{Why: "the run ends here", Exit: true}, nil
}
