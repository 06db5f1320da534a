package definitions

import (
	"fmt"
	"strings"

	"replyflow/internal/condition"
)

// optOutField is the field that Twilio's Advanced Opt-Out adds to a message.
const optOutField = "OptOutType"

// checkOptOutType warns of branches that take any OptOutType for an opt-out.
// The recipe "SMS Opt-Out Keywords" does, and so unsubscribes people who text
// START or HELP. An inbound campaign starts with such messages only when it names
// their keywords, and so means what it says.
func (c *Checker) checkOptOutType(list *value, nodes Nodes) {
	if list == nil || c.onMessage {
		return
	}
	for i, node := range nodes {
		at := list.items[i]
		if branch, ok := node.(*Branch); ok {
			if written := at.get("if"); written != nil && !written.doubtful() {
				c.warnOfOptOutType(written, branch)
			}
		}
		for _, side := range node.Sides() {
			c.checkOptOutType(at.get(side.Name), side.Nodes)
		}
	}
}

func (c *Checker) warnOfOptOutType(written *value, branch *Branch) {
	side := branch.Then
	switch whichOptOut(branch.If) {
	case condition.NotExists:
		side = branch.Else
	case condition.Exists:
	default:
		return
	}
	effect := firstUpdate(side)
	if effect == "" {
		return
	}
	c.report(written, written.at, SeverityWarning,
		fmt.Sprintf("OptOutType exists is true for START and HELP as well as STOP: Twilio sends all three, so %s also runs for people who text START or HELP", quote(effect)),
		"write OptOutType is STOP; the campaign sms-opt-out-in does, and takes START back")
}

// whichOptOut is the operator by which a condition asks about OptOutType, when
// existence is all that it asks about it; else empty.
func whichOptOut(c condition.Condition) condition.Operator {
	asked := optOutOperators(c, false)
	if len(asked) == 0 {
		return ""
	}
	for _, operator := range asked {
		if operator != asked[0] || operator != condition.Exists && operator != condition.NotExists {
			return ""
		}
	}
	return asked[0]
}

// optOutOperators are the operators of the comparisons with OptOutType, those
// below not turned round.
func optOutOperators(c condition.Condition, negated bool) []condition.Operator {
	var found []condition.Operator
	if strings.TrimPrefix(c.Field, "trigger.") == optOutField {
		operator := c.Operator
		switch {
		case negated && operator == condition.Exists:
			operator = condition.NotExists
		case negated && operator == condition.NotExists:
			operator = condition.Exists
		}
		found = append(found, operator)
	}
	for _, inner := range c.All {
		found = append(found, optOutOperators(inner, negated)...)
	}
	for _, inner := range c.Any {
		found = append(found, optOutOperators(inner, negated)...)
	}
	if c.Not != nil {
		found = append(found, optOutOperators(*c.Not, !negated)...)
	}
	return found
}

// firstUpdate is the name of the first node of a side that changes people
// whatever OptOutType says; empty when there is none.
func firstUpdate(nodes Nodes) string {
	for _, node := range nodes {
		if branch, ok := node.(*Branch); ok && len(optOutOperators(branch.If, false)) > 0 {
			continue
		}
		switch node.(type) {
		case *BatchUpdate, *UpdatePerson:
			return node.NodeName()
		}
		for _, side := range node.Sides() {
			if name := firstUpdate(side.Nodes); name != "" {
				return name
			}
		}
	}
	return ""
}
