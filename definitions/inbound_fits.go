package definitions

import (
	"slices"
	"strings"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
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
	if len(t.Keywords) == 0 && reserved {
		return false, "it is about consent: such a message starts only campaigns that name its keyword"
	}
	if len(t.Keywords) == 0 {
		return true, "any message starts it, except reserved words"
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
	switch {
	case keyword == "":
		return false
	case match == MatchWholeMessage || reserved:
		return text == keyword
	case inbound.FirstWord(keyword) == keyword:
		return inbound.FirstWord(text) == keyword
	}
	return beginsWith(text, keyword)
}

// beginsWith reports whether a text begins with the words of a keyword and none of
// them goes on: "sign up now" begins with "sign up", "sign upwards" doesn't.
func beginsWith(text, keyword string) bool {
	rest, begins := strings.CutPrefix(text, keyword)
	if !begins {
		return false
	}
	last := lastWord(keyword)
	return inbound.FirstWord(last+rest) == last
}

// lastWord is the last word of a folded text.
func lastWord(text string) string {
	for {
		first := inbound.FirstWord(text)
		rest := consent.Fold(text[len(first):])
		if rest == "" {
			return first
		}
		text = rest
	}
}
