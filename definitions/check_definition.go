package definitions

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"replyflow/internal/condition"
)

// Limits of a definition.
const (
	// MaxNodes is how many nodes a campaign may hold. A run visits each at most
	// once, so it stays below the number of visits that a run may make.
	MaxNodes = 500
	// MaxNesting is how deep branches may nest.
	MaxNesting = 20
	// MaxName is the longest name of a node, a test or a campaign, in characters.
	MaxName = 150
)

// checkDefinition checks what a definition means. The tree holds exactly what
// was decoded, so its lists have the same indexes.
func (c *Checker) checkDefinition(d Definition) {
	c.checkName("name", d.Name)
	c.scope, c.onMessage = d.Trigger.scope(), d.Trigger.Inbound != nil
	if d.Trigger.Webhook == nil && d.Trigger.Inbound == nil {
		// No trigger could be read, so what conditions may ask about isn't known.
		c.scope = condition.MessageScope
	}
	c.checkTrigger(d.Trigger)
	c.checkTriggerKind(d.Trigger)
	workflow := c.at.get("workflow")
	c.within(workflow, func() {
		c.checkNodes(d.Workflow, 1)
		if count := d.Workflow.count(); count > MaxNodes {
			c.Error("", fmt.Sprintf("the campaign has %d nodes, the limit is %d", count, MaxNodes), "split it into several campaigns")
		}
	})
	c.checkOptOutType(workflow, d.Workflow)
	c.checkTests(d.Tests)
}

// within checks a part of the file; nothing when the file doesn't hold it.
func (c *Checker) within(part *value, check func()) {
	if part == nil {
		return
	}
	outer := c.at
	c.at = part
	check()
	c.at = outer
}

// checkNodes checks a list of nodes and everything below it.
func (c *Checker) checkNodes(nodes Nodes, nesting int) {
	list := c.at
	if nesting > MaxNesting {
		c.Error("", fmt.Sprintf("branches nest more than %d deep", MaxNesting), "split the campaign")
		return
	}
	for i, node := range nodes {
		c.within(list.items[i], func() {
			c.checkNodeName(node)
			node.Check(c)
			at := c.at
			for _, side := range node.Sides() {
				c.within(at.get(side.Name), func() { c.checkNodes(side.Nodes, nesting+1) })
			}
			if i+1 < len(nodes) && ends(node) {
				c.within(list.items[i+1], func() {
					c.Warn("", fmt.Sprintf("no run reaches the node: every run ends at %s before it", quote(node.NodeName())), "take it away, or move the exit into a branch")
				})
			}
		})
	}
}

func (c *Checker) checkNodeName(node Node) {
	field, name := TypeOf(node), node.NodeName()
	if name == "" {
		// The schema asks for it.
		return
	}
	c.checkName(field, name)
	if before, taken := c.names[name]; taken {
		c.Error(field, fmt.Sprintf("another node is called %s, at line %d", quote(name), before.line), "names are unique in a campaign; choose another")
		return
	}
	if at := c.field(field); at != nil {
		_, branch := node.(*Branch)
		c.names[name] = nodeName{at.at.line, branch}
	}
}

// checkName checks a name that people read in histories and lists.
func (c *Checker) checkName(field, name string) {
	switch {
	case name == "":
		// The schema asks for it.
	case strings.TrimSpace(name) != name:
		c.Error(field, "the name begins or ends with white space", "write "+quote(strings.TrimSpace(name)))
	case strings.ContainsFunc(name, unicode.IsControl):
		c.Error(field, "the name holds a line break or another control character", "write it in one line")
	case len([]rune(name)) > MaxName:
		c.Error(field, fmt.Sprintf("the name has %d characters, the limit is %d", len([]rune(name)), MaxName), "move the details to the description")
	}
}

// ends reports whether every run that visits the node ends there or below it.
func ends(node Node) bool {
	if _, exits := node.(*Exit); exits {
		return true
	}
	sides := node.Sides()
	for _, side := range sides {
		if !slices.ContainsFunc(side.Nodes, ends) {
			return false
		}
	}
	return len(sides) > 0
}

// count is the number of nodes in the tree.
func (nodes Nodes) count() int {
	count := len(nodes)
	for _, node := range nodes {
		for _, side := range node.Sides() {
			count += side.Nodes.count()
		}
	}
	return count
}
