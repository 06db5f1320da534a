package condition

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold maps a text to one representative of all texts that differ only in case:
// Fold(a) == Fold(b) exactly when strings.EqualFold(a, b). That is Unicode's
// simple folding, one character to one: ß isn't ss, and no language has rules of its own.
//
// SQL relies on this: a text equals a literal of ASCII characters when, with
// U+017F replaced by s, U+212A by k and ASCII letters lowered, it equals the
// lowered literal.
func Fold(text string) string {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= utf8.RuneSelf || 'a' <= c && c <= 'z' {
			return strings.Map(foldRune, text)
		}
	}
	return text
}

// foldRune is the smallest of the characters that fold together, which for
// ASCII letters is the capital.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			return r - ('a' - 'A')
		}
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
