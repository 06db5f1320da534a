package condition

import "fmt"

// On a phone attribute, is, is not, is one of and is none of compare numbers.
//
//	value is no phone number   matches nobody: all four are false, because a batch
//	                           update must not reach everybody when a template
//	                           renders to rubbish; in a list, is one of goes on
//	                           with the other values; a list is no number
//	                           to is and is not
//	field is no phone number   equals no number: is and is one of are false,
//	                           is not and is none of true, as for a missing field
//	both are numbers           equal when their normalised numbers are

// refusePhones says which value of the condition is no phone number, whatever the
// field holds; empty when all are. It decides when no value that could match is left.
func (c comparison) refusePhones(env Env) (refusal string, decides bool) {
	if c.operator.Value == OneValue && c.value.kind == kindList {
		return show(c.value) + " is a list and no phone number" + matchesNobody, true
	}
	refused := 0
	items := c.value.items()
	for _, item := range items {
		if _, why, ok := normalize(env, item); !ok {
			refused++
			if refused == 1 {
				refusal = show(item) + " is no phone number" + because(why)
			}
		}
	}
	switch refused {
	case 0:
		return "", false
	case 1:
	case 2:
		refusal += ", nor is another value"
	default:
		refusal += fmt.Sprintf(", nor are %d other values", refused-1)
	}
	return refusal + matchesNobody, c.operator.Operator != IsOneOf || refused == len(items)
}

func (c comparison) phoneVerdict(env Env) Verdict {
	negated := c.operator.Negates != ""
	key, why, ok := normalize(env, c.held)
	if !ok {
		return Verdict{negated, shorten(c.field) + " is " + show(c.held) + ", no phone number" + because(why)}
	}
	for _, item := range c.value.items() {
		if other, _, ok := normalize(env, item); ok && other == key {
			return Verdict{!negated, c.phoneWhy(key, !negated)}
		}
	}
	return Verdict{negated, c.phoneWhy(key, negated)}
}

// normalize gives the key of a text or number that is a phone number.
func normalize(env Env, value literal) (key, why string, ok bool) {
	if value.kind != kindText && value.kind != kindNumber {
		return "", "not a text", false
	}
	return env.NormalizePhone(value.text)
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + shorten(why) + ")"
}

// phoneWhy shows the normalised number where it differs from what the field held.
func (c comparison) phoneWhy(key string, holds bool) string {
	shown := show(c.held)
	if c.held.text == key {
		shown = key
	} else {
		shown += " (" + shorten(key) + ")"
	}
	return c.clause(shown, holds)
}
