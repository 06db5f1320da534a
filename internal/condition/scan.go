package condition

import (
	"encoding/json"
	"strings"
)

// scanner steps over a text, taking templates and quoted texts as wholes.
type scanner struct {
	text string
	// open are the opening marks that nothing closes any more: the rest of the
	// text isn't searched again, which keeps a scan linear.
	open [3]bool
}

// skip returns the end of the template or quoted text that begins at i, or i
// itself when none does. One that never ends is ordinary text.
func (s *scanner) skip(i int) int {
	rest := s.text[i:]
	for n, pair := range [...][2]string{{"{{", "}}"}, {"{%", "%}"}} {
		if !s.open[n] && strings.HasPrefix(rest, pair[0]) {
			if end := strings.Index(rest, pair[1]); end >= 0 {
				return i + end + len(pair[1])
			}
			s.open[n] = true
		}
	}
	if rest[0] == '"' && !s.open[2] {
		length := quotedLength(rest)
		s.open[2] = length == 0
		return i + length
	}
	return i
}

// quotedLength is the length of the JSON text that a string begins with, or 0.
func quotedLength(text string) int {
	if !strings.HasPrefix(text, `"`) {
		return 0
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// unquote reads text that is one quoted JSON text from end to end.
func unquote(text string) (string, bool) {
	var plain string
	if quotedLength(text) != len(text) || json.Unmarshal([]byte(text), &plain) != nil {
		return "", false
	}
	return plain, true
}

// spaces are the characters between words.
const spaces = " \t\n\r"

func leadingSpace(text string) int {
	return len(text) - len(strings.TrimLeft(text, spaces))
}

func isSpace(c byte) bool {
	return strings.IndexByte(spaces, c) >= 0
}

func skipSpace(text string, i int) int {
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	return i
}

// phraseAt is the end of a phrase that stands at i as whole words, with any
// amount of space between them, or -1.
func phraseAt(text string, i int, phrase string) int {
	for n, word := range strings.Fields(phrase) {
		if n > 0 {
			next := skipSpace(text, i)
			if next == i {
				return -1
			}
			i = next
		}
		if !strings.HasPrefix(text[i:], word) {
			return -1
		}
		i += len(word)
	}
	if i < len(text) && !isSpace(text[i]) {
		return -1
	}
	return i
}

// span is a piece of a text, as byte offsets.
type span struct{ from, to int }

// trim leaves the white space at a span's ends out.
func (s span) trim(text string) span {
	s.from = min(skipSpace(text, s.from), s.to)
	for s.to > s.from && isSpace(text[s.to-1]) {
		s.to--
	}
	return s
}

// wordStarts are the offsets where a word begins after white space, outside
// quotes and templates.
func wordStarts(text string) []int {
	var starts []int
	scan := scanner{text: text}
	for i := 0; i < len(text); {
		if i > 0 && isSpace(text[i-1]) && !isSpace(text[i]) {
			starts = append(starts, i)
		}
		if end := scan.skip(i); end > i {
			i = end
			continue
		}
		i++
	}
	return starts
}

// splitList cuts the inside of a list at its commas, outside quotes and templates.
func splitList(text string, inside span) []span {
	var items []span
	from := inside.from
	scan := scanner{text: text[:inside.to]}
	for i := inside.from; i < inside.to; {
		if end := scan.skip(i); end > i {
			i = end
			continue
		}
		if text[i] == ',' {
			items = append(items, span{from, i})
			from = i + 1
		}
		i++
	}
	return append(items, span{from, inside.to})
}

// lowerASCII lowers ASCII letters only, so that offsets stay as they are.
func lowerASCII(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + ('a' - 'A')
		}
	}
	return string(lower)
}
