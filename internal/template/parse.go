package template

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// parser turns tokens into nodes.
type parser struct {
	tokens []token
	at     int
	paths  []string
	locals []string
}

// nodes reads up to one of the tags that end it, which it returns.
func (p *parser) nodes(depth int, ends ...string) ([]node, token, error) {
	var nodes []node
	if depth > MaxDepth {
		return nil, token{}, p.tokens[p.at-1].fail(fmt.Sprintf("tags nest deeper than %d", MaxDepth))
	}
	opening := p.at - 1
	for p.at < len(p.tokens) {
		t := p.tokens[p.at]
		p.at++
		switch t.kind {
		case textToken:
			nodes = append(nodes, text(t.body))
		case outputToken:
			expression, err := p.expression(t, t.body)
			if err != nil {
				return nil, t, err
			}
			nodes = append(nodes, &output{expression})
		case tagToken:
			name, _ := cutWord(t.body)
			if slices.Contains(ends, name) {
				return nodes, t, nil
			}
			parsed, err := p.tag(t, depth)
			if err != nil {
				return nil, t, err
			}
			if parsed != nil {
				nodes = append(nodes, parsed)
			}
		}
	}
	if len(ends) > 0 {
		return nil, token{}, p.tokens[opening].fail("it is never closed: {% " + ends[len(ends)-1] + " %} is missing")
	}
	return nodes, token{}, nil
}

// tagNames are the tags that begin something.
var tagNames = []string{"if", "unless", "for", "case", "assign", "capture", "comment", "raw", "break", "continue"}

func (p *parser) tag(t token, depth int) (node, error) {
	name, rest := cutWord(t.body)
	switch name {
	case "if":
		return p.parseIf(t, rest, depth, "endif", false)
	case "unless":
		return p.parseIf(t, rest, depth, "endunless", true)
	case "for":
		return p.parseFor(t, rest, depth)
	case "case":
		return p.parseCase(t, rest, depth)
	case "assign":
		return p.parseAssign(t, rest)
	case "capture":
		return p.parseCapture(t, rest, depth)
	case "comment":
		return nil, p.skipComment(t)
	case "break":
		return jump{errBreak}, nil
	case "continue":
		return jump{errContinue}, nil
	}
	if opened, closes := strings.CutPrefix(name, "end"); closes && slices.Contains(tagNames, opened) {
		return nil, t.fail(fmt.Sprintf("%s closes a tag that is not open here", name))
	}
	if name == "else" || name == "elsif" || name == "when" {
		return nil, t.fail(name + " stands in no tag that takes it")
	}
	return nil, t.fail(fmt.Sprintf("there is no tag %q%s", clip(name), nearestOf(name, tagNames)))
}

// skipComment skips what a comment holds without reading it; comments nest.
func (p *parser) skipComment(opening token) error {
	for open := 1; p.at < len(p.tokens); {
		t := p.tokens[p.at]
		p.at++
		if t.kind != tagToken {
			continue
		}
		switch name, _ := cutWord(t.body); name {
		case "comment":
			open++
		case "endcomment":
			open--
		}
		if open == 0 {
			return nil
		}
	}
	return opening.fail("it is never closed: {% endcomment %} is missing")
}

func (p *parser) parseIf(t token, rest string, depth int, end string, negate bool) (node, error) {
	parsed := &ifNode{}
	for {
		test, err := p.test(t, rest)
		if err != nil {
			return nil, err
		}
		body, stop, err := p.nodes(depth+1, "elsif", "else", end)
		if err != nil {
			return nil, err
		}
		parsed.arms = append(parsed.arms, arm{test: test, negate: negate, body: body})
		name, next := cutWord(stop.body)
		if name == "elsif" {
			t, rest, negate = stop, next, false
			continue
		}
		if name == "else" {
			if parsed.otherwise, _, err = p.nodes(depth+1, end); err != nil {
				return nil, err
			}
		}
		return parsed, nil
	}
}

