package consent

import (
	"reflect"
	"testing"

	"replyflow/internal/message"
)

var (
	keywordOut  = Effect{Lane: LaneKeyword, Category: message.CategoryAll, Action: Out}
	keywordIn   = Effect{Lane: LaneKeyword, Category: message.CategoryAll, Action: In}
	keywordLift = Effect{Lane: LaneKeyword, Category: message.CategoryAll, Action: Lift}
	blockIn     = Effect{Lane: LaneBlock, Category: message.CategoryAll, Action: In}
	blockLift   = Effect{Lane: LaneBlock, Category: message.CategoryAll, Action: Lift}
	wideOut     = Effect{Lane: LaneKeyword, Category: message.CategoryAll, Action: Out, Wide: true}
	reviewLift  = Effect{Lane: LaneReview, Category: message.CategoryAll, Action: Lift}
	reviewOut   = Effect{Lane: LaneReview, Category: message.CategoryAll, Action: Out}
)

func tagged(body string, verdict message.Verdict) Input {
	in := text(body)
	in.Provider, in.Tag = verdict, string(verdict)
	return in
}

func on(in Input, to string) Input { in.To = to; return in }

func TestEffects(t *testing.T) {
	t.Parallel()
	meta := Policy{Channel: message.WhatsApp, Provider: "meta", Numbers: []string{"+15550100200"}}
	twilioWhatsApp := Policy{Channel: message.WhatsApp, Provider: "twilio"}
	review, ignore, tollFree := us(), us(), us()
	review.SoftOptOut = SoftReview
	ignore.SoftOptOut, ignore.Numbers = SoftIgnore, []string{"+442071838750"}
	tollFree.TollFree = true
	cases := []struct {
		name    string
		policy  Policy
		in      Input
		rule    string
		verdict message.Verdict
		effects []Effect
	}{
		{"plain STOP", us(), text("STOP"), RuleKeywordOptOut, message.VerdictOptOut, []Effect{keywordOut}},
		{"STOPALL", us(), text("STOPALL"), RuleKeywordOptOut, message.VerdictOptOut, []Effect{wideOut}},
		{"STOP ALL", us(), text("Stop all"), RuleKeywordSqueezed, message.VerdictOptOut, []Effect{wideOut}},
		{"STOPALL, politely", us(), text("stopall please"), RuleSoftPolite, message.VerdictOptOut, []Effect{wideOut}},
		{"tagged STOPALL", us(), tagged("STOPALL", message.VerdictOptOut), RuleProviderOptOut, message.VerdictOptOut, []Effect{wideOut}},
		{"tagged STOP", us(), tagged("STOP", message.VerdictOptOut), RuleProviderOptOut, message.VerdictOptOut, []Effect{keywordOut}},
		{"a provider's own word", us(), tagged("ENOUGH", message.VerdictOptOut), RuleProviderOptOut, message.VerdictOptOut, []Effect{keywordOut}},
		{"tagged START", us(), tagged("START", message.VerdictOptIn), RuleProviderOptIn, message.VerdictOptIn, []Effect{keywordIn, blockIn, reviewLift}},
		{"tagged YES", us(), tagged("YES", message.VerdictOptIn), RuleProviderOptIn, message.VerdictOptIn, []Effect{keywordIn, blockIn, reviewLift}},
		{"tagged HELP", us(), tagged("HELP", message.VerdictHelp), RuleProviderHelp, message.VerdictHelp, nil},
		{"tagged STOP, text START", us(), tagged("START", message.VerdictOptOut), RuleProviderOptOut, message.VerdictOptOut, []Effect{keywordOut}},
		{"tagged START, text STOP", us(), tagged("STOP", message.VerdictOptIn), RuleConflict, message.VerdictOptOut, []Effect{keywordOut}},
		{"tagged HELP, text STOP", us(), tagged("stop.", message.VerdictHelp), RuleConflict, message.VerdictOptOut, []Effect{keywordOut}},
		{"START", us(), text("START"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, blockIn, reviewLift}},
		{"unstop", us(), text("unstop"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, blockIn, reviewLift}},
		{"START that Twilio doesn't match", us(), text("Start!"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, reviewLift}},
		{"START on a short code", us(), on(text("START"), "12345"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, reviewLift}},
		{"START, toll-free", us(), on(text("START"), "+18005550100"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, blockIn, reviewLift}},
		{"START at Meta", meta, text("START"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, reviewLift}},
		{"YES", us(), text("YES"), RuleAnswer, message.VerdictNone, []Effect{keywordLift, blockLift}},
		{"Yes!", us(), text("Yes!"), RuleAnswer, message.VerdictNone, []Effect{keywordLift}},
		{"YES, toll-free number", us(), on(text("YES"), "+18885550100"), RuleAnswer, message.VerdictNone, nil},
		{"YES, toll-free sender", tollFree, text("YES"), RuleAnswer, message.VerdictNone, nil},
		{"YES at Meta", meta, text("YES"), RuleAnswer, message.VerdictNone, nil},
		{"YES on Twilio's WhatsApp", twilioWhatsApp, text("YES"), RuleAnswer, message.VerdictNone, nil},
		{"soft", us(), text("stop texting me"), RuleSoftPhrase, message.VerdictOptOut, []Effect{keywordOut}},
		{"soft, review", review, text("stop texting me"), RuleSoftPhrase, message.VerdictNone, []Effect{reviewOut}},
		{"soft, review, tagged START", review, tagged("stop texting me", message.VerdictOptIn), RuleConflict, message.VerdictNone, []Effect{reviewOut}},
		{"soft, review, tagged HELP", review, tagged("stop texting me", message.VerdictHelp), RuleConflict, message.VerdictNone, []Effect{reviewOut}},
		{"START, review", review, text("START"), RuleKeywordOptIn, message.VerdictOptIn, []Effect{keywordIn, blockIn, reviewLift}},
		{"soft, ignored", ignore, text("stop texting me"), RuleSoftPhrase, message.VerdictNone, nil},
		{"hard, whatever the policy", ignore, text("STOP"), RuleKeywordOptOut, message.VerdictOptOut, []Effect{keywordOut}},
		{"near miss", us(), text("stop by tomorrow?"), RuleNearMiss, message.VerdictNone, nil},
		{"HELP", us(), text("HELP"), RuleKeywordHelp, message.VerdictHelp, nil},
	}
	for _, c := range cases {
		decided := compile(t, c.policy).Decide(c.in)
		if decided.Rule != c.rule || decided.Verdict != c.verdict || !reflect.DeepEqual(decided.Effects, c.effects) {
			t.Errorf("%s: %+v", c.name, decided)
		}
	}
}

