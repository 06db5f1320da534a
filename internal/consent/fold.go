package consent

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxExamined is how many bytes of a text are read. Four thousand characters, the
// longest message of any channel, fit; what a stranger adds costs nothing.
const maxExamined = 64 << 10

// maxMarks is how many marks in a row are kept on one letter. No language needs
// more, and normalisation treats longer rows differently each time.
const maxMarks = 8

// Fold makes texts that people take for the same the same: width, case (the same
// in every locale), invisible characters, the diacritics of Latin, Greek and
// Cyrillic, white space, and at both ends punctuation, quotes, symbols and emoji.
// Marks of other scripts are letters and stay. Folding twice changes nothing.
func Fold(text string) string {
	text = cut(text)
	if plain, ok := foldASCII(text); ok {
		return plain
	}
	folded := norm.NFKD.String(visible(text))
	folded = withoutMarks(folded)
	// The folding of a letter may hold letters that decompose.
	folded = norm.NFKD.String(foldCase(folded))
	folded = norm.NFC.String(withoutMarks(visible(folded)))
	return trim(cut(collapse(folded)))
}

// foldASCII folds what most messages are, in one pass and without tables.
func foldASCII(text string) (string, bool) {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf || text[i] < ' ' && !isSpace(rune(text[i])) || text[i] == 0x7f {
			return "", false
		}
	}
	return trim(collapse(strings.ToLower(text))), true
}

// foldCase folds case fully and in every locale alike, which after a compatible
// decomposition leaves only the sharp s longer than it was. By way of the capital
// letter, all small forms of a letter come together: ſ and s, ς and σ, ı and i.
func foldCase(text string) string {
	folded := strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, text)
	return strings.ReplaceAll(folded, "ß", "ss")
}

// cut keeps the first maxExamined bytes, in whole characters.
func cut(text string) string {
	if len(text) <= maxExamined {
		return text
	}
	end := maxExamined
	for end > maxExamined-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// visible drops what nobody sees: format and control characters, variation
// selectors, fillers, and bytes that are no text.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isSpace(r):
			return r
		case r == utf8.RuneError, unicode.In(r, unicode.Cf, unicode.Cc, unicode.Me, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
			return -1
		}
		return r
	}, text)
}

// brailleBlank is a symbol by name and a space to everybody who sees it.
const brailleBlank = '\u2800'

func isSpace(r rune) bool { return unicode.IsSpace(r) || r == brailleBlank }

// withoutMarks drops the marks on letters of Latin, Greek and Cyrillic and on
// what is no letter, and bounds those on others.
func withoutMarks(text string) string {
	keeps, marks := false, 0
	return strings.Map(func(r rune) rune {
		if !unicode.IsMark(r) {
			keeps = unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
			marks = 0
			return r
		}
		marks++
		if !keeps || marks > maxMarks {
			return -1
		}
		return r
	}, text)
}

func collapse(text string) string {
	return strings.Join(strings.FieldsFunc(text, isSpace), " ")
}

// trim cuts off everything at both ends that no word begins or ends with.
func trim(text string) string {
	text = strings.TrimLeftFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	return strings.TrimRightFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// Squeeze drops what people put between the letters of one word: spaces, hyphens,
// underscores and dots. It serves the opt-out words alone: squeezed, "un stop"
// would be an opt-in.
func Squeeze(folded string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '.' || r == '*' || r == '·' || r == '•' || unicode.In(r, unicode.Pd, unicode.Pc) {
			return -1
		}
		return r
	}, folded)
}

// FirstWord is the first word of a text, folded: what a campaign's keyword is
// compared with. Hyphens and apostrophes belong to a word; a dot ends it as every
// sentence sign does, "3.5" and "e.g." no less than "yes.I will".
func FirstWord(text string) string {
	folded := Fold(text)
	if end := strings.IndexFunc(folded, endsWord); end >= 0 {
		folded = folded[:end]
	}
	return trim(folded)
}

func endsWord(r rune) bool {
	return r == ' ' || strings.ContainsRune(".,;:!?/|()[]{}\"“”«»…。，！？、；：", r)
}
