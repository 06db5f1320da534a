package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"replyflow/internal/config"
	"replyflow/internal/message"
)

const (
	twilioTitle    = "Twilio"
	twilioAPI      = "https://api.twilio.com"
	whatsAppPrefix = "whatsapp:"
	// twilioSettle is how long a message that Twilio took may stay out of its list:
	// before that, not finding it proves nothing.
	twilioSettle = time.Minute
)

// twilioSend sends through Twilio's Messages resource. Twilio takes no key that
// would make a repeated request harmless: a second attempt looks for the message
// of the first one before it sends.
func twilioSend(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error) {
	if sender.Account == "" || len(sender.AuthTokens) == 0 {
		return Sent{}, &SendError{Reason: "the sender has no account or no auth_tokens: Twilio takes no message without them"}
	}
	api := twilioAccount{client: client, base: sender.baseOf(twilioAPI), account: sender.Account, token: sender.AuthTokens[0]}
	form := twilioForm(sender, out)
	if out.AttemptedAt != nil {
		sent, found, err := api.find(ctx, form, *out.AttemptedAt)
		if found || err != nil {
			return sent, err
		}
		return Sent{}, notFound(time.Since(*out.AttemptedAt), out.TooLate)
	}
	return api.create(ctx, form)
}

// notFound is for a message that Twilio doesn't list, so long after it was given
// to it. Another attempt is one of its own, with a minute of its own to show up.
func notFound(ago time.Duration, tooLate bool) *SendError {
	switch {
	case ago < twilioSettle:
		return &SendError{Retry: true, Unsure: true, Reason: "an earlier attempt may still show up at Twilio"}
	case tooLate:
		return neverTaken(twilioTitle)
	}
	return &SendError{Retry: true, Reason: "Twilio didn't take the earlier attempt"}
}

// twilioAccount talks to the API of one account.
type twilioAccount struct {
	client  *http.Client
	base    string
	account string
	token   config.Secret
}

func (t twilioAccount) messages() string {
	return "/2010-04-01/Accounts/" + url.PathEscape(t.account) + "/Messages.json"
}

// ask asks for a path of the API. A body is a form.
func (t twilioAccount) ask(ctx context.Context, method, path string, form url.Values) (answer, error) {
	request, err := newCall(ctx, method, t.base+path, []byte(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.SetBasicAuth(t.account, string(t.token))
	return call(t.client, request, twilioTitle)
}

func (t twilioAccount) create(ctx context.Context, form url.Values) (Sent, error) {
	answered, err := t.ask(ctx, http.MethodPost, t.messages(), form)
	if err != nil {
		return Sent{}, err
	}
	if !answered.OK() {
		return Sent{}, twilioFailure(answered)
	}
	var created twilioMessage
	if err := json.Unmarshal(answered.Body, &created); err != nil || created.SID == "" {
		return Sent{}, unreadable(twilioTitle, answered)
	}
	return created.sent(), nil
}

// twilioForm is the message as Twilio takes it. An answer comes from the number
// that was written to, and from its service too when there is one.
func twilioForm(sender Sender, out Outgoing) url.Values {
	from, to := sender.fromOf(out), out.To
	if sender.Channel == string(message.WhatsApp) || strings.HasPrefix(to, whatsAppPrefix) {
		from, to = onWhatsApp(from), onWhatsApp(to)
	}
	service := out.Service
	if service == "" {
		service = sender.MessagingService
	}
	form := url.Values{"To": {to}, "Body": {out.Body}}
	for name, value := range map[string]string{"From": from, "MessagingServiceSid": service, "StatusCallback": callbackFor(out)} {
		if value != "" {
			form.Set(name, value)
		}
	}
	return form
}

func onWhatsApp(address string) string {
	if address == "" || strings.HasPrefix(address, whatsAppPrefix) {
		return address
	}
	return whatsAppPrefix + address
}

// callbackFor is where Twilio reports on the message, with our id in its query.
// The query that is there stays as it is written: the signature covers it.
func callbackFor(out Outgoing) string {
	callback, err := url.Parse(out.StatusCallback)
	if err != nil || out.StatusCallback == "" {
		return ""
	}
	if callback.RawQuery != "" {
		callback.RawQuery += "&"
	}
	callback.RawQuery += "send=" + url.QueryEscape(out.ID)
	return callback.String()
}

// twilioFailure reads an error of Twilio's. Its text stays unread: it repeats the
// person's number.
func twilioFailure(answered answer) *SendError {
	failure := failed(twilioTitle, answered)
	var problem struct {
		Code int `json:"code"`
	}
	if err := json.Unmarshal(answered.Body, &problem); err != nil || problem.Code <= 0 {
		return failure
	}
	failure.Code = strconv.Itoa(problem.Code)
	if known, ok := twilioMeanings[failure.Code]; ok {
		known.apply(failure)
	}
	if failure.Code == twilioOptedOut {
		failure.OptOut = &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"}
	}
	return failure
}

// twilioMeanings are the codes that a send may fail with. A code that isn't here
// is judged by its HTTP status: https://www.twilio.com/docs/api/errors
var twilioMeanings = map[string]meaning{
	twilioOptedOut: {reason: "the person has opted out of this sender at Twilio"},

	"20429": {reason: "Twilio asks to slow down", retry: true},
	"14107": {reason: "Twilio limits how fast two numbers may write to each other", retry: true},
	"21611": {reason: "the sender's queue at Twilio is full", retry: true},
	"63017": {reason: "the account sends more messages a second than Twilio allows", retry: true},
	"63018": {reason: "the sender's rate limit on WhatsApp is reached", retry: true},

	"20003": {reason: "Twilio refuses the credentials: check the sender's account and auth_tokens"},
	"20404": {reason: "Twilio doesn't know the account: check the sender's account"},
	"21211": {reason: "the person's address is none that Twilio can send to"},
	"21408": {reason: "the account may not send to this country: allow it in Twilio's geographic permissions"},
	"21606": {reason: "the sender's address can't send messages: check it at Twilio"},
	"21608": {reason: "a trial account sends to verified numbers only"},
	"21612": {reason: "Twilio can't reach this address from this sender"},
	"21614": {reason: "the person's number can't receive messages"},
	"21617": {reason: "the message is longer than 1,600 characters"},
	"21659": {reason: "the sender's address is no number of the account: check it at Twilio"},
	"21660": {reason: "the sender's address belongs to another account than the configured one"},
	"21703": {reason: "the messaging service has no number to send from"},
	"63007": {reason: "Twilio knows no such sender on this channel: check the sender's address"},
	"63014": {reason: "the person has blocked the sender or withdrawn on WhatsApp"},
	"63016": {reason: "the person's last message is more than 24 hours old: WhatsApp takes only a template"},
	"63038": {reason: "the account's messages for today are used up"},
}
