package consent

import (
	"errors"
	"slices"
	"strings"
)

// Rules decide what messages to one sender say about consent. They never change,
// so any number of goroutines may use them.
type Rules struct {
	policy     Policy
	dictionary *dictionary
	phrases    *phrases
	// flags are the words and stems that flag a message as a near miss.
	flags nearMisses
	// signatures begin what is no part of a message, quotations announce it.
	signatures []string
	quotations []quotation
}

// phrases are all that a wish in other words is made of.
type phrases struct {
	// patterns are indexed by the words that they begin with.
	patterns map[string][]pattern
	// sentences are those of them that are a wish beside other sentences.
	sentences map[string][]pattern
	// fillers and courtesies are indexed alike.
	fillers    map[string][][]string
	courtesies map[string][][]string
	// clear and any are the opt-out words that stand with fillers, and with
	// courtesies only.
	clear map[string][]sequence
	any   map[string][]sequence
}

// sequence is the words of one opt-out word.
type sequence struct {
	words []string
	word  Word
}

// Compile makes the rules of a policy. It fails when CheckPolicy finds a problem.
func Compile(policy Policy) (*Rules, error) {
	if problems := CheckPolicy(policy); len(problems) > 0 {
		var all []error
		for _, problem := range problems {
			all = append(all, errors.New(problem.String()))
		}
		return nil, errors.Join(all...)
	}
	policy.Languages = slices.Clone(policy.Languages)
	policy.Numbers = slices.Clone(policy.Numbers)
	return newRules(policy, append(policy.words(), policy.ownWords()...))
}

// newRules makes rules of the phrases of a policy's languages and of some words.
func newRules(policy Policy, all []Word) (*Rules, error) {
	rules := &Rules{policy: policy, dictionary: newDictionary(all), phrases: newPhrases()}
	for _, language := range policy.languages() {
		if err := rules.addList(shipped()[language]); err != nil {
			return nil, err
		}
	}
	for _, word := range all {
		rules.addWord(word)
	}
	return rules, nil
}

func newPhrases() *phrases {
	return &phrases{
		patterns: map[string][]pattern{}, sentences: map[string][]pattern{}, fillers: map[string][][]string{}, courtesies: map[string][][]string{},
		clear: map[string][]sequence{}, any: map[string][]sequence{},
	}
}

func (r *Rules) addList(list list) error {
	r.phrases.fillers = index(r.phrases.fillers, list.Fillers)
	r.phrases.courtesies = index(r.phrases.courtesies, list.Courtesies)
	for _, group := range list.Phrases {
		for _, text := range group.Patterns {
			parsed, err := parsePattern(text, list.Language, list.Slots)
			if err != nil {
				return err
			}
			addPattern(r.phrases.patterns, parsed)
			if group.Sentence {
				addPattern(r.phrases.sentences, parsed)
			}
		}
	}
	for _, quotation := range list.Quotations {
		r.quotations = append(r.quotations, parseQuotation(quotation))
	}
	for _, signature := range list.Signatures {
		r.signatures = append(r.signatures, Fold(signature))
	}
	for _, word := range list.NearMiss.Words {
		r.flags.Words = append(r.flags.Words, Fold(word))
	}
	for _, text := range list.NearMiss.Idioms {
		idiom, err := parsePattern(text, list.Language, list.Slots)
		if err != nil {
			return err
		}
		r.flags.Idioms = append(r.flags.Idioms, idiom.texts()...)
	}
	for _, stem := range list.NearMiss.Stems {
		r.flags.Stems = append(r.flags.Stems, Fold(stem))
	}
	return nil
}

func index(into map[string][][]string, texts []string) map[string][][]string {
	for _, text := range texts {
		parts := words(Fold(text))
		into[parts[0]] = append(into[parts[0]], parts)
	}
	return into
}

func addPattern(into map[string][]pattern, parsed pattern) {
	for _, first := range parsed.first() {
		known := into[first]
		// A pattern comes once for each of its first words, all in a row.
		if len(known) > 0 && known[len(known)-1].text == parsed.text && known[len(known)-1].language == parsed.language {
			continue
		}
		into[first] = append(known, parsed)
	}
}

// addWord lets an opt-out word stand beside others, and flags messages that hold it.
func (r *Rules) addWord(word Word) {
	parts := words(Fold(word.Text))
	if !word.optsOut() || len(parts) == 0 {
		return
	}
	entry := sequence{parts, word}
	r.phrases.any[parts[0]] = append(r.phrases.any[parts[0]], entry)
	if word.Clear {
		r.phrases.clear[parts[0]] = append(r.phrases.clear[parts[0]], entry)
	}
	r.flags.Words = append(r.flags.Words, strings.Join(parts, " "))
}
