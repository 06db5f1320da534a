package definitions

import "replyflow/internal/condition"

// Checker collects what is wrong or doubtful about a definition, with the place
// in the file. Nodes report to it by the names of their fields.
type Checker struct {
	file     string
	problems Problems
	// at is the part of the file that is being checked.
	at *value
	// names holds the nodes' names and where each stands.
	names map[string]nodeName
	// scope is what conditions of the campaign ask about.
	scope condition.Scope
	// onMessage is set when a message is the subject of the run, so that the fields
	// that conditions and templates may name are known.
	onMessage bool
	// hidesNodes is set when the workflow may hold more nodes than could be read.
	hidesNodes bool
	// addsPeople is set when a node may add people who weren't there before.
	addsPeople bool
}

// nodeName is where a node's name stands and whether the node is a branch.
type nodeName struct {
	line   int
	branch bool
}

// Error reports something that must be mended before the campaign can run. The
// empty field means the node as a whole. What the file doesn't hold, or holds in
// a wrong form, was reported before and isn't reported again.
func (c *Checker) Error(field, message, suggestion string) {
	if v := c.field(field); v != nil && (v.kind != kindText || !v.incomplete) {
		c.report(v, v.at, SeverityError, message, suggestion)
	}
}

// Warn reports something that is probably not meant. It is silent about parts
// that have errors.
func (c *Checker) Warn(field, message, suggestion string) {
	if v := c.field(field); v != nil && !c.at.doubtful() {
		c.report(v, v.at, SeverityWarning, message, suggestion)
	}
}

// field is the value of a field of the part that is being checked, nil when the
// file doesn't hold it.
func (c *Checker) field(name string) *value {
	if name == "" {
		return c.at
	}
	return c.at.get(name)
}

func (c *Checker) report(v *value, at position, severity Severity, message, suggestion string) {
	path := v.path
	if path == "" {
		path = rootPath
	}
	c.problems = append(c.problems, Problem{
		File: c.file, Line: at.line, Column: at.column, Path: path,
		Message: message, Suggestion: suggestion, Severity: severity,
	})
}
