package provider

import (
	"strings"
	"time"

	"replyflow/internal/form"
	"replyflow/internal/message"
)

// twilioOptedOut is Twilio's code for a message to somebody who has opted out.
// See https://www.twilio.com/docs/api/errors/21610
const twilioOptedOut = "21610"

// twilioStatus reads what became of a message, from parameters whose signature was
// right and the address that they were posted to. It reports false when none of our
// senders sent it: an account may be used by other systems too.
func twilioStatus(address string, arrived time.Time, sent form.Form, signers []Sender) (message.Update, bool) {
	if firstOf(sent, twilioMessageIDs...) == "" {
		return message.Update{}, false
	}
	channel, from, to, known := twilioChannel(sent.First("From"), sent.First("To"))
	if !known {
		return message.Update{}, false
	}
	sender, known := twilioSender(signers, channel, from, sent.First("MessagingServiceSid"))
	if !known && from == "" && sent.First("MessagingServiceSid") == "" {
		// Twilio's parameters change from event to event, and the message's id is
		// enough where the message is ours. Whose number it was for is believed only
		// when there is no choice of senders.
		var alone bool
		if sender, alone, known = anySender(signers, channel); !alone {
			to = ""
		}
	}
	if !known {
		return message.Update{}, false
	}
	account, id := sent.First("AccountSid"), firstOf(sent, twilioMessageIDs...)
	status := &message.DeliveryStatus{
		ProviderID: valid(id), Status: strings.ToLower(valid(firstOf(sent, "MessageStatus", "SmsStatus"))), To: valid(to), From: valid(from),
		ErrorCode: valid(sent.First("ErrorCode")), SendID: sendID(address),
	}
	if isBSUID(to) {
		status.Aliases = []message.Alias{userAlias(looseText(to))}
	}
	if status.ErrorCode == twilioOptedOut {
		status.OptOut = &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"}
	}
	return message.Update{
		Key:    hashID(twilioProvider, "status", account, id, status.Status, status.ErrorCode),
		Sender: sender.Ref(), Channel: channel, Provider: twilioProvider, Account: valid(account),
		ArrivedAt: arrived, Status: status, Raw: formJSON(sent),
	}, true
}

// anySender is a sender of a channel, and whether it is the only one.
func anySender(senders []Sender, channel message.Channel) (found Sender, alone, known bool) {
	for _, sender := range senders {
		if sender.Channel != string(channel) {
			continue
		}
		if known {
			return found, false, true
		}
		found, known = sender, true
	}
	return found, known, known
}

// sendID is our own id of the message, which the address of the callback carries.
func sendID(address string) string {
	_, query, _ := strings.Cut(address, "?")
	parsed, bad := form.Parse(query)
	if bad >= 0 {
		return ""
	}
	return valid(parsed.First("send"))
}
