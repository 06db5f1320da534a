package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// renderer renders one value: a template, or all those of a literal. It holds
// what is left of the budget.
type renderer struct {
	scope Scope
	// roots are the scope's values, decoded when first named.
	roots   map[string]any
	locals  map[string]any
	out     []byte
	steps   int
	written int
}

func newRenderer(scope Scope) *renderer {
	return &renderer{scope: scope, roots: map[string]any{}, locals: map[string]any{}}
}

// spend takes steps from the budget.
func (r *renderer) spend(steps int) error {
	r.steps += steps
	if r.steps > MaxSteps {
		return fmt.Errorf("the template takes more than %d steps: shorten its loops or what it reads", MaxSteps)
	}
	return nil
}

// spendBytes takes the steps that working through a text costs.
func (r *renderer) spendBytes(bytes int) error { return r.spend(1 + bytes/bytesPerStep) }

// write adds to the output, captured text included.
func (r *renderer) write(text string) error {
	if err := r.grow(len(text)); err != nil {
		return err
	}
	r.out = append(r.out, text...)
	return nil
}

// grow takes bytes from the budget of output.
func (r *renderer) grow(bytes int) error {
	r.written += bytes
	if r.written > MaxOutput {
		return errTooLong()
	}
	return nil
}

func errTooLong() error {
	return fmt.Errorf("the template renders to more than %d bytes", MaxOutput)
}

func (r *renderer) render(nodes []node) error {
	for _, n := range nodes {
		if err := r.spend(1); err != nil {
			return err
		}
		if err := n.render(r); err != nil {
			return err
		}
	}
	return nil
}

// text renders a template; its assignments are its own.
func (r *renderer) text(t *Template) (string, error) {
	r.out, r.locals = nil, map[string]any{}
	err := r.render(t.nodes)
	if err != nil && !errors.Is(err, errBreak) && !errors.Is(err, errContinue) {
		return "", err
	}
	return string(r.out), nil
}

// value renders every text in a decoded value.
func (r *renderer) value(value any) (any, error) {
	var err error
	switch value := value.(type) {
	case string:
		return r.literal(value)
	case []any:
		for i, item := range value {
			if value[i], err = r.value(item); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key, item := range value {
			if value[key], err = r.value(item); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// literal renders a text of a literal: to what it names when it is one
// {{ expression }}, else to text.
func (r *renderer) literal(text string) (any, error) {
	if !IsTemplate(text) {
		return text, nil
	}
	parsed, err := Parse(text)
	if err != nil {
		return nil, err
	}
	if parsed.only == nil {
		return r.text(parsed)
	}
	r.locals = map[string]any{}
	value, err := r.evaluate(*parsed.only)
	if err != nil {
		return nil, err
	}
	if value == nil || value == (blank{}) {
		return "", nil
	}
	return value, r.grow(sizeOf(value, MaxOutput))
}

// evaluate gives the value of an expression.
func (r *renderer) evaluate(e expression) (any, error) {
	value, err := r.look(e.operand)
	if err != nil {
		return nil, err
	}
	for _, call := range e.filters {
		arguments := make([]any, len(call.arguments))
		for i, argument := range call.arguments {
			if arguments[i], err = r.look(argument); err != nil {
				return nil, err
			}
		}
		if err := r.spend(1); err != nil {
			return nil, err
		}
		if value, err = call.filter.apply(r, value, arguments); err != nil {
			return nil, fmt.Errorf("the filter %s: %w", call.name, err)
		}
	}
	return value, nil
}

// look gives the value of an operand: nil for what is missing.
func (r *renderer) look(o operand) (any, error) {
	if o.path == nil {
		return o.literal, nil
	}
	value, err := r.root(o.path[0].name)
	for _, part := range o.path[1:] {
		if err != nil {
			return nil, err
		}
		name := part.name
		if part.index != nil {
			var key any
			if key, err = r.look(*part.index); err != nil {
				return nil, err
			}
			switch key := key.(type) {
			case string:
				name = key
			case json.Number:
				name = key.String()
			default:
				return nil, nil
			}
		}
		value, err = r.member(value, name)
	}
	return value, err
}

// member is what a name or a number stands for in a value, paid for: to know
// the size of a text is to read it.
func (r *renderer) member(value any, name string) (any, error) {
	if text, ok := value.(string); ok {
		if err := r.spendBytes(len(text)); err != nil {
			return nil, err
		}
	}
	return member(value, name), nil
}

// root is what a first name stands for: what the template assigned, else the scope's.
func (r *renderer) root(name string) (any, error) {
	if value, ok := r.locals[name]; ok {
		return value, nil
	}
	if value, ok := r.roots[name]; ok {
		return value, nil
	}
	data, ok := r.scope[name]
	if !ok || len(data) == 0 {
		return nil, nil
	}
	value, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s is not JSON: %w", name, err)
	}
	r.roots[name] = value
	return value, nil
}

// keep remembers a name's value and returns what puts it back.
func (r *renderer) keep(name string) func() {
	value, was := r.locals[name]
	return func() {
		if was {
			r.locals[name] = value
		} else {
			delete(r.locals, name)
		}
	}
}

// holds decides a test. As in Liquid, and and or bind from the right: a or b and
// c is a or (b and c), a and b or c is a and (b or c).
func (r *renderer) holds(t test) (bool, error) {
	holds := false
	for i := len(t.comparisons) - 1; i >= 0; i-- {
		this, err := r.compare(t.comparisons[i])
		if err != nil {
			return false, err
		}
		switch {
		case i == len(t.comparisons)-1:
			holds = this
		case t.or[i]:
			holds = this || holds
		default:
			holds = this && holds
		}
	}
	return holds, nil
}

func (r *renderer) compare(c comparison) (bool, error) {
	left, err := r.evaluate(c.left)
	if err != nil {
		return false, err
	}
	if c.operator == "" {
		return truthy(left), r.spend(1)
	}
	right, err := r.evaluate(c.right)
	if err != nil {
		return false, err
	}
	if err := r.payComparison(left); err != nil {
		return false, err
	}
	switch c.operator {
	case "==":
		return equal(left, right), nil
	case "!=", "<>":
		return !equal(left, right), nil
	case "contains":
		return contains(left, right), nil
	}
	order, ok := orderOf(left, right)
	if !ok {
		return false, nil
	}
	return order < 0 && strings.HasPrefix(c.operator, "<") || order > 0 && strings.HasPrefix(c.operator, ">") ||
		order == 0 && strings.HasSuffix(c.operator, "="), nil
}

// payComparison takes the steps that comparing with a value may cost.
func (r *renderer) payComparison(value any) error {
	if list, ok := value.([]any); ok {
		if err := r.spend(len(list)); err != nil {
			return err
		}
	}
	return r.spendBytes(sizeOf(value, MaxOutput))
}
