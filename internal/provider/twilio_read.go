package provider

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"replyflow/internal/form"
	"replyflow/internal/message"
)

// twilioSID is a message id of Twilio's, which may stand in ids as it is: it says
// nothing about the person.
var twilioSID = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)

// twilioMessageIDs are the parameters that hold a message's id. They repeat it;
// the first is there in any case today.
var twilioMessageIDs = []string{"MessageSid", "SmsMessageSid", "SmsSid"}

// TwilioMessage reads the parameters of a message whose signature was right, for
// whichever of the senders it was written to. It reports false when it is for
// none of them. The arrival is the caller's to stamp.
func TwilioMessage(sent form.Form, senders []Sender) (message.Inbound, bool) {
	channel, from, to, known := twilioChannel(sent.First("From"), sent.First("To"))
	if !known || from == "" || firstOf(sent, twilioMessageIDs...) == "" {
		return message.Inbound{}, false
	}
	sender, known := twilioSender(senders, channel, to, sent.First("MessagingServiceSid"))
	if !known {
		return message.Inbound{}, false
	}
	text := func(name string) string { return valid(sent.First(name)) }
	id := firstOf(sent, twilioMessageIDs...)
	m := message.Inbound{
		ID: twilioKey(sent.First("AccountSid"), id), Channel: channel, Provider: twilioProvider, ProviderID: valid(id),
		Account: text("AccountSid"), Sender: sender.Ref(), From: text("From"), To: valid(to), Service: text("MessagingServiceSid"),
		Body: text("Body"), ProfileName: text("ProfileName"), ReplyTo: text("OriginalRepliedMessageSid"),
		OptOut: keywordVerdict(text("OptOutType")), Aliases: twilioAliases(sent, from), Media: twilioMedia(sent), Raw: formJSON(sent),
	}
	if m.OptOut == "" {
		m.OptOutTag = text("OptOutType")
	}
	pressed := message.Button{Text: text("ButtonText"), Payload: text("ButtonPayload")}
	if pressed == (message.Button{}) {
		pressed = message.Button{Text: text("ListTitle"), Payload: text("ListId")}
	}
	if pressed != (message.Button{}) {
		m.Button = &pressed
	}
	m.Kind = twilioKind(sent, m)
	return m, true
}

// isTwilioStatus reports whether the parameters say what became of a message, and
// are no message: those of a message have no status but that it was received.
func isTwilioStatus(sent form.Form) bool {
	status := strings.ToLower(firstOf(sent, "MessageStatus", "SmsStatus"))
	return status != "" && status != twilioReceived && status != "receiving"
}

// twilioReceived is the status of an inbound message.
const twilioReceived = "received"

// twilioKey is the message's own id.
func twilioKey(account, sid string) string {
	if twilioSID.MatchString(sid) {
		return sid
	}
	return hashID(twilioProvider, account, sid)
}

func twilioKind(sent form.Form, m message.Inbound) message.Kind {
	switch {
	case strings.EqualFold(sent.First("MessageType"), "reaction"):
		return message.KindReaction
	case m.Button != nil:
		return message.KindButton
	case sent.First("FlowData") != "":
		return message.KindFlow
	case len(m.Media) > 0:
		return message.KindMedia
	case m.Body == "" && sent.First("Latitude") != "" && sent.First("Longitude") != "":
		return message.KindLocation
	}
	return message.KindText
}

// twilioMedia are the references, as many as NumMedia says. Without it, as many
// as there are.
func twilioMedia(sent form.Form) []message.Media {
	count, err := strconv.Atoi(sent.First("NumMedia"))
	if err != nil {
		count = maxMedia
	}
	var media []message.Media
	for i := range min(count, maxMedia) {
		at := strconv.Itoa(i)
		if address := valid(sent.First("MediaUrl" + at)); address != "" {
			media = append(media, message.Media{URL: address, ContentType: valid(sent.First("MediaContentType" + at))})
		}
	}
	return media
}

// twilioAliases are the names that stand beside the address. Each is taken by its
// shape: Twilio has been seen to send rubbish as an ExternalUserId.
func twilioAliases(sent form.Form, from string) []message.Alias {
	var aliases []message.Alias
	if id := sent.First("WaId"); isDigits(id) {
		aliases = append(aliases, message.Alias{Kind: message.AliasWAID, Value: valid(id)})
	}
	_, external := cutChannel(sent.First("ExternalUserId"))
	for _, id := range []string{external, from} {
		alias := message.Alias{Kind: bsuidKind(id), Value: id}
		if isBSUID(id) && !slices.Contains(aliases, alias) {
			aliases = append(aliases, alias)
		}
	}
	return aliases
}
