package condition

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Parse reads a comparison in text form: a field, an operator and, for most
// operators, a value, as in `Body is one of [YES, "OF COURSE"]`.
//
// The field ends at the first operator that stands as whole words outside
// quotes and templates, and the longest operator there is taken. A field with
// an operator in its name is written ["like this"]. A value that follows JSON's
// grammar of numbers, or is true, false or null, keeps its type; what stands in
// double quotes is text, and so is everything else. Templates stay as they are.
//
// The error is a *Problem with a column.
func Parse(text string) (Condition, error) {
	if len(text) > MaxTextLength {
		return Condition{}, &Problem{Column: 1,
			Message: fmt.Sprintf("the condition is %d bytes long, the limit is %d", len(text), MaxTextLength)}
	}
	c, problem := parseTrimmed(strings.Trim(text, spaces))
	if problem != nil {
		problem.Column += leadingSpace(text)
		return Condition{}, problem
	}
	return c, nil
}

func parseTrimmed(text string) (Condition, *Problem) {
	parts, problem := split(text)
	if problem != nil {
		return Condition{}, problem
	}
	if problem := joinedProblem(parts); problem != nil {
		return Condition{}, problem
	}
	value, problem := parts.literal()
	if problem != nil {
		problem.Part = PartValue
		return Condition{}, problem
	}
	return Condition{Field: parts.field, Operator: parts.operator.Operator, Value: value}, nil
}

// parts are the three pieces of a text form; offsets count bytes from 0.
type parts struct {
	text       string
	field      string
	operatorAt int
	operator   operator
	value      string
	valueAt    int
}

// split cuts a text without white space at its ends into its parts.
func split(text string) (parts, *Problem) {
	if text == "" {
		return parts{}, &Problem{Column: 1, Message: "the condition is empty", Suggestion: "write a field, an operator and a value, as in OptOutType is STOP"}
	}
	for _, at := range wordStarts(text) {
		operator, end, found := operatorAt(text, at)
		if !found {
			continue
		}
		if wrong := wrongOperator(text[:at]); wrong != nil && wrong.symbol {
			return parts{}, &wrong.Problem
		}
		p := parts{text: text, operatorAt: at, operator: operator, valueAt: skipSpace(text, end)}
		p.value = text[p.valueAt:]
		var problem *Problem
		p.field, problem = readField(text, span{0, at}.trim(text))
		return p, problem
	}
	return parts{}, noOperator(text)
}

// operatorAt is the longest operator that stands at i.
func operatorAt(text string, i int) (longest operator, end int, found bool) {
	for _, candidate := range table {
		to := phraseAt(text, i, string(candidate.Operator))
		if to >= 0 && (!found || len(candidate.Operator) > len(longest.Operator)) {
			longest, end, found = candidate, to, true
		}
	}
	return longest, end, found
}

// readField unquotes a field: person["odd name"].city is person.odd name.city.
func readField(text string, s span) (string, *Problem) {
	written := text[s.from:s.to]
	if plain, ok := unquote(written); ok {
		written = plain
	} else {
		if strings.Contains(written, "{{") || strings.Contains(written, "{%") {
			return "", &Problem{Part: PartField, Column: s.from + 1, Message: "a field can't be a template",
				Suggestion: "name a field on the left and put the template on the right, as in person.phone is {{ trigger.From }}"}
		}
		var problem *Problem
		if written, problem = readBrackets(written, s.from); problem != nil {
			return "", problem
		}
	}
	if problem := fieldProblem(written); problem != nil {
		problem.Column = s.from + 1
		return "", problem
	}
	return written, nil
}

// readBrackets replaces each ["name"] of a field by .name.
func readBrackets(written string, offset int) (string, *Problem) {
	var field strings.Builder
	for i := 0; i < len(written); {
		if !strings.HasPrefix(written[i:], `["`) {
			field.WriteByte(written[i])
			i++
			continue
		}
		length := quotedLength(written[i+1:])
		end := i + 1 + length
		name, ok := unquote(written[i+1 : end])
		if length == 0 || !ok || end == len(written) || written[end] != ']' {
			return "", &Problem{Part: PartField, Column: offset + i + 1, Message: `the field has a [" that no "] closes`,
				Suggestion: `write an odd name as ["odd name"]`}
		}
		if field.Len() > 0 {
			field.WriteByte('.')
		}
		field.WriteString(name)
		i = end + 1
	}
	return field.String(), nil
}

