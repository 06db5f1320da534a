package answer

import (
	"slices"
	"strings"
	"testing"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

var kinds = []message.Verdict{message.VerdictOptOut, message.VerdictOptIn, message.VerdictHelp}

// Every shipped answer names the sender and says how to change one's mind.
func TestShippedAnswers(t *testing.T) {
	t.Parallel()
	for language, answers := range texts {
		if len(answers) != len(kinds) {
			t.Errorf("%s has %d answers", language, len(answers))
		}
		for _, kind := range kinds {
			text, err := Text(Choice{Kind: kind, Keyword: language, Sender: "Shop & Söhne"})
			if err != nil {
				t.Errorf("%s %s: %v", language, kind, err)
			}
			way := map[message.Verdict]string{message.VerdictOptOut: "START", message.VerdictOptIn: "STOP", message.VerdictHelp: "STOP"}[kind]
			if !strings.HasPrefix(text, "Shop & Söhne") || !strings.Contains(text, way) {
				t.Errorf("%s %s is %q", language, kind, text)
			}
		}
	}
}

// A keyword of any list is answered in its own language.
func TestEveryKeywordLanguageHasAnswers(t *testing.T) {
	t.Parallel()
	if got, want := Languages(), consent.Languages(); !slices.Equal(got, want) {
		t.Errorf("there are answers in %v, and keywords in %v", got, want)
	}
}

// The language is chosen first, then the sender's own text before the shipped one.
func TestWhichAnswer(t *testing.T) {
	t.Parallel()
	own := Own{"opt_out": {"en": "Bye from {{ sender }}", "fr": "Adieu de {{ sender }}"}}
	one := Own{"opt_out": {Every: "Bye from {{ sender }}"}}
	cases := []struct {
		name   string
		choice Choice
		want   string
	}{
		{"the keyword's language first", Choice{Keyword: "fr", Languages: []string{"de"}}, "désinscrit"},
		{"then the sender's first", Choice{Languages: []string{"de", "fr"}}, "abgemeldet"},
		{"then English", Choice{}, "opted out"},
		{"a language that nobody knows is passed over", Choice{Keyword: "xx", Languages: []string{"xx", "de"}}, "abgemeldet"},
		{"languages as the configuration may write them", Choice{Languages: []string{" FR"}}, "désinscrit"},
		{"one text for all", Choice{Keyword: "fr", Own: one}, "Bye from S"},
		{"ARRET gets the French text", Choice{Keyword: "fr", Languages: []string{"en", "fr"}, Own: own}, "Adieu de S"},
		{"STOP gets that of the sender's first language", Choice{Languages: []string{"fr", "en"}, Own: own}, "Adieu de S"},
		{"STOP gets the English one when the sender names no language", Choice{Own: own}, "Bye from S"},
		{"BAJA gets the shipped text: its language goes before whose text it is", Choice{Keyword: "es", Languages: []string{"en"}, Own: own}, "dado de baja"},
		{"another kind gets the shipped text", Choice{Own: Own{"help": {Every: "Help"}}}, "opted out"},
	}
	for _, c := range cases {
		c.choice.Kind, c.choice.Sender = message.VerdictOptOut, "S"
		if got, err := Text(c.choice); err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	if _, err := Text(Choice{Kind: message.VerdictHelp, Own: Own{"help": {Every: "{{ broken"}}}); err == nil {
		t.Error("a broken text of one's own is sent")
	}
}

func TestCheckFindsWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want []string
	}{
		{"Bye from {{ sender }}", nil},
		{"Bye", nil},
		{"{% if sender == 'Shop' %}Bye{% endif %}", nil},
		{"{% assign name = sender | upcase %}{{ name }}: bye", nil},
		{"", []string{"it is blank"}},
		{" \n", []string{"it is blank"}},
		{"Bye {{ sender", []string{"line 1, column 5 of the template"}},
		{"{{ sender | shout }}", []string{"there is no filter"}},
		{"{{ person.name }} {{ brand }} {{ brand }}", []string{"there is no brand;", "there is no person.name;"}},
		{"{{ sender.name }}", []string{"there is no sender.name;"}},
		{"{% if sender == 'Other' %}Bye{% endif %}", []string{"nothing comes out of it"}},
		{strings.Repeat("é", maxText), nil},
		{strings.Repeat("é", maxText) + "!", []string{"it has 1601 characters"}},
	}
	for _, c := range cases {
		got := Check(c.text, "Shop")
		if len(got) != len(c.want) {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q, want %q", c.text, got[i], want)
			}
		}
	}
}
