package consent

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// Policy is how one of our senders reads consent, as it is configured.
type Policy struct {
	Channel message.Channel
	// Provider is the provider's name, as in twilio.
	Provider string
	// Numbers are the sender's own, as E.164.
	Numbers []string
	// Languages are the word lists to use beside English, all when there is none.
	Languages []string
	// Extra are the sender's own words, by set: opt_out, opt_in, help.
	Extra map[string][]string
	// SoftOptOut is opt_out, review or ignore; empty is opt_out.
	SoftOptOut string
	// TollFree and ShortCode hold for all the sender's numbers; the number that a
	// message was sent to tells by itself too.
	TollFree  bool
	ShortCode bool
}

// The policies for a soft opt-out.
const (
	SoftOptOut = "opt_out"
	SoftReview = "review"
	SoftIgnore = "ignore"
)

// twilio is the one provider that acts on keywords by itself.
const twilio = "twilio"

// Problem is one thing that is wrong with a policy.
type Problem struct {
	// Field is the configuration's key: languages, keywords.opt_in, soft_opt_out.
	Field string
	// Message is a sentence that says what to do.
	Message string
}

// String is the problem in one line.
func (p Problem) String() string { return p.Field + ": " + p.Message }

// CheckPolicy reports everything that is wrong with a policy.
func CheckPolicy(policy Policy) []Problem {
	problems := slices.Concat(checkSoft(policy), checkLanguages(policy))
	if len(problems) > 0 {
		return problems
	}
	return checkExtra(policy)
}

func checkSoft(policy Policy) []Problem {
	switch policy.SoftOptOut {
	case "", SoftOptOut, SoftReview:
		return nil
	case SoftIgnore:
		if !slices.ContainsFunc(policy.Numbers, phone.NorthAmerican) {
			return nil
		}
		return []Problem{{"soft_opt_out", "ignore is not allowed for a number that begins with +1: " +
			"US law takes every clear wish as an opt-out; write opt_out or review"}}
	}
	return []Problem{{"soft_opt_out", fmt.Sprintf("%q is unknown; write opt_out, review or ignore", policy.SoftOptOut)}}
}

func checkLanguages(policy Policy) []Problem {
	var problems []Problem
	for _, language := range policy.languages()[1:] {
		if !slices.Contains(Languages(), language) {
			problems = append(problems, Problem{"languages", fmt.Sprintf("there is no word list for %q; there are %s, "+
				"and keywords adds words of your own", language, strings.Join(Languages(), ", "))})
		}
	}
	return problems
}

// extraSets are the sets that a sender may add words to.
var extraSets = []string{SetOptOut, SetOptIn, SetHelp}

// checkExtra looks for own words that say nothing, that a list has in another set,
// or that are an opt-out in other words: STOP stays one, whatever is configured, and
// so does STOP PLEASE.
func checkExtra(policy Policy) []Problem {
	if len(policy.Extra) == 0 {
		return nil
	}
	shipped, err := newRules(policy, policy.words())
	if err != nil {
		return []Problem{{"languages", err.Error()}}
	}
	var problems []Problem
	known := newDictionary(policy.words())
	for _, set := range slices.Sorted(maps.Keys(policy.Extra)) {
		field := "keywords." + set
		if !slices.Contains(extraSets, set) {
			problems = append(problems, Problem{field, "words are added to opt_out, opt_in or help only"})
			continue
		}
		for _, text := range policy.Extra[set] {
			reason := known.refuses(text, set)
			if reason == "" && set != SetOptOut {
				reason = shipped.refuses(text)
			}
			if reason != "" {
				problems = append(problems, Problem{field, fmt.Sprintf("%q %s", text, reason)})
			}
			known.add(Word{Text: text, Set: set, Own: true})
		}
	}
	return problems
}

// refuses says why a text can't be given another meaning, empty when it can: the
// sender's own words are read first, and would take it from those who opt out.
func (r *Rules) refuses(text string) string {
	found := r.readText(text)
	if found.verdict != message.VerdictOptOut {
		return ""
	}
	return "is an opt-out (" + found.rule + ") and can't be given another meaning; take words that nobody opts out with"
}

// words are the shipped words of the policy's languages.
func (p Policy) words() []Word {
	var found []Word
	for _, language := range p.languages() {
		found = append(found, Words(language)...)
	}
	return found
}

// ownWords are the words that the sender's configuration adds.
func (p Policy) ownWords() []Word {
	var found []Word
	for _, set := range extraSets {
		for _, text := range p.Extra[set] {
			found = append(found, Word{Text: text, Set: set, Source: "the sender's keywords", Clear: true, Own: true})
		}
	}
	return found
}
