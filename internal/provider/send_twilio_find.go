package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"
)

const (
	// findPage keeps a page of the longest messages below maxAnswer.
	findPage  = "50"
	findPages = 10
	// clockSkew is how far Twilio's clock, which shows whole seconds, may be behind
	// ours. It is small, because the same words sent twice within it are taken for
	// one message.
	clockSkew = 2 * time.Second
	// trialPrefix is what Twilio puts before each message of a trial account.
	trialPrefix = "Sent from your Twilio trial account - "
)

// twilioMessage is Twilio's Message resource, as far as it is read.
type twilioMessage struct {
	SID         string  `json:"sid"`
	Status      string  `json:"status"`
	Body        string  `json:"body"`
	Direction   string  `json:"direction"`
	Service     *string `json:"messaging_service_sid"`
	DateCreated string  `json:"date_created"`
}

func (m twilioMessage) sent() Sent { return Sent{ProviderID: m.SID, Status: m.Status} }

// find looks for the message that an earlier attempt may have sent: the same
// words between the same numbers, created since. Not finding out is an error that
// leaves things unsure, because the earlier attempt may have been taken.
func (t twilioAccount) find(ctx context.Context, form url.Values, since time.Time) (Sent, bool, error) {
	since = since.Add(-clockSkew).UTC()
	query := url.Values{"To": form["To"], "DateSent>": {since.Format(time.DateOnly)}, "PageSize": {findPage}}
	if form.Has("From") {
		query["From"] = form["From"]
	}
	path := t.messages() + "?" + query.Encode()
	for range findPages {
		page, err := t.page(ctx, path)
		if err != nil {
			return Sent{}, false, err
		}
		for _, candidate := range page.Messages {
			if candidate.is(form, since) {
				return candidate.sent(), true, nil
			}
		}
		if page.Next == "" {
			return Sent{}, false, nil
		}
		path = page.Next
	}
	return Sent{}, false, &SendError{Reason: "Twilio lists too many messages to this person to tell whether an earlier attempt was sent: look it up there", Unsure: true}
}

// is reports whether the message is the one of the form. Twilio lists what people
// sent to us as well, and doesn't give the form's own id back.
func (m twilioMessage) is(form url.Values, since time.Time) bool {
	if m.SID == "" || m.Direction == "inbound" {
		return false
	}
	if !form.Has("From") && m.Service != nil && *m.Service != form.Get("MessagingServiceSid") {
		return false
	}
	created, err := mail.ParseDate(m.DateCreated)
	if err != nil || created.Before(since) {
		return false
	}
	return strings.TrimSpace(strings.TrimPrefix(m.Body, trialPrefix)) == strings.TrimSpace(form.Get("Body"))
}

// twilioPage is one page of a list of messages, newest first.
type twilioPage struct {
	Messages []twilioMessage `json:"messages"`
	// Next is the path of the next page, empty on the last one.
	Next string `json:"next_page_uri"`
}

func (t twilioAccount) page(ctx context.Context, path string) (twilioPage, error) {
	// Only paths of this list are asked for: an answer can't lead elsewhere.
	if !strings.HasPrefix(path, t.messages()+"?") {
		return twilioPage{}, &SendError{Reason: "Twilio's list of messages goes on at an address that isn't its own", Unsure: true}
	}
	answered, err := t.ask(ctx, http.MethodGet, path, nil)
	if err != nil {
		return twilioPage{}, stillUnsure(err)
	}
	if !answered.OK() {
		return twilioPage{}, stillUnsure(twilioFailure(answered))
	}
	var page twilioPage
	if err := json.Unmarshal(answered.Body, &page); err != nil {
		return twilioPage{}, stillUnsure(unreadable(twilioTitle, answered))
	}
	return page, nil
}

// stillUnsure is for a look-up that failed: nothing was sent by it, but whether the
// earlier attempt was taken is as open as before.
func stillUnsure(err error) error {
	failure, ok := AsSendError(err)
	if !ok {
		return err
	}
	failure.Unsure, failure.OptOut = true, nil
	failure.Reason = "whether an earlier attempt was sent can't be looked up: " + failure.Reason
	return failure
}
