package definitions

import (
	"strings"
	"unicode/utf8"

	"replyflow/internal/condition"
)

// Condition checks the meaning of the condition in a field: its operators and
// values, whose fields it asks about, and the templates in its values.
func (c *Checker) Condition(field string, checked condition.Condition, scope condition.Scope) {
	written := c.field(field)
	if written == nil {
		return
	}
	c.conditionProblems(written, checked.Problems(scope))
	if c.onMessage && scope.Root == messageRoot {
		c.conditionProblems(written, unknownMessageFields(checked, ""))
	}
	c.conditionTemplates(written, checked)
}

// checkConditions reports conditions that can't be read and takes them out of
// the tree.
func (c *Checker) checkConditions(root *value) {
	drop := map[*value]bool{}
	c.dropConditions(root, drop)
	if inbound := root.get("trigger").get("inbound"); inbound != nil {
		c.dropUnreadable(inbound.get("if"), drop)
	}
	root.prune(drop)
}

func (c *Checker) dropConditions(parent *value, drop map[*value]bool) {
	for _, m := range parent.members {
		if !isNodeList(parent, m.key) {
			continue
		}
		for _, node := range m.value.items {
			c.dropConditionsOf(node, drop)
			c.dropConditions(node, drop)
		}
	}
}

func (c *Checker) dropConditionsOf(node *value, drop map[*value]bool) {
	name, err := typeAmong(node.keys())
	if err != nil {
		return
	}
	for _, field := range fieldsOf[condition.Condition](name) {
		c.dropUnreadable(node.get(field), drop)
	}
}

func (c *Checker) dropUnreadable(written *value, drop map[*value]bool) {
	if written == nil {
		return
	}
	if _, problems := condition.Decode(written.json()); len(problems) > 0 {
		c.conditionProblems(written, problems)
		drop[written] = true
	}
}

// conditionProblems reports problems of a condition at their places in the file.
func (c *Checker) conditionProblems(written *value, problems []condition.Problem) {
	for _, problem := range problems {
		at := written
		if problem.Path != "" {
			at = written.follow(strings.Split(problem.Path, "/"))
		}
		if at.doubtful() {
			// What is missing was taken out, and the reason reported.
			continue
		}
		if at.kind == kindText {
			problem.Path = ""
			problem = condition.Locate(at.text, []condition.Problem{problem})[0]
			c.report(at, insideText(at, problem.Column), SeverityError, problem.Message, problem.Suggestion)
			continue
		}
		if part := at.get(string(problem.Part)); part != nil {
			at = part
		}
		c.report(at, at.at, SeverityError, problem.Message, problem.Suggestion)
	}
}

// insideText is the place of a byte, counted from 1, of a text in the file. When
// the file writes the text otherwise than it reads, it is where the text begins.
func insideText(at *value, column int) position {
	if at.inside == (position{}) || column < 1 || column > len(at.text)+1 {
		return at.at
	}
	return position{at.inside.line, at.inside.column + utf8.RuneCountInString(at.text[:column-1])}
}
