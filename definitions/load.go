package definitions

import (
	"encoding/json"
	"slices"
)

// Load reads a definition from YAML or JSON and checks it. It reports everything
// that is wrong or doubtful at once, sorted by position. When there are errors
// the definition is what could be read of it, to show but not to run.
//
// file names the source in problems; a name that ends in .json is read as JSON,
// in .yaml or .yml as YAML, and anything else as what it looks like.
func Load(file string, data []byte) (Definition, Problems) {
	root, problems := read(file, data)
	if root == nil {
		return Definition{}, problems.sort()
	}
	c := &Checker{file: file, problems: problems, at: root, names: map[string]nodeName{}}
	c.hidesNodes = hidesNodes(root)
	// What doesn't fit the declarations is reported and taken out of the tree,
	// so that the rest can be decoded and its meaning checked as well.
	c.checkTypes(root)
	c.checkSchema(root)
	c.checkConditions(root)
	var definition Definition
	if err := json.Unmarshal(root.json(), &definition); err != nil {
		if !c.problems.HasErrors() {
			c.report(root, root.at, SeverityError, "the definition can't be read: "+err.Error(), "")
		}
		return Definition{}, c.problems.sort()
	}
	c.checkDefinition(definition)
	return definition, c.problems.sort()
}

// checkTypes takes nodes without exactly one known type out of the tree. It runs
// before the schema, whose answer would name every type that the node isn't.
func (c *Checker) checkTypes(parent *value) {
	for _, m := range parent.members {
		if isNodeList(parent, m.key) && m.value.kind == kindList {
			count := len(m.value.items)
			m.value.items = slices.DeleteFunc(m.value.items, func(node *value) bool { return !c.checkType(node) })
			m.value.incomplete = len(m.value.items) < count
		}
	}
}

func (c *Checker) checkType(node *value) bool {
	if node.refused {
		return false
	}
	if node.kind != kindMap {
		c.report(node, node.at, SeverityError, "a node must be a map that begins with its type and name, not "+kindNames[node.kind], "as in branch: Opted out")
		return false
	}
	if _, err := typeAmong(node.keys()); err != nil {
		if !node.incomplete || slices.ContainsFunc(node.keys(), isType) {
			c.reportType(node, err)
		}
		return false
	}
	c.checkTypes(node)
	return true
}

func (c *Checker) reportType(node *value, err error) {
	if len(node.members) == 0 {
		c.report(node, node.at, SeverityError, "the node is empty", "begin with its type and name, as in branch: Opted out")
		return
	}
	first := node.members[0]
	for _, m := range node.members {
		if isType(m.key) {
			c.report(node, node.at, SeverityError, err.Error(), "begin each node with a hyphen of its own")
			return
		}
	}
	c.report(node, first.at, SeverityError, "no node type is called "+quote(first.key), unknownType(first.key))
}

// hidesNodes reports whether nodes, or their names, may stand where the file holds
// what can't be a value.
func hidesNodes(parent *value) bool {
	if parent.refused || parent.incomplete {
		return true
	}
	if name, err := typeAmong(parent.keys()); err == nil && parent.get(name).refused {
		return true
	}
	for _, m := range parent.members {
		if isNodeList(parent, m.key) && (m.value.refused || slices.ContainsFunc(m.value.items, hidesNodes)) {
			return true
		}
	}
	return false
}

// isNodeList reports whether a key of a map holds nodes: workflow at the top,
// the sides of a node below.
func isNodeList(parent *value, key string) bool {
	if parent.path == "" {
		return key == "workflow"
	}
	name, err := typeAmong(parent.keys())
	if err != nil {
		return false
	}
	return slices.Contains(fieldsOf[Nodes](name), key)
}
