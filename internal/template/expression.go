package template

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// expression is a value and the filters that it passes through.
type expression struct {
	operand operand
	filters []call
}

// call is a filter with its arguments.
type call struct {
	name      string
	filter    filter
	arguments []operand
}

// operand is a literal, or a path to a value.
type operand struct {
	literal any
	// path is set for what is looked up: the root first.
	path []pathPart
}

// pathPart is a name, an index, or an operand in brackets.
type pathPart struct {
	name  string
	index *operand
}

// test is what if asks: comparisons joined by and, or.
type test struct {
	comparisons []comparison
	// or[i] joins comparison i and i+1; else it is and.
	or []bool
}

type comparison struct {
	left     expression
	operator string
	right    expression
}

func (p *parser) expression(t token, text string) (expression, error) {
	parts := splitOutside(text, '|')
	value, err := p.operand(t, strings.TrimSpace(parts[0]))
	if err != nil {
		return expression{}, err
	}
	parsed := expression{operand: value}
	for _, part := range parts[1:] {
		found, err := p.filter(t, strings.TrimSpace(part))
		if err != nil {
			return parsed, err
		}
		parsed.filters = append(parsed.filters, found)
	}
	return parsed, nil
}

func (p *parser) filter(t token, text string) (call, error) {
	name, arguments, _ := strings.Cut(text, ":")
	name = strings.TrimSpace(name)
	found, known := filters[name]
	if !known {
		return call{}, t.fail(fmt.Sprintf("there is no filter %q%s", clip(name), nearestOf(name, filterNames())))
	}
	parsed := call{name: name, filter: found}
	if strings.TrimSpace(arguments) != "" {
		for _, argument := range splitOutside(arguments, ',') {
			value, err := p.operand(t, strings.TrimSpace(argument))
			if err != nil {
				return parsed, err
			}
			parsed.arguments = append(parsed.arguments, value)
		}
	}
	if count := len(parsed.arguments); count < found.least || count > found.most {
		return parsed, t.fail(fmt.Sprintf("the filter %s takes %d to %d arguments, not %d", name, found.least, found.most, count))
	}
	return parsed, nil
}

var number = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

func (p *parser) operand(t token, text string) (operand, error) {
	switch text {
	case "":
		return operand{}, t.fail("a value is missing")
	case "true":
		return operand{literal: true}, nil
	case "false":
		return operand{literal: false}, nil
	case "nil", "null":
		return operand{}, nil
	case "empty", "blank":
		return operand{literal: blank{}}, nil
	}
	if quote := text[0]; quote == '"' || quote == '\'' {
		if len(text) < 2 || strings.IndexByte(text[1:], quote) != len(text)-2 {
			return operand{}, t.fail(fmt.Sprintf("the text %s is never closed, or something follows it", clip(text)))
		}
		return operand{literal: text[1 : len(text)-1]}, nil
	}
	if number.MatchString(text) {
		return operand{literal: json.Number(text)}, nil
	}
	return p.path(t, text)
}

// path reads a name with what follows it: .name, [0], ["name"], [name].
func (p *parser) path(t token, text string) (operand, error) {
	malformed := t.fail(fmt.Sprintf("%q is no name of a field; write trigger.From or trigger[\"From\"]", clip(text)))
	end := nameEnd(text)
	if !isName(text[:end]) {
		return operand{}, malformed
	}
	parts, rest := []pathPart{{name: text[:end]}}, text[end:]
	for rest != "" {
		if rest[0] == '.' {
			end := 1 + nameEnd(rest[1:])
			name := rest[1:end]
			if !isName(name) && !isDigits(name) {
				return operand{}, malformed
			}
			parts, rest = append(parts, pathPart{name: name}), rest[end:]
			continue
		}
		end := closingBracket(rest)
		if end < 0 {
			return operand{}, malformed
		}
		inner, err := p.operand(t, strings.TrimSpace(rest[1:end]))
		if err != nil {
			return operand{}, err
		}
		parts, rest = append(parts, pathPart{index: &inner}), rest[end+1:]
	}
	if root := parts[0].name; !slices.Contains(p.locals, root) {
		p.paths = append(p.paths, text)
	}
	return operand{path: parts}, nil
}

// nameEnd is where a name ends: at a dot or a bracket.
func nameEnd(text string) int {
	if end := strings.IndexAny(text, ".["); end >= 0 {
		return end
	}
	return len(text)
}

// maxBrackets is how deep brackets may stand in brackets.
const maxBrackets = 3

// closingBracket is where the bracket that a text begins with closes; -1 when
// it doesn't, when there is none, or when brackets nest too deep.
func closingBracket(text string) int {
	var quote byte
	open := 0
	for i := range len(text) {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			open++
		case c == ']':
			open--
		}
		if open == 0 && quote == 0 && i > 0 {
			return i
		}
		if open == 0 || open > maxBrackets {
			return -1
		}
	}
	return -1
}

// operators of comparisons, longest first.
var operators = []string{"==", "!=", "<>", ">=", "<=", ">", "<", " contains "}

func (p *parser) test(t token, text string) (test, error) {
	var parsed test
	for {
		at, or, length := joint(text)
		part := text
		if at >= 0 {
			part = text[:at]
		}
		comparison, err := p.comparison(t, part)
		if err != nil {
			return parsed, err
		}
		parsed.comparisons = append(parsed.comparisons, comparison)
		if at < 0 {
			return parsed, nil
		}
		parsed.or = append(parsed.or, or)
		text = text[at+length:]
	}
}

// joint is where the next and, or stands, outside of quotes; -1 when there is none.
func joint(text string) (at int, or bool, length int) {
	var quote byte
	for i := range len(text) {
		switch {
		case quote != 0:
			if text[i] == quote {
				quote = 0
			}
		case text[i] == '"' || text[i] == '\'':
			quote = text[i]
		case strings.HasPrefix(text[i:], " and "):
			return i, false, len(" and ")
		case strings.HasPrefix(text[i:], " or "):
			return i, true, len(" or ")
		}
	}
	return -1, false, 0
}

func (p *parser) comparison(t token, text string) (comparison, error) {
	for _, operator := range operators {
		at := closingAt(text, operator)
		if at < 0 {
			continue
		}
		left, err := p.expression(t, text[:at])
		if err != nil {
			return comparison{}, err
		}
		right, err := p.expression(t, text[at+len(operator):])
		return comparison{left, strings.TrimSpace(operator), right}, err
	}
	left, err := p.expression(t, text)
	return comparison{left: left}, err
}

// splitOutside splits at a separator outside of quotes.
func splitOutside(text string, separator byte) []string {
	var parts []string
	for {
		at := closingAt(text, string(separator))
		if at < 0 {
			return append(parts, text)
		}
		parts = append(parts, text[:at])
		text = text[at+1:]
	}
}
