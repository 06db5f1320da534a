package simulate

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"replyflow/internal/form"
	"replyflow/internal/message"
	"replyflow/internal/provider"
)

// simulatedSID is the id of a message that Twilio never had.
const simulatedSID = "SM00000000000000000000000000000001"

// arriveTwilio reads the parameters that Twilio posts.
func arriveTwilio(request Request, keys map[string]json.RawMessage) (arrival, error) {
	sent, err := formOf(keys)
	if err != nil {
		return arrival{}, err
	}
	to := addressee{channel: message.SMS, provider: twilioProvider, address: sent.First("To")}
	if strings.HasPrefix(sent.First("From"), whatsAppPrefix) || strings.HasPrefix(to.address, whatsAppPrefix) {
		to.channel = message.WhatsApp
	}
	to.address = strings.TrimPrefix(to.address, whatsAppPrefix)
	sender, dropped := request.senderOf(to)
	if service := sent.First("MessagingServiceSid"); service != "" && dropped != "" {
		to.address = service
		sender, dropped = request.senderOf(to)
	}
	if dropped != "" {
		return arrival{dropped: dropped}, nil
	}
	if sent.First("To") == "" {
		sent.Add("To", onChannel(to.channel, addressOf(sender)))
	}
	if sent.First("From") == "" {
		sent.Add("From", onChannel(to.channel, request.writer()))
	}
	m, err := readTwilio(request, sent, sender)
	return arrival{message: m, sender: sender}, err
}

const whatsAppPrefix = "whatsapp:"

func onChannel(channel message.Channel, address string) string {
	if channel == message.WhatsApp {
		return whatsAppPrefix + address
	}
	return address
}

// formOf is a payload as the form that it was: texts, and lists of texts for what
// came several times.
func formOf(keys map[string]json.RawMessage) (form.Form, error) {
	var sent form.Form
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		var one any
		if err := json.Unmarshal(keys[name], &one); err != nil {
			return sent, badPayload("%s can't be read: %v", name, err)
		}
		values, several := one.([]any)
		if !several {
			values = []any{one}
		}
		for _, value := range values {
			switch value := value.(type) {
			case string:
				sent.Add(name, value)
			case float64, bool:
				sent.Add(name, strings.Trim(string(keys[name]), `"[] `))
			default:
				return sent, badPayload("Twilio posts texts, and %s is none", name)
			}
		}
	}
	return sent, nil
}

// readTwilio reads a form as the endpoint of Twilio's messages does.
func readTwilio(request Request, sent form.Form, sender provider.Sender) (message.Inbound, error) {
	if sent.First("MessageSid") == "" {
		sent.Add("MessageSid", simulatedSID)
	}
	m, known := provider.TwilioMessage(sent, []provider.Sender{sender})
	if !known {
		return m, badPayload("no sender of ours is written to: From and To must be addresses of one channel, as in +15550100123 or whatsapp:+15550100123")
	}
	m.ArrivedAt = request.At
	return m, nil
}

// throughTwilio has the message arrive as Twilio would post it.
func (w writtenMessage) throughTwilio(request Request, sender provider.Sender, to string) (message.Inbound, error) {
	channel := message.Channel(sender.Channel)
	var sent form.Form
	add := func(name, value string) {
		if value != "" {
			sent.Add(name, value)
		}
	}
	for _, name := range []string{"MessageSid", "SmsSid", "SmsMessageSid"} {
		sent.Add(name, simulatedSID)
	}
	sent.Add("SmsStatus", "received")
	sent.Add("NumSegments", "1")
	sent.Add("ApiVersion", "2010-04-01")
	add("AccountSid", sender.Account)
	add("MessagingServiceSid", sender.MessagingService)
	add("From", onChannel(channel, strings.TrimPrefix(w.From, whatsAppPrefix)))
	add("To", onChannel(channel, strings.TrimPrefix(to, whatsAppPrefix)))
	if channel == message.WhatsApp {
		add("WaId", onlyDigits(w.From))
	}
	sent.Add("Body", w.Body)
	sent.Add("NumMedia", strconv.Itoa(len(w.Media)))
	for i, media := range w.Media {
		add("MediaUrl"+strconv.Itoa(i), media.URL)
		add("MediaContentType"+strconv.Itoa(i), media.ContentType)
	}
	if w.Button != nil {
		add("ButtonText", w.Button.Text)
		add("ButtonPayload", w.Button.Payload)
	}
	add("ProfileName", w.Name)
	add("OriginalRepliedMessageSid", w.ReplyTo)
	add("OptOutType", w.OptOutType)
	return readTwilio(request, sent, sender)
}
