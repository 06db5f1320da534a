package api

import (
	"encoding/json"
	"strconv"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/temporal"
	"replyflow/workflows"
)

// retrace finds the steps of a run in its history: it walks the definition that
// the run was started with along the decisions that the history holds. It stops
// where the history does, so it serves open and failed runs too.
func retrace(history *temporal.History) []message.Step {
	var in workflows.CampaignRunInput
	if json.Unmarshal(history.Input, &in) != nil || !begun(history.Entries) {
		return nil
	}
	t := tracer{entries: nodeEntries(history.Entries)}
	t.walk(in.Definition.Workflow, "")
	return t.steps
}

// begun reports whether the run got its delivery. One that didn't, because
// another run had it before, visited nothing.
func begun(entries []temporal.Entry) bool {
	for _, entry := range entries {
		var claim message.BeginRunResult
		if entry.Type == activityName(workflows.Activities.BeginRun) && json.Unmarshal(entry.Result, &claim) == nil {
			return !claim.Duplicate
		}
	}
	return false
}

type tracer struct {
	// entries are the activities of nodes that no step has taken yet.
	entries []temporal.Entry
	steps   []message.Step
}

// nodeEntries leaves out the activities that belong to the run and not to a
// node. A local activity that gave up is followed by a normal one that does the
// same work: only the latter counts.
func nodeEntries(entries []temporal.Entry) []temporal.Entry {
	begin, record := activityName(workflows.Activities.BeginRun), activityName(workflows.Activities.RecordRun)
	var kept []temporal.Entry
	for i, entry := range entries {
		givenUp := entry.Local && entry.Failure != "" && i+1 < len(entries) && !entries[i+1].Local && entries[i+1].Type == entry.Type
		if entry.Type != begin && entry.Type != record && !givenUp {
			kept = append(kept, entry)
		}
	}
	return kept
}

func activityName[A, In, Out any](method definitions.Method[A, In, Out]) string { return method.Name() }

// walk visits nodes as the workflow does; false says that the run ends here or
// that the history does.
func (t *tracer) walk(nodes definitions.Nodes, place string) bool {
	for i, node := range nodes {
		at := place + strconv.Itoa(i)
		side, goesOn := t.visit(node, at)
		if !goesOn || !t.walk(side.Nodes, at+"."+side.Name+".") {
			return false
		}
	}
	return true
}

func (t *tracer) visit(node definitions.Node, place string) (next definitions.Side, goesOn bool) {
	step := message.Step{Node: place + "#1", Name: node.NodeName(), Type: definitions.TypeOf(node)}
	if _, ends := node.(*definitions.Exit); ends {
		step.Why = "the run ends here"
		if len(t.steps) > 0 {
			step.At = t.steps[len(t.steps)-1].At
		}
		t.steps = append(t.steps, step)
		return next, false
	}
	if len(t.entries) == 0 {
		return next, false
	}
	entry := t.entries[0]
	t.entries = t.entries[1:]
	step.At = micros(entry.At)
	switch {
	case entry.Open:
		step.Why = "not done yet"
	case entry.Failure != "":
		step.Why = "failed: " + entry.Failure
	default:
		goesOn = true
		next = decide(node, entry.Result, &step)
	}
	t.steps = append(t.steps, step)
	return next, goesOn
}

// decide reads an activity's result into a step, and finds the side it leads to.
func decide(node definitions.Node, result json.RawMessage, step *message.Step) (next definitions.Side) {
	var decided struct {
		Value *bool  `json:"value"`
		Why   string `json:"why"`
	}
	// A result that can't be read has no reason to show.
	_ = json.Unmarshal(result, &decided)
	step.Result, step.Why = result, decided.Why
	if branch, ok := node.(*definitions.Branch); ok && decided.Value != nil {
		next = definitions.Side{Name: "else", Nodes: branch.Else}
		step.Result = json.RawMessage("false")
		if *decided.Value {
			next = definitions.Side{Name: "then", Nodes: branch.Then}
			step.Result = json.RawMessage("true")
		}
	}
	return next
}
