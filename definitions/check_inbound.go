package definitions

import (
	"fmt"
	"slices"
	"strings"

	"replyflow/internal/consent"
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
		case consent.IsReserved(folded):
			c.report(at, at.at, SeverityWarning,
				fmt.Sprintf("%s is a reserved word: it changes or asks about consent before this campaign starts, whatever the campaign does", quote(keyword)),
				"keep it if the campaign is meant to follow an opt-out, opt-in or call for help")
		}
		seen = append(seen, folded)
	}
}
