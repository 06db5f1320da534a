package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"replyflow/internal/message"
)

const (
	metaTitle   = "Meta"
	metaAPI     = "https://graph.facebook.com"
	metaVersion = "v23.0"
	// metaSettle is how long to wait after a lost answer. Meta can neither be asked
	// about a message nor told to take it only once: all that can show that the
	// message was taken is a status that carries our id, and it needs its time.
	metaSettle = time.Minute
	// metaPace is how often one person may be written to.
	metaPace = 6 * time.Second
)

// metaOutgoing is a text message as the Cloud API takes it.
type metaOutgoing struct {
	Product       string               `json:"messaging_product"`
	RecipientType string               `json:"recipient_type"`
	To            string               `json:"to,omitempty"`
	Recipient     string               `json:"recipient,omitempty"`
	Type          string               `json:"type"`
	Text          metaOutgoingText     `json:"text"`
	Context       *metaOutgoingContext `json:"context,omitempty"`
	SendID        string               `json:"biz_opaque_callback_data,omitempty"`
}

type metaOutgoingText struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url"`
}

type metaOutgoingContext struct {
	MessageID string `json:"message_id"`
}

// metaSend sends through WhatsApp's Cloud API.
func metaSend(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error) {
	if sender.PhoneNumberID == "" || sender.AccessToken == "" {
		return Sent{}, &SendError{Reason: "the sender has no phone_number_id or no access_token: Meta takes no message without them"}
	}
	body, err := json.Marshal(metaOutgoingOf(out))
	if err != nil {
		return Sent{}, &SendError{Reason: "the message can't be written as JSON"}
	}
	if out.AttemptedAt != nil {
		return Sent{}, metaOpen(time.Since(*out.AttemptedAt))
	}
	address := sender.baseOf(metaAPI) + "/" + metaVersion + "/" + url.PathEscape(sender.PhoneNumberID) + "/messages"
	request, err := newCall(ctx, http.MethodPost, address, body)
	if err != nil {
		return Sent{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+string(sender.AccessToken))
	answered, err := call(client, request, metaTitle)
	if err != nil {
		return Sent{}, settling(err)
	}
	if !answered.OK() {
		return Sent{}, settling(metaFailure(answered))
	}
	return metaSent(answered)
}

// metaOpen is for a message that was given to Meta before, so long ago, without
// anybody knowing whether it was taken. A status may still show it; then the
// message isn't sent again. Without one it stays unknown: one too few is better
// than one too many.
func metaOpen(ago time.Duration) *SendError {
	failure := &SendError{Unsure: true, Reason: "an earlier attempt may have been sent, and Meta can't be asked"}
	if ago < metaSettle {
		failure.Retry, failure.After = true, metaSettle-max(ago, 0)
	}
	return failure
}

func metaOutgoingOf(out Outgoing) metaOutgoing {
	sending := metaOutgoing{
		Product: "whatsapp", RecipientType: "individual",
		Type: "text", Text: metaOutgoingText{Body: out.Body}, SendID: out.ID,
	}
	if bsuid.MatchString(out.To) {
		sending.Recipient = out.To
	} else {
		sending.To = out.To
	}
	if out.ReplyTo != "" {
		sending.Context = &metaOutgoingContext{MessageID: out.ReplyTo}
	}
	return sending
}

func metaSent(answered answer) (Sent, error) {
	var taken struct {
		Messages []struct {
			ID     string `json:"id"`
			Status string `json:"message_status"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(answered.Body, &taken); err != nil || len(taken.Messages) == 0 || taken.Messages[0].ID == "" {
		return Sent{}, settling(unreadable(metaTitle, answered))
	}
	sent := Sent{ProviderID: taken.Messages[0].ID, Status: taken.Messages[0].Status}
	if sent.Status == "" {
		sent.Status = "accepted"
	}
	return sent, nil
}

// settling puts the next attempt off when the message may have been taken.
func settling(err error) error {
	if failure, ok := AsSendError(err); ok && failure.Unsure {
		failure.After = max(failure.After, metaSettle)
	}
	return err
}

// metaFailure reads an error of Meta's, by its code and never by its text, which
// may repeat the person's number.
func metaFailure(answered answer) *SendError {
	failure := failed(metaTitle, answered)
	if answered.Status == http.StatusServiceUnavailable {
		// Meta documents 503 as a reason to slow down: nothing was taken.
		failure.Unsure, failure.Reason = false, "Meta's service isn't available"
	}
	var problem struct {
		Error struct {
			Code int `json:"code"`
		} `json:"error"`
	}
	if err := json.Unmarshal(answered.Body, &problem); err != nil || problem.Error.Code <= 0 {
		return failure
	}
	failure.Code = strconv.Itoa(problem.Error.Code)
	if known, ok := metaMeanings[failure.Code]; ok {
		known.apply(failure)
	}
	if failure.Code == metaOptedOut {
		failure.OptOut = &message.ProviderOptOut{Category: message.CategoryMarketing, Rule: "meta_131050"}
	}
	return failure
}

// metaMeanings are the codes that a send may fail with. A code that isn't here is
// judged by its HTTP status; 1 and 131000 are left out because they don't say
// whether the message was taken.
var metaMeanings = map[string]meaning{
	metaOptedOut: {reason: "the person has stopped marketing messages of this number on WhatsApp"},

	"2":      {reason: "Meta's service isn't available", retry: true},
	"4":      {reason: "the app's rate limit at Meta is reached", retry: true},
	"80007":  {reason: "the account's rate limit at Meta is reached", retry: true},
	"130429": {reason: "the number sends faster than Meta allows", retry: true},
	"131016": {reason: "Meta's service isn't available", retry: true},
	"131056": {reason: "Meta limits how fast one person may be written to", retry: true, after: metaPace},
	"133004": {reason: "Meta's service isn't available", retry: true},

	"10":     {reason: "the access_token may not send for this number: check its permissions at Meta"},
	"100":    {reason: "Meta refuses the message as it is written: check the sender's phone_number_id and the person's address"},
	"190":    {reason: "the sender's access_token isn't valid any more: make a new one at Meta"},
	"368":    {reason: "Meta has blocked the account for breaking a policy"},
	"130472": {reason: "the person is in an experiment of Meta's and gets no such message"},
	"131005": {reason: "the access_token may not send for this number: check its permissions at Meta"},
	"131009": {reason: "Meta refuses a value of the message"},
	"131021": {reason: "the person's address is the sender's own"},
	"131026": {reason: "the message can't be delivered: the person isn't on WhatsApp, has blocked the number or uses an old app"},
	"131030": {reason: "a test number sends to listed numbers only"},
	"131031": {reason: "Meta has locked the account"},
	"131042": {reason: "the account can't be charged: check the payment method at Meta"},
	"131047": {reason: "the person's last message is more than 24 hours old: WhatsApp takes only a template"},
	"131048": {reason: "too many messages of the number were blocked or reported, and Meta holds it back"},
	"131049": {reason: "the person has had as many marketing messages as Meta allows"},
	"131051": {reason: "Meta doesn't know this type of message"},
	"131062": {reason: "this message can't go to a user id: it needs the person's phone number"},
	"133010": {reason: "the number isn't registered at Meta: check the sender's phone_number_id"},
}
