package workflows

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/message"
)

// errExit unwinds the tree when a node ends the run.
var errExit = errors.New("exit")

// VisitLimitExceeded is the failure type of a run that visits more nodes than
// MaxVisits.
const VisitLimitExceeded = "VisitLimitExceeded"

// visit visits a list of nodes from top to bottom, and below each the side that
// it decided for. place is the list's own place in the tree: "0.then." or "".
func (r *campaignRun) visit(ctx workflow.Context, nodes definitions.Nodes, place string) error {
	for i, node := range nodes {
		at := place + strconv.Itoa(i)
		decision, err := r.run(ctx, node, at)
		if err != nil {
			return err
		}
		if decision.Exit {
			return errExit
		}
		if err := r.visit(ctx, decision.Next.Nodes, at+"."+decision.Next.Name+"."); err != nil {
			return err
		}
	}
	return nil
}

// run visits one node and notes the step, also when it fails.
func (r *campaignRun) run(ctx workflow.Context, node definitions.Node, place string) (definitions.Decision, error) {
	if len(r.steps) >= MaxVisits {
		return definitions.Decision{}, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("the run visited %d nodes, which is as many as a run may", MaxVisits), VisitLimitExceeded, nil)
	}
	r.visits[place]++
	visit := definitions.Visit{
		Visit: message.Visit{
			Node:     place + "#" + strconv.Itoa(r.visits[place]),
			Name:     node.NodeName(),
			Sequence: len(r.steps) + 1,
		},
		Run:     r.ref,
		Subject: r.subject(),
	}
	at := workflow.Now(ctx)
	decision, err := node.Run(ctx, visit)
	step := message.Step{
		Node: visit.Node, Name: visit.Name, Type: definitions.TypeOf(node), At: at,
		Result: decision.Result, Why: decision.Why,
	}
	if err != nil {
		step.Why = "failed: " + reason(err)
	}
	r.note(ctx, step)
	r.changed += decision.Changed
	return decision, err
}

func (r *campaignRun) note(ctx workflow.Context, step message.Step) {
	r.steps = append(r.steps, step)
	r.path = append(r.path, message.PathEntry{Node: step.Name, Result: step.Side()})
	workflow.SetCurrentDetails(ctx, r.details())
}

// details is what Temporal's UI shows while a run is open and after it: one
// line a step, in the marketer's words.
func (r *campaignRun) details() string {
	var b strings.Builder
	for i, step := range r.steps {
		b.WriteString(strconv.Itoa(i+1) + ". **" + step.Name + "**" + arrow(r.path[i].Result) + ": " + step.Why + "\n")
	}
	return b.String()
}

// story is the path in one line: "Opted out → true, Set sms_unsubscribe".
func (r *campaignRun) story() string {
	if len(r.path) == 0 {
		return "no node was visited"
	}
	names := make([]string, len(r.path))
	for i, entry := range r.path {
		names[i] = entry.Node + arrow(entry.Result)
	}
	return strings.Join(names, ", ")
}

func arrow(result *bool) string {
	if result == nil {
		return ""
	}
	return " → " + strconv.FormatBool(*result)
}
