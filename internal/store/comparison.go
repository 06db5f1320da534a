package store

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"replyflow/internal/condition"
)

// comparison translates one comparison. Each operator is exact where it says
// so; everything else is narrowed to people who have the attribute, or not at
// all when the operator also holds without it.
//
//	exists, does not exist              exact
//	is, is not, is one of, is none of   exact on the identifying phone attribute;
//	                                    exact with texts that SQL folds as Go does
//	is true, is false                   exact
//	everything else                     narrowing
//
// Names with dots may descend, and names of other phone attributes compare
// numbers: Go decides both.
func (t translator) comparison(c condition.Condition) fragment {
	info, _ := c.Operator.Info()
	name := personRoot.Path(c.Field)
	identifying := name == t.workspace.IdentifyingAttribute() && !strings.Contains(name, ".")
	switch {
	case info.ComparesPhones && identifying:
		return t.phone(c)
	case info.ComparesPhones && t.workspace.IsPhone(name):
		return anybody
	case name == "id":
		return t.texts(c, info, textSource{sql: "id", isText: "TRUE"}, anybody)
	case name == "created_at" || name == "updated_at" || strings.Contains(name, "."):
		return anybody
	case checkName(name) != nil:
		// Nobody has an attribute with this name.
		return fragment{sql: sqlBoolean(info.HoldsWhenMissing), exact: true}
	}
	return t.attribute(c, info, name)
}

func (t translator) attribute(c condition.Condition, info condition.OperatorInfo, name string) fragment {
	key := t.dialect.key(name)
	exists := fragment{sql: t.dialect.exists, args: []any{key}, exact: true}
	source := textSource{
		sql: "(attributes ->> CAST(? AS text))", args: []any{key},
		isText: t.dialect.isText, isTextArgs: []any{key},
	}
	switch c.Operator {
	case condition.Exists:
		return exists
	case condition.NotExists:
		return fragment{"NOT " + exists.sql, exists.args, true}
	case condition.IsTrue:
		return t.boolean(source, t.dialect.isTrue, "true")
	case condition.IsFalse:
		return t.boolean(source, t.dialect.isFalse, "false")
	}
	otherwise := exists
	otherwise.exact = false
	if info.HoldsWhenMissing {
		otherwise = anybody
	}
	return t.texts(c, info, source, otherwise)
}

// textSource is where a text to compare comes from.
type textSource struct {
	sql        string
	args       []any
	isText     string
	isTextArgs []any
}

// boolean is a JSON boolean, or its name as a text in any case.
func (t translator) boolean(source textSource, isBoolean, name string) fragment {
	text := t.equals(source, name, false)
	return fragment{
		sql:   "(" + isBoolean + " OR " + text.sql + ")",
		args:  append(append([]any{}, source.isTextArgs...), text.args...),
		exact: true,
	}
}

// texts translates is, is not, is one of and is none of where SQL compares as
// Go does; otherwise stands for everything else.
func (t translator) texts(c condition.Condition, info condition.OperatorInfo, source textSource, otherwise fragment) fragment {
	if !comparesWhole(c.Operator) {
		return otherwise
	}
	sensitive := c.Case == condition.CaseSensitive
	equal := fragment{exact: true}
	var parts []string
	for _, item := range wholeValues(c) {
		text, ok := foldable(item, sensitive)
		if !ok {
			return otherwise
		}
		part := t.equals(source, text, sensitive)
		parts = append(parts, part.sql)
		equal.args = append(equal.args, part.args...)
	}
	equal.sql = "FALSE"
	if len(parts) > 0 {
		equal.sql = "(" + strings.Join(parts, " OR ") + ")"
	}
	if info.Negates != "" {
		equal.sql = "NOT " + equal.sql
	}
	return equal
}

func comparesWhole(operator condition.Operator) bool {
	switch operator {
	case condition.Is, condition.IsNot, condition.IsOneOf, condition.IsNoneOf:
		return true
	}
	return false
}

// wholeValues are the values that the field is compared with. For is and is not
// that is the one value: a list is no text, and equals nothing.
func wholeValues(c condition.Condition) []json.RawMessage {
	if c.Operator == condition.IsOneOf || c.Operator == condition.IsNoneOf {
		return condition.Items(c.Value)
	}
	return []json.RawMessage{c.Value}
}

// foldable is the text of a literal that equals no number and no boolean, and
// that SQL folds as Go does: of ASCII characters only, unless letters count.
func foldable(literal json.RawMessage, sensitive bool) (string, bool) {
	var text string
	if json.Unmarshal(literal, &text) != nil || string(literal) == "null" {
		return "", false
	}
	switch lower := strings.ToLower(text); {
	case lower == "true" || lower == "false" || strings.ContainsRune(text, 0):
		return "", false
	case text != "" && (text[0] == '-' || '0' <= text[0] && text[0] <= '9'):
		return "", false
	case sensitive:
		return text, true
	}
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return "", false
		}
	}
	return strings.ToLower(text), true
}

// equals compares a text with one from foldable.
func (t translator) equals(source textSource, text string, sensitive bool) fragment {
	compared := source.sql
	if !sensitive {
		compared = "lower(replace(replace(" + source.sql + ", " + t.dialect.foldedS + ", 's'), " +
			t.dialect.foldedK + ", 'k')" + t.dialect.bytewise + ")"
	}
	// The type comes first, and false for what is missing, so the comparison
	// never makes the whole NULL.
	return fragment{
		sql:   "(" + source.isText + " AND " + compared + t.dialect.bytewise + " = ?)",
		args:  append(append(append([]any{}, source.isTextArgs...), source.args...), text),
		exact: true,
	}
}

// phone compares the identifying number, which has a column and an index.
func (t translator) phone(c condition.Condition) fragment {
	info, _ := c.Operator.Info()
	if info.Value == condition.OneValue && strings.HasPrefix(strings.TrimSpace(string(c.Value)), "[") {
		return nobody
	}
	var numbers []any
	refused := 0
	values := condition.Items(c.Value)
	for _, value := range values {
		if key, _, ok := normalize(t.workspace, value); ok {
			numbers = append(numbers, key)
		} else {
			refused++
		}
	}
	// A value that is no number matches nobody, also not with "is not"; in a
	// list, "is one of" goes on with the others.
	if refused > 0 && (c.Operator != condition.IsOneOf || refused == len(values)) {
		return nobody
	}
	equal := fragment{sql: "FALSE", exact: true}
	switch len(numbers) {
	case 0:
	case 1:
		equal.sql, equal.args = "(phone IS NOT NULL AND phone = ?)", numbers
	default:
		equal.sql = "(phone IS NOT NULL AND phone IN (?" + strings.Repeat(", ?", len(numbers)-1) + "))"
		equal.args = numbers
	}
	if info.Negates != "" {
		equal.sql = "NOT " + equal.sql
	}
	return equal
}

func sqlBoolean(value bool) string {
	if value {
		return "TRUE"
	}
	return "FALSE"
}
