package consent

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readFirstLine reads the first line by itself when an empty line follows it, or
// nothing but a name.
func (r *Rules) readFirstLine(text string) (reading, bool) {
	first, rest, found := strings.Cut(strings.TrimSpace(text), "\n")
	if !found {
		return r.readNamed(first)
	}
	next, others, _ := strings.Cut(rest, "\n")
	blank := Fold(next) == ""
	if blank || Fold(others) == "" && r.isName(next, isUpper(first)) {
		if found, ok := r.readClearWord(first); ok {
			return found, true
		}
	}
	if !blank {
		return reading{}, false
	}
	folded := Fold(first)
	if wished, ok := r.phrases.phrase(bounded(words(folded))); ok && !r.flags.idiomatic(folded) {
		wished.rule = RuleSoftFirstLine
		return wished.reading(), true
	}
	return reading{}, false
}

// readClearWord reads a line that is one clear opt-out word.
func (r *Rules) readClearWord(line string) (reading, bool) {
	word, _, ok := r.dictionary.find(Fold(line))
	if !ok || !word.optsOut() || !word.Clear {
		return reading{}, false
	}
	found := readingOf(word, RuleSoftFirstLine, "")
	found.soft = true
	return found, true
}

// beforeName are the signs that people put between a word and their name. A hyphen
// without spaces makes one word of two.
var beforeName = []string{" - ", " -- ", "–", "—", ","}

// readNamed reads a clear word in capitals with a name behind it, "STOP - John". In
// small letters it may begin a sentence: "Stop, John, I can't hear you".
func (r *Rules) readNamed(line string) (reading, bool) {
	for _, sign := range beforeName {
		word, name, found := strings.Cut(line, sign)
		// A name in capitals behind a word in capitals may be shouting.
		if found && isUpper(word) && !isUpper(name) && r.isName(name, false) {
			return r.readClearWord(word)
		}
	}
	return reading{}, false
}

// nameWords is how many words a name has at most.
const nameWords = 3

// isName reports whether a text may be the name of a person, and not the rest of a
// sentence, "by at 5": a few words of letters alone, with capitals unless they
// needn't be, and no word that means something to us.
func (r *Rules) isName(text string, small bool) bool {
	parts := strings.Fields(text)
	if len(parts) == 0 || len(parts) > nameWords || r.flagged(Fold(text)) {
		return false
	}
	return !slices.ContainsFunc(parts, func(part string) bool {
		first, _ := utf8.DecodeRuneInString(part)
		_, listed := r.dictionary.exact[Fold(part)]
		return listed || unicode.IsLower(first) && !small || strings.ContainsFunc(part, isNoLetterOfName)
	})
}

func isNoLetterOfName(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(".,-'’", r)
}

// isUpper reports whether a text is written in capitals.
func isUpper(text string) bool { return text == strings.ToUpper(text) }
