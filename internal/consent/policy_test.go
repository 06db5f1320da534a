package consent

import (
	"strings"
	"testing"

	"replyflow/internal/message"
)

func TestCheckPolicy(t *testing.T) {
	t.Parallel()
	uk := []string{"+442071838750"}
	cases := []struct {
		name   string
		policy Policy
		want   []string
	}{
		{"empty", Policy{}, nil},
		{"languages", Policy{Languages: []string{"fr", "ES", " de "}}, nil},
		{"unknown language", Policy{Languages: []string{"fr", "xx"}}, []string{`languages: there is no word list for "xx"`}},
		{"ignore abroad", Policy{SoftOptOut: SoftIgnore, Numbers: uk}, nil},
		{"ignore in the US", Policy{SoftOptOut: SoftIgnore, Numbers: append([]string{"+15550100100"}, uk...)}, []string{"soft_opt_out: ignore is not allowed"}},
		{"review in the US", Policy{SoftOptOut: SoftReview, Numbers: []string{"+15550100100"}}, nil},
		{"unknown policy", Policy{SoftOptOut: "never"}, []string{`soft_opt_out: "never" is unknown`}},
		{"own words", extra(SetOptOut, "NO MORE", "ENOUGH"), nil},
		{"a shipped word again", extra(SetOptOut, "stop", "STOPALL"), nil},
		{"STOP as an opt-in", extra(SetOptIn, "Stop."), []string{"is an opt-out everywhere"}},
		{"STOP as help", extra(SetHelp, "ST OP"), []string{"is an opt-out everywhere"}},
		{"START as an opt-out", extra(SetOptOut, "START"), []string{"stands in opt_in already"}},
		{"UN STOP as an opt-out", extra(SetOptOut, "UN STOP"), []string{"is UNSTOP without its spaces"}},
		{"BAJA as help", extra(SetHelp, "BAJA"), []string{"stands in opt_out already"}},
		{"BAJA where Spanish isn't read", Policy{Languages: []string{"en"}, Extra: map[string][]string{SetHelp: {"BAJA"}}}, nil},
		{"STOP twice as an opt-in", extra(SetOptIn, "stop stop"), []string{"is an opt-out everywhere"}},
		{"STOP, politely, as an opt-in", extra(SetOptIn, "stop please", "Join us"), []string{"keywords.opt_in: \"stop please\" is an opt-out (soft_polite)"}},
		{"a wish as help", extra(SetHelp, "please stop texting me"), []string{"is an opt-out (soft_phrase)"}},
		{"STOPPP as help", extra(SetHelp, "STOPPP"), []string{"is an opt-out (soft_stretched)"}},
		{"two opt-out words as an opt-in", extra(SetOptIn, "stop end"), []string{"is an opt-out (keyword_repeated)"}},
		{"a wish as an opt-out", extra(SetOptOut, "stop texting me"), nil},
		{"a French wish as help", extra(SetHelp, "arrêtez vos messages"), []string{"is an opt-out (soft_phrase)"}},
		{"a French wish where French isn't read", Policy{Languages: []string{"de"}, Extra: map[string][]string{SetHelp: {"arrêtez vos messages"}}}, nil},
		{"a wish where wishes are ignored", Policy{SoftOptOut: SoftIgnore, Numbers: uk, Extra: map[string][]string{SetOptIn: {"stop please"}}}, []string{"is an opt-out (soft_polite)"}},
		{"two sets of its own", Policy{Extra: map[string][]string{SetHelp: {"WHAT"}, SetOptIn: {"what?"}}}, []string{"stands in help already"}},
		{"no letters", extra(SetOptOut, "!!", "🛑"), []string{"has no letters", "has no letters"}},
		{"unknown set", extra("stop", "X"), []string{"keywords.stop: words are added to"}},
	}
	for _, c := range cases {
		problems := CheckPolicy(c.policy)
		if len(problems) != len(c.want) {
			t.Errorf("%s: %v, want %d", c.name, problems, len(c.want))
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(problems[i].String(), want) {
				t.Errorf("%s: %q, want %q", c.name, problems[i], want)
			}
		}
		if _, err := Compile(c.policy); (err != nil) != (len(c.want) > 0) {
			t.Errorf("%s: Compile fails with %v", c.name, err)
		}
	}
}

func extra(set string, words ...string) Policy { return Policy{Extra: map[string][]string{set: words}} }

func TestOwnWords(t *testing.T) {
	t.Parallel()
	rules := compile(t, Policy{Extra: map[string][]string{SetOptOut: {"NO MORE"}, SetOptIn: {"JOIN"}, SetHelp: {"WHAT"}}})
	for body, want := range map[string]message.Verdict{
		"no more!": message.VerdictOptOut, "NO-MORE": message.VerdictOptOut, "no more please": message.VerdictOptOut, "Join": message.VerdictOptIn,
		"what?": message.VerdictHelp, "J O I N": message.VerdictNone, "no more beer": message.VerdictNone, "STOP": message.VerdictOptOut,
	} {
		if decided := rules.Decide(text(body)); decided.Verdict != want {
			t.Errorf("%q: %+v, want %s", body, decided, want)
		}
	}
}

// A sender with one language doesn't read the others, English excepted.
func TestLanguages(t *testing.T) {
	t.Parallel()
	german := compile(t, Policy{Languages: []string{"de"}})
	for body, want := range map[string]message.Verdict{
		"Abmelden": message.VerdictOptOut, "STOP": message.VerdictOptOut, "Quit": message.VerdictOptOut, "remove": message.VerdictOptOut,
		"please stop texting me": message.VerdictOptOut, "BAJA": message.VerdictNone, "ARRET": message.VerdictNone, "Ayuda": message.VerdictNone,
	} {
		if decided := german.Decide(text(body)); decided.Verdict != want {
			t.Errorf("%q: %+v, want %s", body, decided, want)
		}
	}
	if decided := german.Decide(text("hilfe")); decided.Language != "de" || decided.Keyword != "HILFE" || decided.Set != SetHelp {
		t.Errorf("hilfe: %+v", decided)
	}
	if decided := german.Decide(text("stop")); decided.Language != "" || decided.Keyword != "STOP" {
		t.Errorf("stop belongs to every language: %+v", decided)
	}
}

// The shipped lists must agree with each other and say where each word is from.
func TestShippedLists(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "fr", "es", "de", "pt"} {
		if len(Words(language)) == 0 {
			t.Errorf("there is no list for %s", language)
		}
	}
	sets := map[string]Word{}
	for _, language := range append(Languages(), "") {
		for _, word := range Words(language) {
			if word.Source == "" || word.Set != SetOptOut && word.Set != SetOptOutAll && word.Set != SetOptIn && word.Set != SetHelp {
				t.Errorf("%+v has no source or an unknown set", word)
			}
			other, taken := sets[Fold(word.Text)]
			if taken && (other.Set != word.Set || other.Clear != word.Clear) {
				t.Errorf("%s: %s and %s disagree about it", word.Text, other.Language, word.Language)
			}
			sets[Fold(word.Text)] = word
		}
	}
	all := newDictionary(Policy{}.words())
	for folded, word := range sets {
		if found, _, _ := all.find(folded); found.Set != word.Set {
			t.Errorf("%s is in %s and is found in %s", word.Text, word.Set, found.Set)
		}
		if squeezed, ok := all.squeezed[Squeeze(folded)]; ok && !word.optsOut() {
			t.Errorf("%s is %s when squeezed", word.Text, squeezed.Text)
		}
	}
}