// literal reads the value as the operator wants it. Columns are set.
func (p parts) literal() (json.RawMessage, *Problem) {
	if p.operator.Value == NoValue {
		if p.value == "" {
			return nil, nil
		}
		return nil, p.surplusProblem()
	}
	if p.value == "" {
		return nil, &Problem{Column: p.operatorAt + 1, Message: fmt.Sprintf("%q needs a value", p.operator.Operator),
			Suggestion: "as in " + p.operator.Example}
	}
	whole := span{p.valueAt, len(p.text)}
	switch p.operator.Value {
	case ListValue:
		return readList(p.text, whole, p.operator)
	case TwoValues:
		return readTwo(p.text, whole)
	case DurationValue:
		if plain, ok := unquote(p.value); ok {
			return encode(plain), nil
		}
		return encode(p.value), nil
	}
	if isBracketed(p.text, whole) {
		return readList(p.text, whole, p.operator)
	}
	return readScalar(p.text, whole)
}

func isBracketed(text string, s span) bool {
	return s.to-s.from >= 2 && text[s.from] == '[' && text[s.to-1] == ']'
}

// readScalar reads one value.
func readScalar(text string, s span) (json.RawMessage, *Problem) {
	written := text[s.from:s.to]
	if plain, ok := unquote(written); ok {
		return encode(plain), nil
	}
	switch {
	case strings.HasPrefix(written, `"`):
		return nil, &Problem{Column: s.from + 1, Message: "the quoted text doesn't end where the value ends",
			Suggestion: `quote the whole value and write a quote inside it as \"`}
	case len(written) >= 2 && written[0] == '\'' && written[len(written)-1] == '\'':
		return nil, &Problem{Column: s.from + 1, Message: "single quotes don't quote",
			Suggestion: "write " + string(encode(written[1:len(written)-1]))}
	case isScalar(written):
		return json.RawMessage(written), nil
	}
	return encode(written), nil
}

// isScalar reports whether a text is a JSON number, true, false or null.
func isScalar(text string) bool {
	return text != "" && strings.IndexByte(`"[{`, text[0]) < 0 && !isSpace(text[0]) &&
		!isSpace(text[len(text)-1]) && json.Valid([]byte(text))
}

// readList reads [a, b]. A lone template is kept as text: it may render to a value.
func readList(text string, s span, operator operator) (json.RawMessage, *Problem) {
	written := text[s.from:s.to]
	if !isBracketed(text, s) {
		scan := scanner{text: text}
		if scan.skip(s.from) == s.to && text[s.from] == '{' {
			return encode(written), nil
		}
		return nil, &Problem{Column: s.from + 1, Message: fmt.Sprintf("%q needs a list", operator.Operator),
			Suggestion: fmt.Sprintf("write %s [%s]", operator.Operator, written)}
	}
	inside := span{s.from + 1, s.to - 1}.trim(text)
	items := []json.RawMessage{}
	if inside.from == inside.to {
		return json.RawMessage("[]"), nil
	}
	for _, piece := range splitList(text, inside) {
		piece = piece.trim(text)
		if piece.from == piece.to {
			return nil, &Problem{Column: min(piece.from, len(text)-1) + 1, Message: "the list has an empty place",
				Suggestion: `take the comma away, or write "" for the empty text`}
		}
		if isBracketed(text, piece) {
			return nil, &Problem{Column: piece.from + 1, Message: "a list can't hold a list", Suggestion: "quote the value if it is a text"}
		}
		item, problem := readScalar(text, piece)
		if problem != nil {
			return nil, problem
		}
		items = append(items, item)
	}
	return encode(items), nil
}

// readTwo reads "1 and 5" or [1, 5] as a list of two.
func readTwo(text string, s span) (json.RawMessage, *Problem) {
	wrong := &Problem{Column: s.from + 1, Message: `"is between" needs two values`, Suggestion: "write is between 1 and 5"}
	pieces := []span{}
	if isBracketed(text, s) {
		pieces = splitList(text, span{s.from + 1, s.to - 1})
	} else {
		for _, at := range wordStarts(text[:s.to]) {
			if at > s.from && phraseAt(text[:s.to], at, "and") >= 0 {
				pieces = []span{{s.from, at}, {at + len("and"), s.to}}
				break
			}
		}
	}
	if len(pieces) != 2 {
		return nil, wrong
	}
	values := make([]json.RawMessage, 2)
	for i, piece := range pieces {
		piece = piece.trim(text)
		if piece.from == piece.to {
			return nil, wrong
		}
		value, problem := readScalar(text, piece)
		if problem != nil {
			return nil, problem
		}
		values[i] = value
	}
	return encode(values), nil
}
