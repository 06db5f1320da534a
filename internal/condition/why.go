package condition

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// why says what a field held and how that compares.
func (c comparison) why(holds bool, reason string) string {
	if reason != "" {
		return shorten(c.field) + " is " + show(c.held) + ", " + reason
	}
	shown := show(c.held)
	if c.phrase(holds) == "" {
		shown = plain(c.held)
	}
	return c.clause(shown, holds)
}

// clause ends what a field held with how it compares.
func (c comparison) clause(shown string, holds bool) string {
	clause := shorten(c.field) + " is " + shown
	phrase := c.phrase(holds)
	if phrase == "" {
		return clause
	}
	clause += ", " + phrase
	if c.operator.Value != NoValue {
		clause += " " + c.valueShown()
	}
	return clause
}

func (c comparison) phrase(holds bool) string {
	if holds {
		return c.operator.holds
	}
	return c.operator.fails
}

func (c comparison) valueShown() string {
	items := c.value.items()
	if c.operator.Operator == Between && len(items) == 2 {
		return plain(items[0]) + " and " + plain(items[1])
	}
	return plain(c.value)
}

// show writes a value for a reader, texts in quotes.
func show(value literal) string {
	switch value.kind {
	case kindText:
		return quoted(value.text)
	case kindList:
		return showList(value)
	}
	return shorten(string(value.raw))
}

// plain writes a value like show, but a text of one plain word without quotes.
func plain(value literal) string {
	if value.kind == kindText && isWord(value.text) {
		return shorten(value.text)
	}
	return show(value)
}

func isWord(text string) bool {
	return text != "" && text != "missing" && !isScalar(text) &&
		!strings.ContainsAny(text, " ,;()[]{}") && strconv.Quote(text) == `"`+text+`"`
}

func showList(value literal) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, item := range value.items() {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.Len() > MaxShown {
			b.WriteString("…")
			break
		}
		switch item.kind {
		case kindList, kindObject:
			b.WriteString(shorten(string(item.raw)))
		default:
			b.WriteString(plain(item))
		}
	}
	b.WriteByte(']')
	return b.String()
}

func quoted(text string) string {
	return strconv.Quote(shorten(text))
}

// shorten keeps the first characters of a text.
func shorten(text string) string {
	return cut(text, MaxShown)
}

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	runes := 0
	for i := range text {
		if runes++; runes > most {
			return text[:i] + "…"
		}
	}
	return text
}
