// Package condition is the language of true and false: what a branch asks of a
// trigger, and what a batch update asks of people.
//
// It is pure: it parses, checks and evaluates, and touches nothing.
package condition

import "encoding/json"

// Operator compares a field with a value.
type Operator string

// The operators, as a marketer writes them.
const (
	Exists         Operator = "exists"
	NotExists      Operator = "does not exist"
	Is             Operator = "is"
	IsNot          Operator = "is not"
	IsOneOf        Operator = "is one of"
	IsNoneOf       Operator = "is none of"
	Contains       Operator = "contains"
	NotContains    Operator = "does not contain"
	StartsWith     Operator = "starts with"
	EndsWith       Operator = "ends with"
	Matches        Operator = "matches"
	Greater        Operator = "is greater than"
	GreaterOrEqual Operator = "is greater than or equal to"
	Less           Operator = "is less than"
	LessOrEqual    Operator = "is less than or equal to"
	Between        Operator = "is between"
	Before         Operator = "is before"
	After          Operator = "is after"
	WithinLast     Operator = "is within the last"
	IsTrue         Operator = "is true"
	IsFalse        Operator = "is false"
)

// CaseSensitive is the value of Condition.Case that turns folding off.
const CaseSensitive = "sensitive"

// Condition is a comparison (Field, Operator, Value) or a combination of
// conditions: exactly one of All, Any and Not. The zero Condition is none.
type Condition struct {
	Field    string   `json:"field,omitempty"`
	Operator Operator `json:"operator,omitempty"`
	// Value is a JSON literal whose texts may hold templates until rendered; a
	// list for the operators that take several.
	Value json.RawMessage `json:"value,omitempty"`
	// Case is "sensitive" to compare text letter by letter, else empty.
	Case string `json:"case,omitempty"`

	All []Condition `json:"all,omitempty"`
	Any []Condition `json:"any,omitempty"`
	Not *Condition  `json:"not,omitempty"`
}

// IsZero reports whether the condition says nothing.
func (c Condition) IsZero() bool {
	return c.Operator == "" && c.Field == "" && c.All == nil && c.Any == nil && c.Not == nil
}
