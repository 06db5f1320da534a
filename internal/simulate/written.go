package simulate

import (
	"encoding/json"
	"slices"
	"strings"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/suggest"
)

// writtenMessage is a message as a marketer writes it for a test or a simulation.
type writtenMessage struct {
	From    string          `json:"from"`
	To      string          `json:"to"`
	Body    string          `json:"body"`
	Channel message.Channel `json:"channel"`
	Sender  string          `json:"sender"`
	Button  *message.Button `json:"button"`
	Media   []message.Media `json:"media"`
	// Name is what the person calls themselves.
	Name    string `json:"profile_name"`
	ReplyTo string `json:"reply_to"`
	// OptOut is the provider's verdict, as a campaign sees it or as Twilio writes it.
	OptOut     string `json:"opt_out"`
	OptOutType string `json:"OptOutType"`
	// Reply is the message of ours that this one answers: nothing was sent.
	Reply *inbound.Reply `json:"reply"`
}

// writtenKeys are the keys that a written message may have.
var writtenKeys = []string{
	"from", "to", "body", "channel", "sender", "button", "media", "profile_name", "reply_to", "opt_out", "OptOutType", "reply",
}

// readWritten reads a message in our own words. A key that says nothing to us is
// refused: what it should say would be missing without a word.
func readWritten(payload json.RawMessage) (writtenMessage, error) {
	var written writtenMessage
	var keys map[string]json.RawMessage
	// The caller has read it as an object.
	_ = json.Unmarshal(payload, &keys)
	for _, key := range sortedKeys(keys) {
		if slices.ContainsFunc(writtenKeys, func(known string) bool { return strings.EqualFold(known, key) }) {
			continue
		}
		if near, ok := suggest.Nearest(key, writtenKeys); ok {
			return written, badPayload("a message has no %q (did you mean %s?)", key, near)
		}
		return written, badPayload("a message has no %q: write %s, or what the provider posts", key, strings.Join(writtenKeys, ", "))
	}
	if err := json.Unmarshal(payload, &written); err != nil {
		return written, badPayload("the payload of an inbound campaign is a message, as in {from: \"+15550100123\", body: JOIN}: %v", err)
	}
	if written.Channel != "" && written.Channel != message.SMS && written.Channel != message.WhatsApp {
		return written, badPayload("there is no channel %q: write sms or whatsapp", written.Channel)
	}
	return written, written.readVerdict()
}

// verdictWords are Twilio's words for the verdicts of a provider.
var verdictWords = map[string]string{"OPT_OUT": "STOP", "STOP": "STOP", "OPT_IN": "START", "START": "START", "HELP": "HELP"}

// readVerdict makes the provider's verdict the word that Twilio writes.
func (w *writtenMessage) readVerdict() error {
	given := w.OptOut
	if given == "" {
		given = w.OptOutType
	}
	if given == "" {
		return nil
	}
	word, known := verdictWords[strings.ToUpper(strings.TrimSpace(given))]
	if !known {
		return badPayload("opt_out can't be %q: write opt_out, opt_in or help; Twilio's STOP, START and HELP will do", given)
	}
	w.OptOutType = word
	return nil
}

// answered is the message of ours that this one answers, as it would be shown.
func (w writtenMessage) answered() *inbound.Reply {
	if w.Reply == nil {
		return nil
	}
	reply := *w.Reply
	if reply.By == "" {
		reply.By = "window"
	}
	return &reply
}

// arriveWritten has a message in our own words arrive through the provider of the
// sender that it is written to.
func arriveWritten(request Request, payload json.RawMessage) (arrival, error) {
	written, err := readWritten(payload)
	if err != nil {
		return arrival{}, err
	}
	if written.From == "" {
		written.From = request.writer()
	}
	sender, dropped := request.senderOf(addressee{channel: written.Channel, name: written.Sender, address: written.To})
	if dropped != "" {
		return arrival{dropped: dropped}, nil
	}
	to := written.To
	if to == "" {
		to = addressOf(sender)
	}
	arrived := arrival{sender: sender, reply: written.answered()}
	switch sender.Provider {
	case metaProvider:
		arrived.message, err = written.throughMeta(request, sender)
	case gatewayProvider:
		arrived.message, err = written.throughGateway(request, sender)
	default:
		arrived.message, err = written.throughTwilio(request, sender, to)
	}
	return arrived, err
}
