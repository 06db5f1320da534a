package consent

import (
	"testing"

	"replyflow/internal/message"
)

// TestEveryShippedWordIsReserved: whoever adds a word to a list needs to do nothing
// here, and the words that Twilio acts on can't get lost.
func TestEveryShippedWordIsReserved(t *testing.T) {
	t.Parallel()
	verdicts := map[string]message.Verdict{
		SetOptOut: message.VerdictOptOut, SetOptOutAll: message.VerdictOptOut, SetOptIn: message.VerdictOptIn, SetHelp: message.VerdictHelp,
	}
	for _, language := range append([]string{""}, Languages()...) {
		for _, word := range Words(language) {
			want := verdicts[word.Set]
			if word.Answer {
				want = message.VerdictNone
			}
			if verdict, reserved := Meaning(word.Text); !reserved || verdict != want {
				t.Errorf("%s: %s, reserved %t; want %s", word.Text, verdict, reserved, want)
			}
		}
	}
}

func TestMeaning(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text     string
		verdict  message.Verdict
		reserved bool
	}{
		{"STOP", message.VerdictOptOut, true}, {"STOPALL", message.VerdictOptOut, true}, {"UNSUBSCRIBE", message.VerdictOptOut, true},
		{"CANCEL", message.VerdictOptOut, true}, {"END", message.VerdictOptOut, true}, {"QUIT", message.VerdictOptOut, true},
		{"REVOKE", message.VerdictOptOut, true}, {"OPTOUT", message.VerdictOptOut, true}, {"ARRET", message.VerdictOptOut, true},
		{"START", message.VerdictOptIn, true}, {"UNSTOP", message.VerdictOptIn, true}, {"YES", message.VerdictNone, true},
		{"HELP", message.VerdictHelp, true}, {"INFO", message.VerdictHelp, true},
		{"Ｓｔｏｐ!", message.VerdictOptOut, true}, {"S-T-O-P", message.VerdictOptOut, true}, {"stop please", message.VerdictOptOut, true},
		{"JOIN", message.VerdictNone, false}, {"stop by tomorrow", message.VerdictNone, false}, {"", message.VerdictNone, false},
	}
	for _, c := range cases {
		if verdict, reserved := Meaning(c.text); verdict != c.verdict || reserved != c.reserved {
			t.Errorf("%q: %s, reserved %t; want %s, %t", c.text, verdict, reserved, c.verdict, c.reserved)
		}
	}
}
