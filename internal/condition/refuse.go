package condition

import "strings"

// matchesNobody ends the refusal of a value.
const matchesNobody = ", so it matches nobody"

// Refusals says which values of a rendered condition can match nobody, whatever
// is asked about: what should be a phone number and is none, and a regular
// expression that doesn't compile. It is for those who ask about many people at
// once, who see no reason of each; empty when every value can be compared.
func Refusals(c Condition, env Env) string {
	var found []string
	refusals(c, env, 1, &found)
	return cut(strings.Join(found, "; "), MaxWhy)
}

func refusals(c Condition, env Env, depth int, found *[]string) {
	if depth > MaxDepth {
		return
	}
	for _, inner := range c.All {
		refusals(inner, env, depth+1, found)
	}
	for _, inner := range c.Any {
		refusals(inner, env, depth+1, found)
	}
	if c.Not != nil {
		refusals(*c.Not, env, depth+1, found)
	}
	// What isn't a comparison, or can't be made into one, is refused elsewhere.
	if comparison, err := compare(c, env); err == nil {
		if refusal := comparison.refusal(env); refusal != "" {
			*found = append(*found, refusal)
		}
	}
}

func (c comparison) refusal(env Env) string {
	if c.comparesPhones(env) {
		refusal, _ := c.refusePhones(env)
		return refusal
	}
	if c.operator.Operator == Matches {
		if problem := patternProblem(c.value.text); problem != nil {
			return problem.Message + matchesNobody
		}
	}
	return ""
}
