package config

import (
	"errors"
	"strings"
	"testing"

	"replyflow/internal/answer"
)

// answering is a configuration whose sender has answers of its own, in line 3.
func answering(answers string) string {
	return "workspaces:\n  - senders: [{name: Shop, channel: sms, provider: twilio, address: '+15550100100', account: AC, auth_tokens: [t],\n" +
		"      answers: " + answers + "}]\n"
}

func TestAnswersAreOneTextOrOnePerLanguage(t *testing.T) {
	t.Parallel()
	cfg, err := parse("f", []byte(answering(`{opt_out: {en: "Bye, {{ sender }}", fr: "Adieu, {{ sender }}"}, help: "${TOKEN} 5"}`)), environment)
	if err != nil {
		t.Fatal(err)
	}
	got := cfg.Workspaces[0].Senders[0].Answers
	if got["opt_out"]["fr"] != "Adieu, {{ sender }}" || got["opt_out"]["en"] != "Bye, {{ sender }}" || got["help"][answer.Every] != "t0k3n 5" {
		t.Errorf("answers %v", got)
	}
}

// TestAnswersThatCannotBeSent: each would fail the first STOP, so none is taken.
func TestAnswersThatCannotBeSent(t *testing.T) {
	t.Parallel()
	const at = "workspaces[0].senders[0].answers"
	cases := []struct {
		answers string
		want    []string
	}{
		{`{opt_out: "Bye {{ sender"}`, []string{"f:3:26: " + at + ".opt_out: line 1, column 5 of the template: "}},
		{`{help: "{{ sender | shout }}"}`, []string{"f:3:23: " + at + ".help: line 1, column 1 of the template: there is no filter"}},
		{`{opt_out: "Bye {{ person.name }}"}`, []string{"f:3:26: " + at + ".opt_out: there is no person.name; an answer knows {{ sender }}"}},
		{`{opt_out: {en: "Bye", fr: "{{ nom }}"}}`, []string{"f:3:42: " + at + ".opt_out.fr: there is no nom;"}},
		{`{opt_out: "{% if sender == 'x' %}Bye{% endif %}"}`, []string{"f:3:26: " + at + ".opt_out: nothing comes out of it"}},
		{`{opt_out: ""}`, []string{"f:3:26: " + at + ".opt_out: it is blank"}},
		{`{opt_out: }`, []string{at + ".opt_out: it has no text"}},
		{`{opt_out: {}}`, []string{"f:3:26: " + at + ".opt_out: it has no text"}},
		{`{opt_out: {en: }}`, []string{at + ".opt_out.en: it is blank"}},
		{`{stop: "Bye"}`, []string{"f:3:23: " + at + `.stop: "stop" is no keyword that is answered: there are opt_out, opt_in, help`}},
		{`{opt_out: {en: "Bye", xx: "Hej"}}`, []string{"f:3:42: " + at + `.opt_out.xx: "xx" is no language that keywords have: there are de, en, es, fr, it, nl, pt`}},
		{`{opt_out: [Bye]}`, []string{"f:3:26: " + at + ".opt_out: it is neither a text nor a text for each language"}},
		{`{opt_out: {en: [Bye]}}`, []string{"f:3:31: " + at + ".opt_out.en: it has the wrong shape"}},
		{`[Bye]`, []string{"f:3:16: " + at + ": it has the wrong shape"}},
		{`{opt_out: "${NOPE}"}`, []string{"f:3:26: the environment variable NOPE is not set"}},
		// All at once, with what is wrong elsewhere.
		{`{opt_out: {en: "{{ a", fr: " ", zz: "x"}, opt_in: "{{ b }}{{ c }}"}, consent_scope: everywhere`, []string{
			".consent_scope: ", ".opt_in: there is no b;", ".opt_in: there is no c;", ".opt_out.en: line 1", ".opt_out.fr: it is blank", ".opt_out.zz: ",
		}},
	}
	for _, c := range cases {
		_, err := parse("f", []byte(answering(c.answers)), environment)
		var problem *Error
		if !errors.As(err, &problem) || len(problem.Problems) != len(c.want) {
			t.Errorf("%s\n fails with %v\n want %q", c.answers, err, c.want)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(problem.Problems[i], want) {
				t.Errorf("%s\n fails with %s\n want %s", c.answers, problem.Problems[i], want)
			}
		}
	}
}
