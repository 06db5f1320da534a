package definitions

import (
	"encoding/json"
	"testing"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// TestKeywordsStandWhereTheyMust compares keywords with texts. A keyword of one
// word stands in a text when message.first_word is that word.
func TestKeywordsStandWhereTheyMust(t *testing.T) {
	t.Parallel()
	cases := []struct {
		keyword, text string
		fits          bool
	}{
		{"JOIN", "join", true}, {"JOIN", "Join now", true}, {"JOIN", " Ｊｏｉｎ!!! now", true}, {"JOIN", "join, please", true},
		{"JOIN", "join! I will", true}, {"JOIN", "join: me", true}, {"JOIN", "join 🎉", true}, {"JOIN", "“join” now", true},
		{"JOIN", "join-us now", false}, {"JOIN", "join's", false}, {"JOIN", "join_us", false}, {"JOIN", "joint", false}, {"JOIN", "joiné", false},
		{"JOIN", "please join", false}, {"JOIN", "", false}, {"JOIN", "🎉", false},
		{"join-us", "JOIN-US now", true}, {"join-us", "join us", false},
		{"10", "10 euros", true}, {"10", "10, please", true}, {"10", "10,000 euros", false}, {"10", "10:30", false}, {"10", "10.5", false},
		{"10,000", "10,000 euros", true}, {"10,000", "10,000,000 euros", false}, {"10:30", "10:30, please", true},
		{"न", "नी दो", false}, {"नी", "नी दो", true}, {"नी", "नींद", false},
		{"sign up", "Sign up", true}, {"sign up", "sign  up now", true}, {"sign up", "sign up, please", true}, {"sign up", "sign up 🎉 now", true},
		{"sign up", "sign upwards", false}, {"sign up", "sign up-now", false}, {"sign up", "sign", false}, {"sign up", "now sign up", false},
		{"room 10", "room 10 please", true}, {"room 10", "room 10,5", false}, {"नी दो", "नी दो हाँ", true}, {"नी द", "नी दो", false},
		{"yes, please", "Yes, please!", true}, {"yes, please", "yes please", false},
		{"!", "!", false},
	}
	for _, c := range cases {
		trigger := Inbound{Keywords: []string{c.keyword}}
		m := message.Inbound{Kind: message.KindText, Body: c.text}
		if fits, why := trigger.Fits(m, false); fits != c.fits {
			t.Errorf("keyword %q, text %q: fits %t (%s), want %t", c.keyword, c.text, fits, why, c.fits)
		}
		var shown struct {
			FirstWord string `json:"first_word"`
		}
		if err := json.Unmarshal(inbound.View(inbound.MatchCampaignsInput{Message: m}), &shown); err != nil {
			t.Fatal(err)
		}
		trigger.Keywords = []string{shown.FirstWord}
		if fits, _ := trigger.Fits(m, false); fits != (shown.FirstWord != "") {
			t.Errorf("text %q: its first_word %q as a keyword fits %t", c.text, shown.FirstWord, fits)
		}
	}
}

// TestWholeMessages: match whole_message and words about consent leave no room for
// other words.
func TestWholeMessages(t *testing.T) {
	t.Parallel()
	cases := []struct {
		trigger  Inbound
		text     string
		reserved bool
		fits     bool
	}{
		{Inbound{Keywords: []string{"JOIN"}, Match: MatchWholeMessage}, "Join!", false, true},
		{Inbound{Keywords: []string{"JOIN"}, Match: MatchWholeMessage}, "join now", false, false},
		{Inbound{Keywords: []string{"STOP"}}, "Stop.", true, true},
		{Inbound{Keywords: []string{"STOP"}}, "stop please", true, false},
		{Inbound{Keywords: []string{"JOIN"}}, "join now", true, false},
		{Inbound{}, "join now", true, false},
		{Inbound{}, "join now", false, true},
	}
	for _, c := range cases {
		m := message.Inbound{Kind: message.KindText, Body: c.text}
		if fits, why := c.trigger.Fits(m, c.reserved); fits != c.fits || why == "" {
			t.Errorf("%+v, %q, reserved %t: fits %t (%s), want %t", c.trigger, c.text, c.reserved, fits, why, c.fits)
		}
	}
}
