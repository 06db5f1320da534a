package consent

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxWords is how many words a message may have to be read as a wish. Longer ones
// say more than one thing, and the cost of reading stays bounded.
const maxWords = 32

// pattern is a phrase with choices: "stop {send} {me?} {messages?}".
type pattern struct {
	text     string
	language string
	elements []element
}

// element is one place of a pattern: one of several word sequences.
type element struct {
	choices  [][]string
	optional bool
}

// parsePattern reads a pattern with the slots of its list.
func parsePattern(text, language string, slots map[string][]string) (pattern, error) {
	parsed := pattern{text: text, language: language}
	for _, field := range strings.Fields(text) {
		one, err := parseElement(field, slots)
		if err != nil {
			return parsed, fmt.Errorf("the phrase %q: %w", text, err)
		}
		parsed.elements = append(parsed.elements, one...)
	}
	if len(parsed.first()) == 0 {
		return parsed, fmt.Errorf("the phrase %q has no words", text)
	}
	return parsed, nil
}

// parseElement reads one field: a slot, or a word, which may be several once its
// apostrophes are gone.
func parseElement(field string, slots map[string][]string) ([]element, error) {
	name, isSlot := strings.CutPrefix(field, "{")
	if isSlot {
		name, optional := strings.CutSuffix(strings.TrimSuffix(name, "}"), "?")
		entries, known := slots[name]
		if !known {
			return nil, fmt.Errorf("there is no slot %q", name)
		}
		slot := element{optional: optional}
		for _, entry := range entries {
			slot.choices = append(slot.choices, words(Fold(entry)))
		}
		return []element{slot}, nil
	}
	word, optional := strings.CutSuffix(field, "?")
	return []element{{choices: [][]string{words(Fold(word))}, optional: optional}}, nil
}

// first are the words that a match may begin with.
func (p pattern) first() []string {
	var found []string
	for _, element := range p.elements {
		for _, choice := range element.choices {
			if len(choice) > 0 {
				found = append(found, choice[0])
			}
		}
		if !element.optional {
			break
		}
	}
	return found
}

// texts are all the texts that a short pattern stands for.
func (p pattern) texts() []string {
	found := []string{""}
	for _, element := range p.elements {
		var longer []string
		if element.optional {
			longer = found
		}
		for _, text := range found {
			for _, choice := range element.choices {
				longer = append(longer, strings.TrimSpace(text+" "+strings.Join(choice, " ")))
			}
		}
		found = longer
	}
	return found
}

// places is a set of places in a message of at most maxWords words.
type places uint64

func (p places) has(place int) bool    { return p&(1<<place) != 0 }
func (p places) with(place int) places { return p | 1<<place }

// ends are the places at which a match that begins at start may end.
func (p pattern) ends(message []string, start int) places {
	reached := places(0).with(start)
	for _, element := range p.elements {
		next := places(0)
		if element.optional {
			next = reached
		}
		for place := start; place <= len(message); place++ {
			if !reached.has(place) {
				continue
			}
			for _, choice := range element.choices {
				if hasWordsAt(message, place, choice) {
					next = next.with(place + len(choice))
				}
			}
		}
		if next == 0 {
			return 0
		}
		reached = next
	}
	return reached
}

func hasWordsAt(message []string, place int, choice []string) bool {
	if len(choice) == 0 || place+len(choice) > len(message) {
		return false
	}
	for i, word := range choice {
		if message[place+i] != word {
			return false
		}
	}
	return true
}

// words are the words of a folded text, at most one more than a wish may have.
// Letters that stand alone in a row are one word: "s t o p please". A word that
// is said over and over counts twice: more often says no more.
func words(folded string) []string {
	var found []string
	said := 0
	for word := range strings.FieldsFuncSeq(folded, isBetweenWords) {
		if len(found) > 0 && word == found[len(found)-1] {
			said++
		} else {
			said = 1
		}
		if said > 2 && utf8.RuneCountInString(word) > 1 {
			continue
		}
		if found = append(found, word); len(found) > maxWords {
			break
		}
	}
	return joinLetters(found)
}

func isBetweenWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// spelled is how many letters in a row spell a word.
const spelled = 3

func joinLetters(separate []string) []string {
	joined := separate[:0:0]
	for i := 0; i < len(separate); {
		end := i
		for end < len(separate) && utf8.RuneCountInString(separate[end]) == 1 {
			end++
		}
		if end-i >= spelled {
			joined = append(joined, strings.Join(separate[i:end], ""))
			i = end
			continue
		}
		joined = append(joined, separate[i])
		i++
	}
	return joined
}
