package template

import (
	"errors"
	"slices"
)

// node is a piece of a template that renders itself.
type node interface {
	render(r *renderer) error
}

// errBreak and errContinue leave the round of the loop around them.
var (
	errBreak    = errors.New("break")
	errContinue = errors.New("continue")
)

// text is rendered as it stands.
type text string

func (n text) render(r *renderer) error { return r.write(string(n)) }

// output is {{ expression }}.
type output struct{ expression expression }

func (n *output) render(r *renderer) error {
	value, err := r.evaluate(n.expression)
	if err != nil {
		return err
	}
	written, err := r.textOf(value)
	if err != nil {
		return err
	}
	return r.write(written)
}

// arm is a side of an if: its test, negated for unless, and its body.
type arm struct {
	test   test
	negate bool
	body   []node
}

// ifNode is if and unless with their elsif and else.
type ifNode struct {
	arms      []arm
	otherwise []node
}

func (n *ifNode) render(r *renderer) error {
	for _, arm := range n.arms {
		holds, err := r.holds(arm.test)
		if err != nil {
			return err
		}
		if holds != arm.negate {
			return r.render(arm.body)
		}
	}
	return r.render(n.otherwise)
}

// whenArm is a side of a case; without values it is the else.
type whenArm struct {
	values []expression
	body   []node
}

// caseNode is case with its when and else.
type caseNode struct {
	subject expression
	arms    []whenArm
}

func (n *caseNode) render(r *renderer) error {
	subject, err := r.evaluate(n.subject)
	if err != nil {
		return err
	}
	for _, arm := range n.arms {
		taken := len(arm.values) == 0
		for _, value := range arm.values {
			candidate, err := r.evaluate(value)
			if err != nil {
				return err
			}
			if err := r.payComparison(subject); err != nil {
				return err
			}
			taken = taken || equal(subject, candidate)
		}
		if taken {
			return r.render(arm.body)
		}
	}
	return nil
}

// forNode is for with its limits and its else, for when there is nothing.
type forNode struct {
	variable      string
	collection    expression
	limit, offset *expression
	reversed      bool
	body          []node
	otherwise     []node
}

func (n *forNode) render(r *renderer) error {
	items, err := n.items(r)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return r.render(n.otherwise)
	}
	defer r.keep(n.variable)()
	defer r.keep("forloop")()
	for i, item := range items {
		if err := r.spend(1); err != nil {
			return err
		}
		r.locals[n.variable], r.locals["forloop"] = item, forloop(i, len(items))
		err := r.render(n.body)
		if errors.Is(err, errBreak) {
			return nil
		}
		if err != nil && !errors.Is(err, errContinue) {
			return err
		}
	}
	return nil
}

// items are what the loop goes over, cut and turned as it says.
func (n *forNode) items(r *renderer) ([]any, error) {
	collection, err := r.evaluate(n.collection)
	if err != nil {
		return nil, err
	}
	items := itemsOf(collection)
	offset, err := r.bound(n.offset, 0, len(items))
	if err != nil {
		return nil, err
	}
	items = items[offset:]
	limit, err := r.bound(n.limit, len(items), len(items))
	if err != nil {
		return nil, err
	}
	items = items[:limit]
	if n.reversed {
		if err := r.spend(len(items)); err != nil {
			return nil, err
		}
		items = slices.Clone(items)
		slices.Reverse(items)
	}
	return items, nil
}

// bound is a limit or an offset: between 0 and most, standard when not given or
// no whole number.
func (r *renderer) bound(given *expression, standard, most int) (int, error) {
	if given == nil {
		return standard, nil
	}
	value, err := r.evaluate(*given)
	if err != nil {
		return 0, err
	}
	number, ok := wholeNumber(value)
	if !ok {
		return standard, nil
	}
	return max(0, min(number, most)), nil
}

// forloop is what a loop's body knows of its round.
func forloop(i, length int) map[string]any {
	return map[string]any{
		"index": integer(i + 1), "index0": integer(i), "rindex": integer(length - i), "rindex0": integer(length - i - 1),
		"first": i == 0, "last": i == length-1, "length": integer(length),
	}
}

// assignNode is assign.
type assignNode struct {
	name  string
	value expression
}

func (n *assignNode) render(r *renderer) error {
	value, err := r.evaluate(n.value)
	r.locals[n.name] = value
	return err
}

// captureNode is capture: what its body renders becomes a value.
type captureNode struct {
	name string
	body []node
}

func (n *captureNode) render(r *renderer) error {
	outer := r.out
	r.out = nil
	err := r.render(n.body)
	r.locals[n.name] = string(r.out)
	r.out = outer
	return err
}

// jump is break and continue.
type jump struct{ to error }

func (n jump) render(*renderer) error { return n.to }
