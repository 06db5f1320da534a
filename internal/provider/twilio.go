package provider

import (
	"context"
	"net/http"
	"strings"
	"time"

	"replyflow/internal/config"
	"replyflow/internal/form"
	"replyflow/internal/message"
)

// Twilio carries SMS, MMS, RCS and WhatsApp messages.
// See https://www.twilio.com/docs/messaging/guides/webhook-request
type Twilio struct{}

const twilioProvider = "twilio"

func init() { register(Twilio{}) }

// Name implements Provider.
func (Twilio) Name() string { return twilioProvider }

// Check implements Provider.
func (Twilio) Check(sender config.Sender) (setting, problem string) {
	if sender.Account == "" || len(sender.AuthTokens) == 0 {
		return "", "a Twilio sender needs account and auth_tokens, without which no signature can be checked"
	}
	return "", ""
}

// Endpoints implements Provider.
func (Twilio) Endpoints() []Endpoint {
	return []Endpoint{
		{Path: "/inbound/sms", Methods: []string{http.MethodPost, http.MethodGet}, Read: readTwilioMessage, Write: writeTwiML},
		{Path: "/inbound/sms/status", Methods: []string{http.MethodPost}, Read: readTwilioStatus, Write: writeNothing},
	}
}

// Send implements Provider.
func (Twilio) Send(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error) {
	return twilioSend(ctx, client, sender, out)
}

// emptyTwiML tells Twilio to do nothing. Any text/plain with a 2xx would be sent
// to the person.
const emptyTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

func writeTwiML(w http.ResponseWriter, _ Batch) {
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	// The client went away if this fails; the message is taken all the same.
	_, _ = w.Write([]byte(emptyTwiML))
}

func writeNothing(w http.ResponseWriter, _ Batch) { w.WriteHeader(http.StatusNoContent) }

// readTwilioMessage believes and reads an inbound message.
func readTwilioMessage(r Request, senders Senders) (Batch, error) {
	sent, signers, err := openTwilio(r, senders)
	if err != nil {
		return Batch{}, err
	}
	batch := ReadTwilio(r.URL, r.ArrivedAt, sent, signers)
	if batch.Unknown > 0 && !isTwilioStatus(sent) {
		raw := formJSON(sent)
		batch.UnknownTo = []string{clip(sent.First("To"))}
		batch.Updates = []message.Update{{
			Key: hashID(twilioProvider, "other", string(raw)), Sender: signers[0].Ref(), Channel: message.SMS, Provider: twilioProvider,
			Account: valid(sent.First("AccountSid")), ArrivedAt: r.ArrivedAt, Other: unknownSender, Raw: raw,
		}}
	}
	return batch, nil
}

// readTwilioStatus believes and reads what became of a message of ours.
func readTwilioStatus(r Request, senders Senders) (Batch, error) {
	sent, signers, err := openTwilio(r, senders)
	if err != nil {
		return Batch{}, err
	}
	if strings.EqualFold(sent.First("SmsStatus"), twilioReceived) {
		// A message that somebody pointed here by mistake may be a STOP.
		return ReadTwilio(r.URL, r.ArrivedAt, sent, signers), nil
	}
	return oneUpdate(twilioStatus(r.URL, r.ArrivedAt, sent, signers)), nil
}

// ReadTwilio reads parameters whose signature was right, and the address that they
// were posted to: a message to one of the senders, or what became of a message of
// theirs, which says how far it got.
func ReadTwilio(address string, arrived time.Time, sent form.Form, senders []Sender) Batch {
	if isTwilioStatus(sent) {
		return oneUpdate(twilioStatus(address, arrived, sent, senders))
	}
	m, known := TwilioMessage(sent, senders)
	if !known {
		return Batch{Unknown: 1}
	}
	m.ArrivedAt = arrived
	return Batch{Messages: []message.Inbound{m}}
}

func oneUpdate(update message.Update, known bool) Batch {
	if !known {
		return Batch{Unknown: 1}
	}
	return Batch{Updates: []message.Update{update}}
}

// TwilioParameters are the members of a signed JSON body, as a form has them. It
// reports false for what is no JSON object.
func TwilioParameters(body []byte) (form.Form, bool) {
	sent, err := jsonParameters(body)
	return sent, err == nil
}

// openTwilio checks a request's signature and reads its parameters. signers are
// our senders of the account whose token signed it: a token is the account's,
// whichever of them lists it. Only who signed learns what is wrong with the
// parameters.
func openTwilio(r Request, senders Senders) (sent form.Form, signers []Sender, err error) {
	header := r.Header.Get("X-Twilio-Signature")
	if header == "" {
		return form.Form{}, nil, forbid("the X-Twilio-Signature header is missing; this address takes requests from Twilio only")
	}
	sent, unreadable := twilioParameters(r)
	call := TwilioCall{URL: r.URL, Method: r.Method, ContentType: r.Header.Get("Content-Type"), Body: r.Body}
	signature, signed := call.signed(header)
	configured := false
	proven := map[twilioOwner]bool{}
	for _, sender := range senders.List(twilioProvider) {
		if unreadable == nil && sender.Account != sent.First("AccountSid") {
			continue
		}
		configured = true
		if signed && signature.by(tokensOf(sender)) {
			proven[ownerOf(sender)] = true
		}
	}
	for _, sender := range senders.List(twilioProvider) {
		if proven[ownerOf(sender)] {
			signers = append(signers, sender)
		}
	}
	switch {
	case !configured:
		return form.Form{}, nil, forbid("no sender is configured for the request's AccountSid")
	case len(signers) == 0:
		return form.Form{}, nil, forbid("the X-Twilio-Signature header is wrong; check public_url and the auth token")
	case unreadable != nil:
		return form.Form{}, nil, unreadable
	case firstOf(sent, twilioMessageIDs...) == "":
		return form.Form{}, nil, refuse(http.StatusBadRequest, "no_message", "the request has no MessageSid: it is about no message")
	}
	return sent, signers, nil
}

// twilioOwner is whose a token is: an account, as one workspace has it.
type twilioOwner struct{ workspace, account string }

func ownerOf(sender Sender) twilioOwner { return twilioOwner{sender.Workspace, sender.Account} }

// forbid refuses a request that isn't believed.
func forbid(reason string) error {
	return refuse(http.StatusForbidden, "signature", "%s", reason)
}

func tokensOf(sender Sender) []string {
	tokens := make([]string, len(sender.AuthTokens))
	for i, token := range sender.AuthTokens {
		tokens[i] = string(token)
	}
	return tokens
}
