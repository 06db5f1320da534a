package condition

import (
	"encoding/json"
	"fmt"
)

// Render gives every value to a function, which renders the templates in it,
// and returns the condition with the values it gave back. The condition was
// parsed before: a rendered value is never parsed again.
func (c Condition) Render(render func(json.RawMessage) (json.RawMessage, error)) (Condition, error) {
	rendered, err := renderAll(c.All, render)
	if err != nil {
		return Condition{}, err
	}
	c.All = rendered
	if rendered, err = renderAll(c.Any, render); err != nil {
		return Condition{}, err
	}
	c.Any = rendered
	if c.Not != nil {
		inner, err := c.Not.Render(render)
		if err != nil {
			return Condition{}, err
		}
		c.Not = &inner
	}
	if len(c.Value) > 0 {
		value, err := render(c.Value)
		if err != nil {
			return Condition{}, fmt.Errorf("value of %s %s: %w", shorten(c.Field), c.Operator, err)
		}
		c.Value = value
	}
	return c, nil
}

func renderAll(conditions []Condition, render func(json.RawMessage) (json.RawMessage, error)) ([]Condition, error) {
	if conditions == nil {
		return nil, nil
	}
	rendered := make([]Condition, len(conditions))
	for i := range conditions {
		var err error
		if rendered[i], err = conditions[i].Render(render); err != nil {
			return nil, err
		}
	}
	return rendered, nil
}
