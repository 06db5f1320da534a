package inbound

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"replyflow/internal/consent"
)

// maxParts is how many signs are looked at within a number, so that a text of
// nothing else costs no more than its length.
const maxParts = 8

// FirstWord is the first word of a text, folded: what message.first_word shows and
// what a keyword of one word is compared with. It is consent's, but what stands
// between two digits parts no word: who writes "10,000 euros" doesn't say 10.
func FirstWord(text string) string {
	folded := consent.Fold(text)
	word := consent.FirstWord(folded)
	for range maxParts {
		rest := folded[len(word):]
		if !partsDigits(word, rest) {
			break
		}
		word += rest[:1] + consent.FirstWord(rest[1:])
	}
	return word
}

// partsDigits reports whether a text goes on after a word with a sign that numbers
// and times are written with, between two digits.
func partsDigits(word, rest string) bool {
	if rest == "" || !strings.Contains(".,:", rest[:1]) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(word)
	next, _ := utf8.DecodeRuneInString(rest[1:])
	return unicode.IsDigit(last) && unicode.IsDigit(next)
}
