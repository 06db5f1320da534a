package config

import (
	"fmt"
	"strings"

	"replyflow/internal/consent"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// addresses are all that a sender is known by, numbers in one way of writing.
func (s Sender) addresses(region string) []string {
	var found []string
	for _, written := range append([]string{s.MessagingService, s.Address}, s.Numbers...) {
		if written == "" {
			continue
		}
		if number, err := phone.Normalize(written, region); err == nil && number.Key() != "" {
			written = number.Key()
		}
		found = append(found, written)
	}
	return found
}

func (c *checker) sender(path string, sender Sender, region string) {
	if sender.Address == "" && sender.MessagingService == "" {
		c.report(path+".address", "a sender needs an address or a messaging_service")
	}
	if sender.MessagingService != "" && !strings.HasPrefix(sender.MessagingService, "MG") {
		c.report(path+".messaging_service", "%q is no messaging service of Twilio: its id begins with MG", sender.MessagingService)
	}
	if len(sender.Numbers) > 0 && sender.MessagingService == "" {
		c.report(path+".numbers", "only a messaging_service has numbers; a sender with one number has an address")
	}
	for i, number := range sender.Numbers {
		if strings.TrimSpace(number) == "" {
			c.report(fmt.Sprintf("%s.numbers[%d]", path, i), "it is blank")
		}
	}
	if sender.APIBase != "" {
		c.address(path+".api_base", sender.APIBase)
	}
	c.senderWords(path, sender)
	c.answers(path+".answers", sender)
	c.keywords(path, sender, region)
	c.secrets(path+".auth_tokens", sender.AuthTokens)
	c.secrets(path+".app_secrets", sender.AppSecrets)
	c.provider(path, sender)
}

// keywords checks how the sender reads consent.
func (c *checker) keywords(path string, sender Sender, region string) {
	for _, problem := range consent.CheckPolicy(sender.Policy(region)) {
		c.report(path+"."+problem.Field, "%s", problem.Message)
	}
}

// Policy is how the sender reads consent.
func (s Sender) Policy(region string) consent.Policy {
	policy := consent.Policy{
		Channel: message.Channel(s.Channel), Provider: s.Provider, Languages: s.Languages, Extra: s.Keywords, SoftOptOut: s.SoftOptOut,
	}
	for _, written := range append([]string{s.Address}, s.Numbers...) {
		if number, err := phone.Normalize(written, region); err == nil {
			policy.Numbers = append(policy.Numbers, number.E164)
		}
	}
	return policy
}

// senderWords checks the settings that take one of a few words.
func (c *checker) senderWords(path string, sender Sender) {
	c.oneOf(path+".channel", sender.Channel, "sms", "whatsapp")
	c.oneOf(path+".consent_scope", sender.ConsentScope, "sender", "service", "workspace")
	c.oneOf(path+".keyword_replies", sender.KeywordReplies, "provider", "replyflow", "gaps")
	c.oneOf(path+".soft_opt_out", sender.SoftOptOut, "opt_out", "review", "ignore")
	c.oneOf(path+".require", sender.Require, "not_opted_out", "opt_in")
	if sender.ConsentScope == "service" && sender.MessagingService == "" {
		c.report(path+".consent_scope", "service is for senders with a messaging_service; write sender or workspace")
	}
}
