package definitions

import (
	"encoding/base64"
	"strings"
)

// checkTrigger checks what starts the campaign and the proof that it demands.
func (c *Checker) checkTrigger(trigger Trigger) {
	if trigger.Webhook == nil {
		return
	}
	webhook := c.at.get("trigger").get("webhook")
	c.within(webhook, func() {
		dedupe := trigger.Webhook.Dedupe
		switch {
		case dedupe != strings.TrimSpace(dedupe):
			c.Error("dedupe", "the field's name begins or ends with white space", "write "+quote(strings.TrimSpace(dedupe)))
		case strings.HasPrefix(dedupe, "trigger."):
			c.Error("dedupe", "dedupe names a field of the payload by itself", "write "+strings.TrimPrefix(dedupe, "trigger."))
		case c.field("dedupe") != nil && dedupe == "":
			c.Error("dedupe", "dedupe is empty", "name a field of the payload, or leave it out")
		}
		if trigger.Webhook.Verify != nil {
			c.within(c.at.get("verify"), func() { c.checkVerify(*trigger.Webhook.Verify) })
		}
	})
}

func (c *Checker) checkVerify(verify Verify) {
	if c.field("twilio") != nil && !verify.Twilio {
		c.Error("twilio", "twilio: false demands no proof", "leave verify out to take every delivery")
	}
	if c.field("standard_webhooks") != nil && !standardSecret(verify.StandardWebhooks) {
		c.Error("standard_webhooks", "the secret isn't whsec_ and base64", "copy it as the sender shows it")
	}
	if verify.HMAC != nil {
		c.within(c.at.get("hmac"), func() { c.checkHeader(verify.HMAC.Header) })
	}
	if verify.Basic != nil && strings.Contains(verify.Basic.Username, ":") {
		c.within(c.at.get("basic"), func() {
			c.Error("username", "a user's name of HTTP Basic authentication can't hold a colon: it ends the name", "choose a name without one")
		})
	}
}

// checkHeader checks the name of a header: no request carries another, so every
// delivery would be refused.
func (c *Checker) checkHeader(name string) {
	if wrong := strings.IndexFunc(name, func(letter rune) bool { return !isTokenLetter(letter) }); wrong >= 0 {
		c.Error("header", quote(name)+" is no name of a header", "write letters, digits and hyphens, as in X-Hub-Signature-256")
	}
}

// isTokenLetter reports whether a header's name may hold a letter: RFC 9110
// calls such names tokens.
func isTokenLetter(letter rune) bool {
	return 'a' <= letter && letter <= 'z' || 'A' <= letter && letter <= 'Z' || '0' <= letter && letter <= '9' ||
		strings.ContainsRune("!#$%&'*+-.^_`|~", letter)
}

// standardSecret reports whether a text is a secret of Standard Webhooks.
func standardSecret(secret string) bool {
	encoded, prefixed := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	return prefixed && err == nil && len(key) > 0
}
