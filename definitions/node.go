package definitions

import (
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"replyflow/internal/message"
)

// Node is a box in a definition. Its struct's first field carries the node's
// type as its JSON name and the node's name as its value: {"branch": "Opted
// out", …}. The other fields are declared with doc tags, from which the schema
// and the reference derive.
type Node interface {
	// NodeName is the node's name, as the marketer says it.
	NodeName() string
	// Sides are the lists of nodes that the node leads to, in the order in
	// which they are written.
	Sides() []Side
	// Check adds what is wrong or doubtful about the node beyond its schema.
	Check(c *Checker)
	// Run visits the node in a run. It is workflow code: deterministic, and
	// asking Activities for everything else. The context stands first so that
	// the static checker reads it.
	Run(ctx workflow.Context, visit Visit) (Decision, error)
}

// Side is a named list of nodes below a node: "then" and "else" of a branch.
type Side struct {
	Name  string
	Nodes Nodes
}

// Visit is what a node knows when a run reaches it.
type Visit struct {
	message.Visit
	Run     message.RunRef
	Subject message.Subject
}

// Decision is what a node decided and where the run goes on.
type Decision struct {
	// Result is shown as the step's result: true or false for a branch.
	Result json.RawMessage
	// Why is the reason or the effect, as a clause.
	Why string
	// Changed is how many people the node changed.
	Changed int
	// Next are the nodes to visit before the node's own successor.
	Next Side
	// Exit ends the run.
	Exit bool
}

// Nodes are visited from top to bottom.
type Nodes []Node

// any reports whether a node of the tree satisfies the predicate.
func (nodes Nodes) any(holds func(Node) bool) bool {
	for _, node := range nodes {
		if holds(node) {
			return true
		}
		for _, side := range node.Sides() {
			if side.Nodes.any(holds) {
				return true
			}
		}
	}
	return false
}
