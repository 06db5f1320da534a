package definitions

import (
	"go.temporal.io/sdk/workflow"

	"replyflow/internal/condition"
	"replyflow/internal/message"
)

// Branch is a true/false branch: it asks one condition and goes on with one of
// its two sides. Both sides may be empty; the run then goes on below the branch.
type Branch struct {
	Name string              `json:"branch" doc:"The branch's name."`
	If   condition.Condition `json:"if" doc:"The condition that decides." example:"OptOutType exists"`
	Then Nodes               `json:"then,omitempty" doc:"The true side: nodes to visit when the condition holds."`
	Else Nodes               `json:"else,omitempty" doc:"The false side: nodes to visit when it doesn't."`
}

func init() { register(func() Node { return new(Branch) }) }

// NodeName implements Node.
func (b *Branch) NodeName() string { return b.Name }

// Sides implements Node.
func (b *Branch) Sides() []Side { return []Side{{"then", b.Then}, {"else", b.Else}} }

// Check implements Node.
func (b *Branch) Check(c *Checker) {
	c.Condition("if", b.If, c.scope)
	if len(b.Then) == 0 && len(b.Else) == 0 {
		c.Warn("", "both sides of the branch are empty: it decides nothing", "put nodes under then or else")
	}
}

// Run asks the condition and leads to the side that it decides for.
func (b *Branch) Run(ctx workflow.Context, visit Visit) (Decision, error) {
	answer, err := Execute(ctx, Activities.EvaluateBranch, message.EvaluateBranchInput{
		Run: visit.Run, Visit: visit.Visit, Condition: b.If, Subject: visit.Subject,
	}, b.Name+": "+b.If.Text())
	if err != nil {
		return Decision{}, err
	}
	if answer.Value {
		return Decision{Result: []byte("true"), Why: answer.Why, Next: Side{"then", b.Then}}, nil
	}
	return Decision{Result: []byte("false"), Why: answer.Why, Next: Side{"else", b.Else}}, nil
}
