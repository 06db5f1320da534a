package consent

import (
	"math/bits"
	"strings"
)

// wish is an opt-out in other words than a keyword alone.
type wish struct {
	rule     string
	keyword  string
	language string
	set      string
	all      bool
}

// find reads a message as a wish: it must be made of opt-out words or phrases,
// with nothing but fillers around them. One word more, as in "stop by at 5", and
// it is none.
func (p *phrases) find(message []string) (wish, bool) {
	if len(message) == 0 || len(message) > maxWords {
		return wish{}, false
	}
	if found, ok := p.repeated(message); ok {
		return found, true
	}
	if found, ok := p.polite(message); ok {
		return found, true
	}
	return p.phrase(message)
}

// repeated reads a message of nothing but opt-out words: "stop stop", "stop/end".
func (p *phrases) repeated(message []string) (wish, bool) {
	return p.cover(message, RuleKeywordRepeated, func(place int) (ends places, found wish) {
		return longest(p.any[message[place]], message, place)
	}, nil)
}

// polite reads an opt-out word with courtesies only: "STOP PLEASE".
func (p *phrases) polite(message []string) (wish, bool) {
	return p.cover(message, RuleSoftPolite, func(place int) (ends places, found wish) {
		return longest(p.any[message[place]], message, place)
	}, p.courtesies)
}

// phrase reads phrases and clear opt-out words with fillers and courtesies.
func (p *phrases) phrase(message []string) (wish, bool) {
	core := func(place int) (places, wish) {
		ends, found := longest(p.clear[message[place]], message, place)
		more, wished := longestPhrase(p.patterns[message[place]], message, place)
		if more > ends {
			found = wished
		}
		return ends | more, found
	}
	return p.cover(message, RuleSoftPhrase, core, p.courtesies, p.fillers)
}

// sentence reads one sentence of a longer message: phrases that say what is no
// longer wanted, with fillers and courtesies.
func (p *phrases) sentence(message []string) (wish, bool) {
	return p.cover(message, RuleSoftSentence, func(place int) (places, wish) {
		return longestPhrase(p.sentences[message[place]], message, place)
	}, p.courtesies, p.fillers)
}

// longestPhrase finds the phrases at a place of a message.
func longestPhrase(candidates []pattern, message []string, place int) (ends places, found wish) {
	for _, pattern := range candidates {
		more := pattern.ends(message, place)
		if more > ends {
			found = wish{keyword: saidUntil(message, place, more), language: pattern.language, set: SetSoft}
		}
		ends |= more
	}
	return ends, found
}

// saidUntil are the words from a place to the last of some ends: all of them stand
// in phrase lists.
func saidUntil(message []string, place int, ends places) string {
	return strings.Join(message[place:bits.Len64(uint64(ends))-1], " ")
}

// longest finds the opt-out words at a place of a message.
func longest(candidates []sequence, message []string, place int) (ends places, found wish) {
	for _, candidate := range candidates {
		if !hasWordsAt(message, place, candidate.words) {
			continue
		}
		ends = ends.with(place + len(candidate.words))
		if found.keyword == "" {
			word := candidate.word
			found = wish{keyword: word.Text, language: word.Language, set: word.Set, all: word.Set == SetOptOutAll}
		}
	}
	return ends, found
}

// cover reports whether cores and fillers cover the whole message, with a core at
// least. It goes over the message once: plain holds the places reached without a
// core, done those with one.
func (p *phrases) cover(message []string, rule string, core func(place int) (places, wish), fillers ...map[string][][]string) (wish, bool) {
	plain, done := places(0).with(0), places(0)
	var first wish
	for place := range message {
		if !plain.has(place) && !done.has(place) {
			continue
		}
		ends, found := core(place)
		if ends != 0 && first.keyword == "" {
			first = found
		}
		first.all = first.all || found.all
		done |= ends
		for _, list := range fillers {
			for _, filler := range list[message[place]] {
				if !hasWordsAt(message, place, filler) {
					continue
				}
				end := place + len(filler)
				if plain.has(place) {
					plain = plain.with(end)
				}
				if done.has(place) {
					done = done.with(end)
				}
			}
		}
	}
	first.rule = rule
	return first, done.has(len(message))
}
