package consent

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// dictionary finds a word by the whole of a message. It doesn't change once it
// is filled.
type dictionary struct {
	exact map[string]Word
	// squeezed, alike and stretched hold opt-out words alone, and none of two
	// letters: "T.D." are initials.
	squeezed  map[string]Word
	alike     map[string]Word
	stretched map[string]Word
}

func newDictionary(words []Word) *dictionary {
	d := &dictionary{map[string]Word{}, map[string]Word{}, map[string]Word{}, map[string]Word{}}
	for _, word := range words {
		d.add(word)
	}
	return d
}

// optsOut reports whether a word is an opt-out.
func (w Word) optsOut() bool { return w.Set == SetOptOut || w.Set == SetOptOutAll }

// add adds a word; the first of two alike stays.
func (d *dictionary) add(word Word) {
	folded := Fold(word.Text)
	if folded == "" {
		return
	}
	keep(d.exact, folded, word)
	if !word.optsOut() {
		return
	}
	squeezed := Squeeze(folded)
	if utf8.RuneCountInString(squeezed) < spelled {
		return
	}
	keep(d.squeezed, squeezed, word)
	keep(d.alike, skeleton(squeezed), word)
	if word.Clear {
		keep(d.stretched, shrink(squeezed), word)
	}
}

func keep(words map[string]Word, key string, word Word) {
	if _, taken := words[key]; !taken {
		words[key] = word
	}
}

// find finds the word that a folded text is, and the rule that found it.
func (d *dictionary) find(folded string) (Word, string, bool) {
	if word, ok := d.exact[folded]; ok {
		return word, ruleOf(word), true
	}
	squeezed := Squeeze(folded)
	if word, ok := d.squeezed[squeezed]; ok {
		return word, RuleKeywordSqueezed, true
	}
	if word, ok := d.alike[skeleton(squeezed)]; ok {
		return word, RuleKeywordLookAlike, true
	}
	if word, ok := d.squeezed[unrepeat(squeezed)]; ok && word.Clear {
		return word, RuleKeywordRepeated, true
	}
	return Word{}, "", false
}

// unrepeat is the shortest text that a text repeats: "stop" of "stopstopstop".
func unrepeat(text string) string {
	if text == "" {
		return text
	}
	// Where a text is found in itself twice over, it repeats what lies before.
	return text[:1+strings.Index(text[1:]+text, text)]
}

func ruleOf(word Word) string {
	switch {
	case word.optsOut():
		return RuleKeywordOptOut
	case word.Answer:
		return RuleAnswer
	case word.Set == SetOptIn:
		return RuleKeywordOptIn
	}
	return RuleKeywordHelp
}

// findStretched finds a word that was written with letters repeated: "stoppp".
func (d *dictionary) findStretched(folded string) (Word, bool) {
	squeezed := Squeeze(folded)
	word, ok := d.stretched[shrink(squeezed)]
	return word, ok && isStretched(squeezed)
}

// shrink writes every letter once where it stands in a row.
func shrink(text string) string {
	var b strings.Builder
	last := rune(-1)
	for _, r := range text {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

// isStretched reports whether a letter stands three times in a row, or twice at
// the end: "stooop" and "stopp" are, "stoop" is a word of its own.
func isStretched(text string) bool {
	runes := []rune(text)
	for i := 2; i < len(runes); i++ {
		if runes[i] == runes[i-1] && runes[i] == runes[i-2] {
			return true
		}
	}
	n := len(runes)
	return n >= 2 && runes[n-1] == runes[n-2]
}

// refuses says why a sender may not add a word to a set, empty when it may.
func (d *dictionary) refuses(text, set string) string {
	folded := Fold(text)
	if folded == "" {
		return "has no letters or digits: nobody can write it"
	}
	word, _, found := d.find(folded)
	switch {
	case !found && set == SetOptOut:
		return d.swallowed(text)
	case !found || word.Set == set || word.Set == SetOptOutAll && set == SetOptOut:
		return ""
	case word.optsOut() && word.Language == "" && !word.Own:
		return "is an opt-out everywhere and can't be given another meaning"
	}
	return fmt.Sprintf("stands in %s already: one word belongs to one set", word.Set)
}

// swallowed says which other word an own opt-out word would take over once its
// spaces and hyphens are gone.
func (d *dictionary) swallowed(text string) string {
	if word, ok := d.exact[Squeeze(Fold(text))]; ok && !word.optsOut() {
		return fmt.Sprintf("is %s without its spaces, which stands in %s already", word.Text, word.Set)
	}
	return ""
}
