package answer

import (
	"strings"
	"testing"

	"replyflow/internal/message"
)

var kinds = []message.Verdict{message.VerdictOptOut, message.VerdictOptIn, message.VerdictHelp}

// Every shipped answer names the sender and says how to change one's mind.
func TestShippedAnswers(t *testing.T) {
	t.Parallel()
	if len(texts) < 5 {
		t.Fatalf("only %d languages", len(texts))
	}
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

func TestWhichAnswer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		choice Choice
		want   string
	}{
		{"the keyword's language first", Choice{Keyword: "fr", Languages: []string{"de"}}, "désinscrit"},
		{"then the sender's", Choice{Languages: []string{"xx", "de", "fr"}}, "abgemeldet"},
		{"then English", Choice{Languages: []string{"xx"}}, "opted out"},
		{"the sender's own wins", Choice{Keyword: "fr", Own: map[string]string{"opt_out": "Bye from {{ sender }}"}}, "Bye from S"},
	}
	for _, c := range cases {
		c.choice.Kind, c.choice.Sender = message.VerdictOptOut, "S"
		if got, err := Text(c.choice); err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	if _, err := Text(Choice{Kind: message.VerdictHelp, Own: map[string]string{"help": "{{ broken"}}); err == nil {
		t.Error("a broken text of one's own is sent")
	}
}
