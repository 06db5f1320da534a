package definitions

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// Fits reports whether a message meets what the trigger names, its condition left
// out, and why as a clause. A reserved message, one that is about consent, fits
// only a trigger that names its keyword.
func (t Inbound) Fits(m message.Inbound, reserved bool) (fits bool, why string) {
	if t.Channel != "" && t.Channel != string(m.Channel) {
		return false, "it isn't a message of " + t.Channel
	}
	if len(t.Senders) > 0 && !slices.Contains(t.Senders, m.Sender.Name) && !slices.Contains(t.Senders, m.Sender.Address) &&
		!slices.Contains(t.Senders, m.To) {
		return false, "it was written to another sender"
	}
	if len(t.Keywords) == 0 {
		return !reserved, "any message starts it, except reserved words"
	}
	for _, keyword := range t.Keywords {
		for _, text := range keywordTexts(m) {
			if stands(consent.Fold(keyword), consent.Fold(text), t.Match, reserved) {
				return true, "the keyword is " + keyword
			}
		}
	}
	return false, "it has none of the keywords"
}

// keywordTexts are the texts that a keyword is looked for in.
func keywordTexts(m message.Inbound) []string {
	texts := []string{consent.TextOf(m)}
	if m.Button != nil {
		texts = append(texts, m.Button.Payload)
	}
	return texts
}

// stands reports whether a folded keyword stands in a folded text where it must.
// In a message about consent only the whole message counts: "STOP JOIN" is no JOIN.
func stands(keyword, text, match string, reserved bool) bool {
	if keyword == "" {
		return false
	}
	if text == keyword {
		return true
	}
	rest, begins := strings.CutPrefix(text, keyword)
	if !begins || match == MatchWholeMessage || reserved {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return !unicode.IsLetter(next) && !unicode.IsDigit(next)
}
