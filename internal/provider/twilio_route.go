package provider

import (
	"strings"

	"replyflow/internal/message"
)

// twilioChannel is the channel of a message and the two addresses without it. One
// address with a prefix is enough: Twilio has been seen to leave out the other. It
// reports false for a channel that replyflow doesn't know.
func twilioChannel(from, to string) (channel message.Channel, bareFrom, bareTo string, known bool) {
	fromChannel, bareFrom := cutChannel(from)
	toChannel, bareTo := cutChannel(to)
	prefix := toChannel
	if prefix == "" {
		prefix = fromChannel
	}
	switch prefix {
	case "whatsapp":
		return message.WhatsApp, bareFrom, bareTo, true
	case "", "sms", "mms", "rcs":
		// RCS is the same conversation as SMS, and the same consent.
		return message.SMS, bareFrom, bareTo, true
	}
	return "", bareFrom, bareTo, false
}

// cutChannel cuts the channel off an address, as in whatsapp:+15550100123.
func cutChannel(address string) (channel, bare string) {
	prefix, rest, found := strings.Cut(address, ":")
	if !found {
		return "", address
	}
	return strings.ToLower(strings.TrimSpace(prefix)), strings.TrimSpace(rest)
}

// twilioSender is the sender that a message was written to, or sent by: the one
// with the messaging service, else the one with the address.
func twilioSender(senders []Sender, channel message.Channel, address, service string) (Sender, bool) {
	for _, sender := range senders {
		if sender.Channel == string(channel) && service != "" && sender.MessagingService == service {
			return sender, true
		}
	}
	for _, sender := range senders {
		if sender.Channel == string(channel) && sender.has(address) {
			return sender, true
		}
	}
	return Sender{}, false
}
