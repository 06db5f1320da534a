package template

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	textToken tokenKind = iota
	outputToken
	tagToken
)

// token is a piece of a template: text, what stands in {{ }}, or in {% %}.
type token struct {
	kind         tokenKind
	body         string
	line, column int
	// trimLeft and trimRight are set by {{- and -}}.
	trimLeft, trimRight bool
}

func (t token) fail(message string) error { return &Error{t.line, t.column, message} }

// lexer cuts a template into tokens and knows where it is. Each of its steps
// looks at what it consumes and no further, so a hostile template costs its size.
type lexer struct {
	rest         string
	line, column int
	tokens       []token
}

// lex cuts a template into tokens and applies white space control.
func lex(text string) ([]token, error) {
	l := &lexer{rest: text, line: 1, column: 1}
	for l.rest != "" {
		l.text(nextMark(l.rest))
		if l.rest == "" {
			break
		}
		found, err := l.mark()
		if err != nil {
			return nil, err
		}
		if name, _ := cutWord(found.body); found.kind == tagToken && name == "raw" {
			if err := l.raw(found); err != nil {
				return nil, err
			}
			continue
		}
		l.tokens = append(l.tokens, found)
	}
	return trim(l.tokens), nil
}

// take consumes bytes and counts the lines and characters in them.
func (l *lexer) take(bytes int) string {
	taken := l.rest[:bytes]
	l.rest = l.rest[bytes:]
	if last := strings.LastIndexByte(taken, '\n'); last >= 0 {
		l.line += strings.Count(taken, "\n")
		l.column = 1
		l.column += utf8.RuneCountInString(taken[last+1:])
	} else {
		l.column += utf8.RuneCountInString(taken)
	}
	return taken
}

func (l *lexer) text(bytes int) {
	if bytes > 0 {
		l.tokens = append(l.tokens, token{kind: textToken, body: l.take(bytes)})
	}
}

// nextMark is where {{ or {% begins, the length of the text when neither does.
func nextMark(text string) int {
	for at := 0; ; at++ {
		next := strings.IndexByte(text[at:], '{')
		if next < 0 || at+next+1 >= len(text) {
			return len(text)
		}
		at += next
		if text[at+1] == '{' || text[at+1] == '%' {
			return at
		}
	}
}

// mark reads one {{ … }} or {% … %}.
func (l *lexer) mark() (token, error) {
	found := token{kind: outputToken, line: l.line, column: l.column}
	closing := "}}"
	if strings.HasPrefix(l.rest, "{%") {
		found.kind, closing = tagToken, "%}"
	}
	end := closingAt(l.rest[2:], closing)
	if end < 0 {
		return found, found.fail("it is never closed: " + closing + " is missing, or a quote is never closed")
	}
	body := l.take(2 + end + 2)[2 : 2+end]
	body, found.trimLeft = strings.CutPrefix(body, "-")
	body, found.trimRight = strings.CutSuffix(body, "-")
	found.body = strings.TrimSpace(body)
	return found, nil
}

// closingAt is where a mark stands, outside of quotes; -1 when it doesn't.
func closingAt(text, closing string) int {
	var quote byte
	for i := 0; i < len(text); i++ {
		switch {
		case quote != 0:
			if text[i] == quote {
				quote = 0
			}
		case strings.HasPrefix(text[i:], closing):
			return i
		case text[i] == '"' || text[i] == '\'':
			quote = text[i]
		}
	}
	return -1
}

var endRaw = regexp.MustCompile(`\{%-?\s*endraw\s*-?%\}`)

// raw reads up to {% endraw %} as text.
func (l *lexer) raw(opening token) error {
	end := endRaw.FindStringIndex(l.rest)
	if end == nil {
		return opening.fail("raw is never closed: {% endraw %} is missing")
	}
	l.text(end[0])
	l.take(end[1] - end[0])
	return nil
}

// trim applies white space control to the texts around marks.
func trim(tokens []token) []token {
	const space = " \t\r\n"
	for i, t := range tokens {
		if t.trimLeft && i > 0 && tokens[i-1].kind == textToken {
			tokens[i-1].body = strings.TrimRight(tokens[i-1].body, space)
		}
		if t.trimRight && i+1 < len(tokens) && tokens[i+1].kind == textToken {
			tokens[i+1].body = strings.TrimLeft(tokens[i+1].body, space)
		}
	}
	return tokens
}
