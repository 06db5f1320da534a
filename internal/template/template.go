// Package template renders Liquid in values: a small subset of the language,
// with a budget, so that no template and no payload can cost more than its size
// suggests. It is pure.
//
// The subset: {{ expressions }} with filters; the tags if, elsif, else, unless,
// for (with limit, offset and reversed), break, continue, case, when, assign,
// capture, comment and raw; white space control. There is no clock and no
// include. See https://shopify.github.io/liquid/ for the language.
package template

import (
	"encoding/json"
	"fmt"
	"strings"
)

// The budget of one rendering. There is no clock in this package: steps stand
// for time.
const (
	// MaxOutput is how many bytes may come out.
	MaxOutput = 256 << 10
	// MaxSteps is how many nodes, loop rounds, filters and items may be worked
	// through; a long text counts as one step for each bytesPerStep of it.
	MaxSteps = 100_000
	// MaxDepth is how deep tags may nest.
	MaxDepth = 50
	// MaxSource is how many bytes a template may have.
	MaxSource = 64 << 10

	bytesPerStep = 256
)

// Scope holds what a template may name: trigger, person, message.
type Scope map[string]json.RawMessage

// Template is a parsed template. It is safe for concurrent use.
type Template struct {
	nodes []node
	// only is set when the template is one {{ expression }} and nothing else.
	only  *expression
	paths []string
}

// Error says what is wrong with a template and where.
type Error struct {
	// Line and Column, in characters, count from 1.
	Line, Column int
	Message      string
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d of the template: %s", e.Line, e.Column, e.Message)
}

// Parse reads a template. It fails with an *Error.
func Parse(text string) (*Template, error) {
	if len(text) > MaxSource {
		return nil, &Error{1, 1, fmt.Sprintf("it has %d bytes, at most %d are rendered", len(text), MaxSource)}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	nodes, _, err := p.nodes(0)
	if err != nil {
		return nil, err
	}
	parsed := &Template{nodes: nodes, paths: p.paths}
	if len(nodes) == 1 {
		if out, ok := nodes[0].(*output); ok && len(tokens) == 1 {
			parsed.only = &out.expression
		}
	}
	return parsed, nil
}

// Paths are the fields that the template names, as "trigger.From"; names that it
// assigns itself are left out.
func (t *Template) Paths() []string { return t.paths }

// Render renders the template to text. It fails when the budget is spent.
func (t *Template) Render(scope Scope) (string, error) {
	return newRenderer(scope).text(t)
}

// IsTemplate reports whether a text has anything to render.
func IsTemplate(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "{%")
}

// RenderJSON renders every text in a JSON literal; the keys of objects stay. A
// text that is exactly one {{ expression }} becomes what it names, of its own
// type and with every digit. What is missing or null renders as the empty text,
// never as null: a missing field must not remove an attribute by accident.
//
// One budget serves the whole literal.
func RenderJSON(literal json.RawMessage, scope Scope) (json.RawMessage, error) {
	if !IsTemplate(string(literal)) {
		return literal, nil
	}
	decoded, err := decode(literal)
	if err != nil {
		return nil, fmt.Errorf("the value is not JSON: %w", err)
	}
	rendered, err := newRenderer(scope).value(decoded)
	if err != nil {
		return nil, err
	}
	return encode(rendered)
}
