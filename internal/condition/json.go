package condition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"replyflow/internal/suggest"
)

// keys are the names that a condition in structured form may have.
var keys = []string{"field", "operator", "value", "case", "all", "any", "not"}

// Decode reads a condition from JSON: a text form, or an object with exactly
// one of a comparison, all, any and not. It reports everything wrong with the
// form at once; Condition.Problems goes on to the meaning.
func Decode(data json.RawMessage) (Condition, []Problem) {
	decoder := &decoder{}
	c := decoder.condition(data, "", 1)
	if len(decoder.problems) > 0 {
		return Condition{}, decoder.problems
	}
	return c, nil
}

// UnmarshalJSON reads what Decode reads; null leaves the condition as it is.
// The error is a *DecodeError.
func (c *Condition) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		return nil
	}
	decoded, problems := Decode(data)
	if len(problems) > 0 {
		return &DecodeError{Problems: problems}
	}
	*c = decoded
	return nil
}

// MarshalJSON writes the structured form; the zero Condition is null.
func (c Condition) MarshalJSON() ([]byte, error) {
	if c.IsZero() {
		return []byte("null"), nil
	}
	type plain Condition
	return json.Marshal(plain(c))
}

type decoder struct {
	problems []Problem
}

func (d *decoder) report(path string, part Part, message, suggestion string) {
	d.problems = append(d.problems, Problem{Path: path, Part: part, Message: message, Suggestion: suggestion})
}

func (d *decoder) condition(data json.RawMessage, path string, depth int) Condition {
	data = bytes.TrimSpace(data)
	switch {
	case depth > MaxDepth:
		d.report(path, "", depthMessage, "")
	case !json.Valid(data):
		d.report(path, "", "the condition is not valid JSON", "")
	case data[0] == '"':
		var text string
		// Valid JSON that begins with a quote is a text.
		_ = json.Unmarshal(data, &text)
		c, err := Parse(text)
		if problem, ok := err.(*Problem); ok {
			problem.Path = path
			d.problems = append(d.problems, *problem)
		}
		return c
	case data[0] == '{':
		return d.object(data, path, depth)
	default:
		d.report(path, "", "a condition is a text or an object, not "+shorten(string(data)), `write it as in "OptOutType is STOP"`)
	}
	return Condition{}
}

func (d *decoder) object(data json.RawMessage, path string, depth int) Condition {
	members := d.members(data, path)
	var c Condition
	d.text(members, "field", path, &c.Field)
	d.text(members, "operator", path, (*string)(&c.Operator))
	d.text(members, "case", path, &c.Case)
	if value, ok := members["value"]; ok {
		// The whole is valid JSON, so its parts are.
		c.Value, _ = canonical(value)
	}
	c.All = d.list(members, "all", path, depth)
	c.Any = d.list(members, "any", path, depth)
	if value, ok := members["not"]; ok {
		inner := d.condition(value, join(path, "not"), depth+1)
		c.Not = &inner
	}
	d.checkShape(members, path)
	return c
}

// members reads an object's members and reports unknown and repeated names.
func (d *decoder) members(data json.RawMessage, path string) map[string]json.RawMessage {
	members := map[string]json.RawMessage{}
	decoder := json.NewDecoder(bytes.NewReader(data))
	// Every token of valid JSON can be read.
	_, _ = decoder.Token()
	for decoder.More() {
		token, _ := decoder.Token()
		name, _ := token.(string)
		var value json.RawMessage
		_ = decoder.Decode(&value)
		if _, repeated := members[name]; repeated {
			d.report(path, "", fmt.Sprintf("%q stands twice", name), "keep one of them")
		}
		if !known(name) {
			d.report(path, "", fmt.Sprintf("%s is no part of a condition", quoted(name)), keySuggestion(name))
			continue
		}
		members[name] = value
	}
	return members
}

func known(name string) bool {
	for _, key := range keys {
		if key == name {
			return true
		}
	}
	return false
}

func keySuggestion(name string) string {
	alias := map[string]string{"op": "operator", "attribute": "field", "key": "field", "values": "value", "and": "all", "or": "any"}
	if right, ok := alias[strings.ToLower(name)]; ok {
		return fmt.Sprintf("did you mean %q?", right)
	}
	if right, ok := suggest.Nearest(name, keys); ok {
		return fmt.Sprintf("did you mean %q?", right)
	}
	return "a condition has field, operator, value and case, or one of all, any and not"
}

func (d *decoder) text(members map[string]json.RawMessage, name, path string, to *string) {
	raw, ok := members[name]
	if !ok {
		return
	}
	value, err := readLiteral(raw)
	if err != nil || value.kind != kindText {
		d.report(path, Part(name), fmt.Sprintf("%q must be a text, not %s", name, shorten(string(raw))), "")
		return
	}
	*to = value.text
}

func (d *decoder) list(members map[string]json.RawMessage, name, path string, depth int) []Condition {
	raw, ok := members[name]
	if !ok {
		return nil
	}
	var items []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
		d.report(path, "", fmt.Sprintf("%q must be a list of conditions", name), "")
		return nil
	}
	conditions := make([]Condition, len(items))
	for i, item := range items {
		conditions[i] = d.condition(item, join(path, name+"/"+strconv.Itoa(i)), depth+1)
	}
	return conditions
}

// checkShape wants exactly one of a comparison, all, any and not.
func (d *decoder) checkShape(members map[string]json.RawMessage, path string) {
	var forms []string
	for _, name := range [...]string{"field", "operator", "value", "case"} {
		if _, ok := members[name]; ok {
			forms = append(forms, "a comparison")
			break
		}
	}
	for _, name := range [...]string{"all", "any", "not"} {
		if _, ok := members[name]; ok {
			forms = append(forms, name)
		}
	}
	switch {
	case len(forms) == 0:
		d.report(path, "", "the condition is empty", "give it field and operator, or one of all, any and not")
	case len(forms) > 1:
		d.report(path, "", "a condition is one thing, not "+strings.Join(forms, " and "), "put them side by side in a list under all or any")
	}
}
