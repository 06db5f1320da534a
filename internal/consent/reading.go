package consent

import (
	"slices"
	"strings"
	"unicode"

	"replyflow/internal/message"
)

// reading is what one text says by itself, whatever the provider says.
type reading struct {
	rule    string
	verdict message.Verdict
	word    Word
	soft    bool
	// all is set for a wish to hear from no sender.
	all bool
	// exact is the text as it is written, when it is a listed word but for case.
	exact string
}

// rank orders readings: the one that opts out most clearly wins.
func (r reading) rank() int {
	switch {
	case r.verdict == message.VerdictOptOut && !r.soft:
		return 6
	case r.verdict == message.VerdictOptOut:
		return 5
	case r.verdict == message.VerdictOptIn:
		return 4
	case r.verdict == message.VerdictHelp:
		return 3
	case r.rule == RuleAnswer:
		return 2
	case r.rule == RuleNearMiss:
		return 1
	}
	return 0
}

// read reads all the texts of a message.
func (r *Rules) read(in Input) reading {
	best := r.readText(in.Text)
	if in.ButtonText != in.Text {
		best = better(best, r.readText(in.ButtonText))
	}
	return better(best, r.readPayload(in.ButtonPayload))
}

func better(a, b reading) reading {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// readText reads what a person wrote, or the text of a button that they pressed.
func (r *Rules) readText(text string) reading {
	text = cut(text)
	if said := r.withoutQuotation(text); said != text {
		return r.besideQuotation(said)
	}
	return r.readSaid(text)
}

// besideQuotation reads what was written above, between or below a quotation. An
// opt-out counts as if it stood alone; everything else has to be the whole message.
func (r *Rules) besideQuotation(said string) reading {
	found := r.readSaid(said)
	switch {
	case found.rule == RuleNearMiss:
		return found
	case found.verdict != message.VerdictOptOut:
		return reading{rule: RuleNone, verdict: message.VerdictNone}
	case !found.soft:
		found.rule, found.exact = RuleKeywordSigned, ""
	}
	return found
}

// readSaid reads a text of a person's own words.
func (r *Rules) readSaid(text string) reading {
	folded := Fold(text)
	if folded == "" {
		return readSign(text)
	}
	if word, rule, ok := r.dictionary.find(folded); ok {
		return readingOf(word, rule, text)
	}
	if head, ok := r.cutSignature(folded); ok {
		if word, _, ok := r.dictionary.find(head); ok && word.optsOut() {
			return readingOf(word, RuleKeywordSigned, "")
		}
		if found, ok := r.readWish(head); ok {
			return found
		}
	}
	if found, ok := r.readWish(folded); ok {
		return found
	}
	if word, ok := r.dictionary.findStretched(folded); ok {
		found := readingOf(word, RuleSoftStretched, "")
		found.soft = true
		return found
	}
	if found, ok := r.readFirstLine(text); ok {
		return found
	}
	if found, ok := r.readSentences(text); ok && !r.flags.idiomatic(folded) {
		return found
	}
	if r.flagged(folded) {
		return reading{rule: RuleNearMiss, verdict: message.VerdictNone}
	}
	return reading{rule: RuleNone, verdict: message.VerdictNone}
}

// readWish reads a folded text as a wish in other words.
func (r *Rules) readWish(folded string) (reading, bool) {
	found, ok := r.phrases.find(words(folded))
	if !ok || r.flags.idiomatic(folded) {
		return reading{}, false
	}
	return found.reading(), true
}

// readPayload reads the payload of a button. Whoever made the button wrote it and
// the person never saw it: a clear opt-out counts, and a sender's own word.
func (r *Rules) readPayload(payload string) reading {
	none := reading{rule: RuleNone, verdict: message.VerdictNone}
	if payload == "" {
		return none
	}
	folded := Fold(payload)
	if word, rule, ok := r.dictionary.find(folded); ok && (word.Own || word.optsOut() && word.Clear) {
		return readingOf(word, rule, "")
	}
	if found, ok := r.phrases.phrase(bounded(words(folded))); ok && !r.flags.idiomatic(folded) {
		return found.reading()
	}
	return none
}

// bounded is a message that is short enough to be a wish, else none.
func bounded(message []string) []string {
	if len(message) > maxWords {
		return nil
	}
	return message
}

func readingOf(word Word, rule, text string) reading {
	found := reading{rule: rule, word: word, all: word.Set == SetOptOutAll, exact: strings.ToUpper(strings.TrimSpace(text))}
	switch {
	case word.optsOut():
		found.verdict = message.VerdictOptOut
	case word.Answer:
		found.verdict = message.VerdictNone
	case word.Set == SetOptIn:
		found.verdict = message.VerdictOptIn
	default:
		found.verdict = message.VerdictHelp
	}
	return found
}

func (w wish) reading() reading {
	return reading{
		rule: w.rule, verdict: message.VerdictOptOut, soft: w.rule != RuleKeywordRepeated, all: w.all,
		word: Word{Text: w.keyword, Language: w.language, Set: w.set},
	}
}

// The stop sign alone says what it says on the road.
const (
	stopSign = "🛑"
	// forbidden are signs that may mean it.
	forbidden = "🚫⛔✋"
)

// readSign reads a text without words.
func readSign(text string) reading {
	switch {
	case strings.Contains(text, stopSign):
		return reading{
			rule: RuleSoftSign, verdict: message.VerdictOptOut, soft: true, word: Word{Text: stopSign, Set: SetSoft},
		}
	case strings.ContainsAny(text, forbidden):
		return reading{rule: RuleNearMiss, verdict: message.VerdictNone}
	}
	return reading{rule: RuleNone, verdict: message.VerdictNone}
}

// flagged reports whether a text has a word of an opt-out.
func (r *Rules) flagged(folded string) bool {
	for _, stem := range r.flags.Stems {
		if strings.Contains(folded, stem) {
			return true
		}
	}
	return hasAny(folded, r.flags.Words)
}

// idiomatic reports whether a text has words that mean something else together:
// "non-stop", and "no dejen de escribirme". What a comma parts isn't together:
// "No, dejen de escribirme".
func (n nearMisses) idiomatic(folded string) bool { return has(parted(folded), n.Idioms) }

// parted is a folded text with its words set apart, and a comma for every other
// sign that parts them. A hyphen and an apostrophe stand within a word.
func parted(folded string) string {
	var b strings.Builder
	for _, r := range folded {
		switch {
		case !isBetweenWords(r):
			b.WriteRune(r)
		case r == ' ' || r == '\'' || r == '’' || unicode.In(r, unicode.Pd, unicode.Pc):
			b.WriteByte(' ')
		default:
			b.WriteString(" , ")
		}
	}
	return collapse(b.String())
}

// hasAny reports whether a text has one of some sequences of whole words.
func hasAny(folded string, sequences []string) bool {
	return has(strings.Join(strings.FieldsFunc(folded, isBetweenWords), " "), sequences)
}

func has(separate string, sequences []string) bool {
	spaced := " " + separate + " "
	return slices.ContainsFunc(sequences, func(sequence string) bool { return strings.Contains(spaced, " "+sequence+" ") })
}
