package condition

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Text is the condition for a reader: the text form of a comparison, and
// "all (…; …)", "any (…; …)" and "not (…)".
func (c Condition) Text() string {
	switch {
	case c.IsZero():
		return ""
	case c.All != nil:
		return "all (" + texts(c.All) + ")"
	case c.Any != nil:
		return "any (" + texts(c.Any) + ")"
	case c.Not != nil:
		return "not (" + c.Not.Text() + ")"
	}
	sensitive := c.Case
	c.Case = ""
	text, ok := c.Short()
	if !ok {
		text = c.Field + " " + string(c.Operator)
		if len(c.Value) > 0 {
			text += " " + string(c.Value)
		}
	}
	if sensitive != "" {
		text += " (case " + sensitive + ")"
	}
	return text
}

func texts(conditions []Condition) string {
	parts := make([]string, len(conditions))
	for i := range conditions {
		parts[i] = conditions[i].Text()
	}
	return strings.Join(parts, "; ")
}

// Short is a text that Parse reads back to the same condition, when there is
// one: not for combinations, for "case", nor for values that only the
// structured form can say.
func (c Condition) Short() (string, bool) {
	if c.Field == "" || c.Case != "" || c.All != nil || c.Any != nil || c.Not != nil {
		return "", false
	}
	for _, field := range [...]string{c.Field, "[" + string(encode(c.Field)) + "]"} {
		for _, value := range c.valueTexts() {
			text := field + " " + string(c.Operator)
			if value != "" {
				text += " " + value
			}
			if back, err := Parse(text); err == nil && sameComparison(c, back) {
				return text, true
			}
		}
	}
	return "", false
}

func sameComparison(a, b Condition) bool {
	return a.Field == b.Field && a.Operator == b.Operator && sameValue(a.Value, b.Value)
}

func sameValue(a, b json.RawMessage) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	one, errOne := canonical(a)
	two, errTwo := canonical(b)
	return errOne == nil && errTwo == nil && bytes.Equal(one, two)
}

// valueTexts are ways to write the value, the plainest first; Short takes the
// first that reads back.
func (c Condition) valueTexts() []string {
	if len(c.Value) == 0 {
		return []string{""}
	}
	value, err := readLiteral(c.Value)
	switch {
	case err != nil:
		return nil
	case value.kind == kindList && c.Operator == Between:
		items := value.items()
		if len(items) == 2 {
			return []string{itemText(items[0]) + " and " + itemText(items[1]), listText(items)}
		}
		return nil
	case value.kind == kindList:
		return []string{listText(value.items())}
	case value.kind == kindText:
		return []string{value.text, string(encode(value.text))}
	}
	return []string{string(value.raw)}
}

func listText(items []literal) string {
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = itemText(item)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// itemText writes a value of a list, in quotes where it could be read otherwise.
func itemText(item literal) string {
	if item.kind != kindText {
		return string(item.raw)
	}
	if item.text == "" || isScalar(item.text) || strings.ContainsAny(item.text, "\"',[]{}\\ \t\n\r") {
		return string(encode(item.text))
	}
	return item.text
}
