package definitions

import (
	"fmt"
	"slices"
	"strings"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// checkTriggerKind asks for exactly one trigger, and checks that of an inbound campaign.
func (c *Checker) checkTriggerKind(trigger Trigger) {
	c.within(c.at.get("trigger"), func() {
		if trigger.Webhook != nil && trigger.Inbound != nil {
			c.Error("inbound", "a campaign has one trigger, and this one has two", "take webhook or inbound away; write two campaigns for both")
		}
		if trigger.Inbound != nil {
			c.within(c.at.get("inbound"), func() { c.checkInbound(*trigger.Inbound) })
		}
	})
}

func (c *Checker) checkInbound(trigger Inbound) {
	c.checkKeywords(trigger.Keywords)
	if trigger.Match != "" && len(trigger.Keywords) == 0 {
		c.Warn("match", "match says where keywords stand, and there are none", "add keywords, or take match away")
	}
	if senders := c.at.get("senders"); senders != nil {
		for i, sender := range trigger.Senders {
			if strings.TrimSpace(sender) == "" {
				at := senders.items[i]
				c.report(at, at.at, SeverityError, "the sender has no name", "write the name or the address of one of our senders")
			}
		}
	}
	if trigger.If != nil {
		c.Condition("if", *trigger.If, c.scope)
	}
}

// checkKeywords checks that each keyword can be met, and warns of reserved words.
func (c *Checker) checkKeywords(keywords []string) {
	written := c.at.get("keywords")
	if written == nil {
		return
	}
	var seen []string
	for i, keyword := range keywords {
		at := written.items[i]
		folded := consent.Fold(keyword)
		switch {
		case folded == "":
			c.report(at, at.at, SeverityError, quote(keyword)+" is no keyword: nothing is left of it without punctuation and emoji", "write a word, as in JOIN")
		case slices.Contains(seen, folded):
			c.report(at, at.at, SeverityError, quote(keyword)+" is there twice: case and accents make no difference", "take one away")
		default:
			c.warnOfReserved(at, keyword)
		}
		seen = append(seen, folded)
	}
}

// reservedMeanings say what becomes of somebody who writes a reserved word, by the
// word's meaning.
var reservedMeanings = map[message.Verdict]string{
	message.VerdictOptOut: "it opts out whoever writes it, before this campaign starts and whatever the campaign does; they get no more messages",
	message.VerdictOptIn:  "it opts in whoever writes it, before this campaign starts and whatever the campaign does",
	message.VerdictHelp:   "it asks for help, which is answered beside this campaign as the sender's keyword_replies says",
	message.VerdictNone:   "on most Twilio numbers it ends an opt-out, before this campaign starts and whatever the campaign does",
}

// warnOfReserved says what naming a word means that is about consent: only a
// campaign that names it starts with it.
func (c *Checker) warnOfReserved(at *value, keyword string) {
	verdict, reserved := consent.Meaning(keyword)
	if !reserved {
		return
	}
	c.report(at, at.at, SeverityWarning, fmt.Sprintf("%s is a reserved word: %s", quote(keyword), reservedMeanings[verdict]),
		"keep it if the campaign is to follow that word: only campaigns that name it start with it; else take it away")
}