func (p *parser) parseCase(t token, rest string, depth int) (node, error) {
	subject, err := p.expression(t, rest)
	if err != nil {
		return nil, err
	}
	parsed := &caseNode{subject: subject}
	_, stop, err := p.nodes(depth+1, "when", "else", "endcase")
	for err == nil {
		name, values := cutWord(stop.body)
		if name == "endcase" {
			return parsed, nil
		}
		var when whenArm
		if name == "when" {
			if when.values, err = p.whenValues(stop, values); err != nil {
				return nil, err
			}
		}
		when.body, stop, err = p.nodes(depth+1, "when", "else", "endcase")
		parsed.arms = append(parsed.arms, when)
	}
	return nil, err
}

// whenValues reads what a when takes: values joined by commas or by or.
func (p *parser) whenValues(t token, text string) ([]expression, error) {
	var values []expression
	for _, part := range splitOutside(text, ',') {
		for more := true; more; {
			at, or, length := joint(part)
			value := part
			if more = at >= 0 && or; more {
				value, part = part[:at], part[at+length:]
			}
			parsed, err := p.expression(t, value)
			if err != nil {
				return nil, err
			}
			values = append(values, parsed)
		}
	}
	return values, nil
}

func (p *parser) parseFor(t token, rest string, depth int) (node, error) {
	variable, rest := cutWord(rest)
	in, rest := cutWord(rest)
	if variable == "" || in != "in" || rest == "" {
		return nil, t.fail("for is written {% for item in trigger.items %}")
	}
	parsed := &forNode{variable: variable}
	collection, options := cutWord(rest)
	var err error
	if parsed.collection, err = p.expression(t, collection); err != nil {
		return nil, err
	}
	for options != "" {
		var option string
		option, options = cutWord(options)
		name, value, _ := strings.Cut(option, ":")
		if value == "" && name != "reversed" {
			value, options = cutWord(options)
		}
		switch name {
		case "reversed":
			parsed.reversed = true
			continue
		case "limit":
			parsed.limit = new(expression)
			*parsed.limit, err = p.expression(t, value)
		case "offset":
			parsed.offset = new(expression)
			*parsed.offset, err = p.expression(t, value)
		default:
			err = t.fail(fmt.Sprintf("for takes limit:, offset: and reversed, not %q", clip(option)))
		}
		if err != nil {
			return nil, err
		}
	}
	p.locals = append(p.locals, variable, "forloop")
	var stop token
	if parsed.body, stop, err = p.nodes(depth+1, "else", "endfor"); err != nil {
		return nil, err
	}
	if name, _ := cutWord(stop.body); name == "else" {
		parsed.otherwise, _, err = p.nodes(depth+1, "endfor")
	}
	return parsed, err
}

func (p *parser) parseAssign(t token, rest string) (node, error) {
	name, value, found := strings.Cut(rest, "=")
	name = strings.TrimSpace(name)
	if !found || !isName(name) {
		return nil, t.fail("assign is written {% assign name = value %}")
	}
	expression, err := p.expression(t, value)
	p.locals = append(p.locals, name)
	return &assignNode{name, expression}, err
}

func (p *parser) parseCapture(t token, rest string, depth int) (node, error) {
	if !isName(rest) {
		return nil, t.fail("capture is written {% capture name %}…{% endcapture %}")
	}
	p.locals = append(p.locals, rest)
	body, _, err := p.nodes(depth+1, "endcapture")
	return &captureNode{rest, body}, err
}

// cutWord cuts the first word off.
func cutWord(text string) (word, rest string) {
	text = strings.TrimSpace(text)
	at := strings.IndexAny(text, " \t\r\n")
	if at < 0 {
		return text, ""
	}
	return text[:at], strings.TrimSpace(text[at:])
}

// isName reports whether a text is a name that needs no brackets: letters of any
// script, underscores, and after the first also digits and hyphens.
func isName(text string) bool {
	for i, r := range text {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || r != '-' && !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != ""
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// clip shortens what an error quotes.
func clip(text string) string {
	const most = 40
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
