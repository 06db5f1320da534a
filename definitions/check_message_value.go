package definitions

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"replyflow/internal/condition"
	"replyflow/internal/inbound"
	"replyflow/internal/suggest"
	"replyflow/internal/template"
)

// equalities are the operators that compare a field with whole values.
var equalities = []condition.Operator{condition.Is, condition.IsNot, condition.IsOneOf, condition.IsNoneOf}

// valueAliases are Twilio's words for what a field holds.
var valueAliases = map[string]string{"stop": "opt_out", "start": "opt_in"}

// impossibleValues reports values that a field of a message never holds, as the
// STOP of the documented recipe: message.opt_out says opt_out.
func impossibleValues(asked condition.Condition, field inbound.Field, path string) []condition.Problem {
	if field.Values == nil || !slices.Contains(equalities, asked.Operator) {
		return nil
	}
	var problems []condition.Problem
	for _, item := range condition.Items(asked.Value) {
		var text string
		if json.Unmarshal(item, &text) != nil || template.IsTemplate(text) || holds(field, text) {
			continue
		}
		suggestion := "it is " + strings.Join(field.Values, ", ")
		near, found := suggest.Nearest(text, field.Values)
		if alias := valueAliases[strings.ToLower(text)]; slices.Contains(field.Values, alias) {
			near, found = alias, true
		}
		if found {
			suggestion = didYouMean(near)
		}
		problems = append(problems, condition.Problem{
			Path: path, Part: condition.PartValue, Suggestion: suggestion,
			Message: fmt.Sprintf("%s is never %s", asked.Field, quote(text)),
		})
	}
	return problems
}

// holds reports whether a field may hold a value. Conditions compare without regard
// to case.
func holds(field inbound.Field, value string) bool {
	return slices.ContainsFunc(field.Values, func(known string) bool { return strings.EqualFold(known, value) })
}