// Each flag tells somebody something: who answers, which campaigns start, what
// the log shows.
func TestFlags(t *testing.T) {
	t.Parallel()
	review := us()
	review.SoftOptOut = SoftReview
	ignore := Policy{Channel: message.SMS, Provider: "twilio", SoftOptOut: SoftIgnore}
	type flags struct{ Answered, ProviderKeyword, Reserved, Conflict, Review, Conditional bool }
	cases := []struct {
		policy Policy
		in     Input
		want   flags
	}{
		{us(), tagged("STOP", message.VerdictOptOut), flags{Answered: true, ProviderKeyword: true, Reserved: true}},
		{us(), tagged("STOP", message.VerdictOptIn), flags{Answered: true, ProviderKeyword: true, Reserved: true, Conflict: true}},
		{us(), tagged("START", message.VerdictOptOut), flags{Answered: true, ProviderKeyword: true, Reserved: true, Conflict: true}},
		{us(), tagged("ENOUGH", message.VerdictOptOut), flags{Answered: true, Reserved: true}},
		{us(), text("STOP"), flags{ProviderKeyword: true, Reserved: true}},
		{us(), text("stop "), flags{ProviderKeyword: true, Reserved: true}},
		{us(), text("Stop."), flags{Reserved: true}},
		{us(), text("REVOKE"), flags{Reserved: true}},
		{us(), text("opt out"), flags{Reserved: true}},
		{us(), text("ARRET"), flags{Reserved: true}},
		{us(), on(text("STOP"), "12345"), flags{Reserved: true}},
		{us(), text("HELP"), flags{ProviderKeyword: true, Reserved: true}},
		{us(), text("YES"), flags{ProviderKeyword: true, Reserved: true, Conditional: true}},
		{us(), on(text("YES"), "+18005550100"), flags{Reserved: true}},
		{us(), text("please stop texting me"), flags{Reserved: true}},
		{review, text("please stop texting me"), flags{Reserved: true, Review: true}},
		{ignore, text("please stop texting me"), flags{}},
		{us(), text("stop by tomorrow?"), flags{}},
		{us(), text("hello"), flags{}},
	}
	for _, c := range cases {
		d := compile(t, c.policy).Decide(c.in)
		got := flags{d.Answered, d.ProviderKeyword, d.Reserved, d.Conflict, d.Review, d.ConditionalOptIn}
		if got != c.want {
			t.Errorf("%q: %+v, want %+v", c.in.Text, got, c.want)
		}
	}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	rules := compile(t, us())
	cases := []struct {
		message message.Inbound
		rule    string
		verdict message.Verdict
	}{
		{message.Inbound{Kind: message.KindText, Body: "STOP"}, RuleKeywordOptOut, message.VerdictOptOut},
		{message.Inbound{Kind: message.KindMedia, Body: "STOP"}, RuleKeywordOptOut, message.VerdictOptOut},
		{message.Inbound{Kind: message.KindMedia}, RuleNone, message.VerdictNone},
		{message.Inbound{Kind: message.KindOrder, Body: "STOP"}, RuleKeywordOptOut, message.VerdictOptOut},
		{message.Inbound{Kind: message.KindFlow, Body: "STOP"}, RuleKeywordOptOut, message.VerdictOptOut},
		{message.Inbound{Kind: message.KindLocation, Body: "STOP"}, RuleNone, message.VerdictNone},
		{message.Inbound{Kind: message.KindContacts, Body: "STOP"}, RuleNone, message.VerdictNone},
		{message.Inbound{Kind: message.KindUnsupported, Body: "STOP"}, RuleNone, message.VerdictNone},
		{message.Inbound{Kind: message.KindReaction, Body: "STOP"}, RuleNotWords, message.VerdictNone},
		{message.Inbound{Kind: message.KindReaction, Body: "🛑"}, RuleNotWords, message.VerdictNone},
		{message.Inbound{Kind: message.KindRevoke, Body: "STOP"}, RuleNotWords, message.VerdictNone},
		{message.Inbound{Kind: message.KindSystem, Body: "STOP"}, RuleNotWords, message.VerdictNone},
		{message.Inbound{Kind: message.KindEcho, Body: "STOP"}, RuleNotWords, message.VerdictNone},
		{message.Inbound{Kind: message.KindHistory, Body: "STOP"}, RuleNotWords, message.VerdictNone},
		{message.Inbound{Kind: message.KindText, Body: "STOP", Group: "G1"}, RuleGroup, message.VerdictNone},
		{message.Inbound{Kind: message.KindEdit, Body: "STOP"}, RuleKeywordOptOut, message.VerdictOptOut},
		{message.Inbound{Kind: message.KindEdit, Body: "stop texting me"}, RuleSoftPhrase, message.VerdictOptOut},
		{message.Inbound{Kind: message.KindEdit, Body: "START"}, RuleEdit, message.VerdictNone},
		{message.Inbound{Kind: message.KindEdit, Body: "HELP"}, RuleEdit, message.VerdictNone},
		{message.Inbound{Kind: message.KindEdit, Body: "YES"}, RuleEdit, message.VerdictNone},
		{message.Inbound{Kind: message.KindEdit, Body: "stop by at 5"}, RuleNearMiss, message.VerdictNone},
		{message.Inbound{Kind: "new", Body: "STOP"}, RuleNone, message.VerdictNone},
		{button("Stop promotions", "promo-optout"), RuleKeywordOptOut, message.VerdictOptOut},
		{button("No, thanks", "OPT_OUT"), RuleKeywordSqueezed, message.VerdictOptOut},
		{button("No, thanks", "STOP_PROMOTIONS"), RuleKeywordSqueezed, message.VerdictOptOut},
		{button("No, thanks", "stop-texting-me"), RuleSoftPhrase, message.VerdictOptOut},
		{button("Cancel appointment", "CANCEL"), RuleNearMiss, message.VerdictNone},
		{button("Begin", "START"), RuleNone, message.VerdictNone},
		{button("START", ""), RuleKeywordOptIn, message.VerdictOptIn},
		{button("Confirm visit", `{"visit":"1042","answer":"yes"}`), RuleNone, message.VerdictNone},
		{message.Inbound{Kind: message.KindButton, Body: "STOP"}, RuleKeywordOptOut, message.VerdictOptOut},
	}
	for _, c := range cases {
		decided := rules.Decide(InputOf(c.message))
		if decided.Rule != c.rule || decided.Verdict != c.verdict {
			t.Errorf("%s %q %+v: %+v", c.message.Kind, c.message.Body, c.message.Button, decided)
		}
		if decided.Verdict == message.VerdictNone && len(decided.Effects) > 0 {
			t.Errorf("%s %q: says nothing, with effects %+v", c.message.Kind, c.message.Body, decided.Effects)
		}
	}
}

func button(text, payload string) message.Inbound {
	return message.Inbound{Kind: message.KindButton, Body: text, Button: &message.Button{Text: text, Payload: payload}}
}
