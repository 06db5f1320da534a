package condition

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Env is the world that a condition asks: a trigger or a person.
type Env struct {
	// Lookup finds the value of a field, named as in the condition.
	Lookup func(field string) (json.RawMessage, bool)
	// IsPhone tells which fields are compared as phone numbers; nil means none.
	IsPhone func(field string) bool
	// NormalizePhone gives the key that equal numbers share, or why a text is no number.
	NormalizePhone func(text string) (key string, why string, ok bool)
	// Now is the present of "is within the last".
	Now time.Time
}

// Verdict is whether a condition holds, and a clause that says why.
type Verdict struct {
	Holds bool
	// Why reads like `OptOutType is STOP` or `Body is "Blue", not one of [Red, Green]`.
	Why string
}

// Evaluate decides a condition whose values are rendered.
//
// A missing or null field makes every operator false except those whose
// declaration says otherwise. An error means that the condition or a looked-up
// value is broken; a value that can't be compared is no error but a verdict that says so.
func Evaluate(c Condition, env Env) (Verdict, error) {
	verdict, err := evaluate(c, env, 1)
	if err != nil {
		return Verdict{}, err
	}
	verdict.Why = cut(verdict.Why, MaxWhy)
	return verdict, nil
}

func evaluate(c Condition, env Env, depth int) (Verdict, error) {
	switch {
	case depth > MaxDepth:
		return Verdict{}, errors.New(depthMessage)
	case c.All != nil:
		return evaluateList(c.All, "all", false, env, depth)
	case c.Any != nil:
		return evaluateList(c.Any, "any", true, env, depth)
	case c.Not != nil:
		verdict, err := evaluate(*c.Not, env, depth+1)
		verdict.Holds = !verdict.Holds
		return verdict, err
	case c.IsZero():
		return Verdict{}, errors.New("the condition is empty")
	}
	return evaluateComparison(c, env)
}

// evaluateList stops at the first verdict that decides: a true one for any, a
// false one for all. That one is the reason; without it, all of them are.
func evaluateList(conditions []Condition, name string, deciding bool, env Env, depth int) (Verdict, error) {
	if len(conditions) == 0 {
		return Verdict{}, fmt.Errorf("%q has no conditions in it", name)
	}
	whys := make([]string, 0, len(conditions))
	for _, c := range conditions {
		verdict, err := evaluate(c, env, depth+1)
		if err != nil || verdict.Holds == deciding {
			return verdict, err
		}
		whys = append(whys, verdict.Why)
	}
	return Verdict{Holds: !deciding, Why: strings.Join(whys, " and ")}, nil
}

func evaluateComparison(c Condition, env Env) (Verdict, error) {
	comparison, err := compare(c, env)
	if err != nil {
		return Verdict{}, err
	}
	phones := comparison.comparesPhones(env)
	if phones {
		if refusal, decides := comparison.refusePhones(env); decides {
			return Verdict{false, refusal}, nil
		}
	}
	held, missing, err := lookup(env, c.Field)
	if err != nil {
		return Verdict{}, err
	}
	if missing != "" {
		return Verdict{comparison.operator.HoldsWhenMissing, shorten(c.Field) + " is " + missing}, nil
	}
	comparison.held = held
	if phones {
		return comparison.phoneVerdict(env), nil
	}
	return comparison.verdict(), nil
}

// compare readies the operator and the value of a comparison.
func compare(c Condition, env Env) (comparison, error) {
	operator, ok := find(c.Operator)
	if !ok {
		return comparison{}, fmt.Errorf("%s is no operator", quoted(string(c.Operator)))
	}
	ready := comparison{operator: operator, field: c.Field, sensitive: c.Case == CaseSensitive, now: env.Now}
	if operator.Value != NoValue {
		value, err := readLiteral(c.Value)
		if err != nil {
			return comparison{}, fmt.Errorf("%s %s: the value is missing or %w", shorten(c.Field), c.Operator, err)
		}
		ready.value = value
	}
	return ready, nil
}

// comparesPhones reports whether numbers are compared, not text.
func (c comparison) comparesPhones(env Env) bool {
	return c.operator.ComparesPhones && env.IsPhone != nil && env.NormalizePhone != nil && env.IsPhone(c.field)
}

// lookup finds a field's value; missing says "missing" or "null" when it counts as missing.
func lookup(env Env, field string) (held literal, missing string, err error) {
	if env.Lookup == nil {
		return literal{}, "missing", nil
	}
	raw, found := env.Lookup(field)
	if !found {
		return literal{}, "missing", nil
	}
	held, err = readLiteral(raw)
	if err != nil {
		return literal{}, "", fmt.Errorf("what %s holds is %w", shorten(field), err)
	}
	if held.kind == kindNull {
		return held, "null", nil
	}
	return held, "", nil
}
