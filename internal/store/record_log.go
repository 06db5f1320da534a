package store

import (
	"context"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// The types of entries about messages and consent.
const (
	LogMessageReceived   = "message_received"
	LogMessageIgnored    = "message_ignored"
	LogConsentChanged    = "consent_changed"
	LogConsentHeld       = "consent_held"
	LogConsentOvertaken  = "consent_overtaken"
	LogConsentUnchanged  = "consent_unchanged"
	LogNearMiss          = "near_miss"
	LogCampaignsStarted  = "campaigns_started"
	LogReplyAttributed   = "reply_attributed"
	LogAnonymousAttached = "anonymous_attached"
	LogKeywordAnswered   = "keyword_answered"
	LogKeywordUnanswered = "keyword_unanswered"
)

// messageData is the data of an entry about a message. What people wrote stands
// with the message.
type messageData struct {
	Message string          `json:"message,omitempty"`
	Channel message.Channel `json:"channel,omitempty"`
	Kind    message.Kind    `json:"kind,omitempty"`
	Rule    string          `json:"rule,omitempty"`
	Keyword string          `json:"keyword,omitempty"`
	Verdict message.Verdict `json:"verdict,omitempty"`
	Reply   *inbound.Reply  `json:"reply,omitempty"`
	Count   int             `json:"count,omitempty"`
	// Why says it as a clause.
	Why string `json:"why"`
}

// log writes what the message did, for people to read.
func (r recorder) log(ctx context.Context, result inbound.RecordMessageResult) error {
	m, decision, people := r.message(), r.Input.Decision, r.Input.People.People
	data := messageData{Message: m.ID, Channel: m.Channel, Kind: m.Kind, Why: r.Input.People.Why}
	kind := LogMessageReceived
	if !m.Kind.IsReply() || m.Group != "" {
		kind, data.Why = LogMessageIgnored, "it is no reply: "+ignoredReason(m)
	}
	person := ""
	if len(people) > 0 {
		person = people[0].ID
	}
	if err := r.addLog(ctx, kind, person, data); err != nil {
		return err
	}
	if result.Reply != nil {
		data := data
		data.Reply, data.Why = result.Reply, "it answers message "+result.Reply.Message+", found by "+result.Reply.By
		if err := r.addLog(ctx, LogReplyAttributed, person, data); err != nil {
			return err
		}
	}
	data.Rule, data.Keyword, data.Verdict, data.Why = decision.Rule, decision.Keyword, decision.Verdict, decision.Why
	switch {
	case result.Held():
		return r.logChange(ctx, LogConsentHeld, data, people)
	case result.Changed:
		return r.logChange(ctx, LogConsentChanged, data, people)
	case result.Overtaken:
		return r.addLog(ctx, LogConsentOvertaken, person, data)
	case len(decision.Effects) > 0:
		return r.addLog(ctx, LogConsentUnchanged, person, data)
	case decision.NearMiss:
		return r.addLog(ctx, LogNearMiss, person, data)
	}
	return nil
}

// logChange writes the change for everybody who has the number.
func (r recorder) logChange(ctx context.Context, kind string, data messageData, people []inbound.Person) error {
	if len(people) == 0 {
		return r.addLog(ctx, kind, "", data)
	}
	ids := make([]string, len(people))
	for i, person := range people {
		ids[i] = person.ID
	}
	if r.Input.People.Count > len(ids) {
		var err error
		if ids, err = r.holdersOf(ctx, r.workspace.Key, r.address(), maxLogged); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if err := r.addLog(ctx, kind, id, data); err != nil {
			return err
		}
	}
	return nil
}

// maxLogged bounds the people in whose logs one change stands.
const maxLogged = 1_000

func (r recorder) addLog(ctx context.Context, kind, person string, data messageData) error {
	return r.logMessage(ctx, r.workspace.Key, kind, person, r.message().Sender.Address, data)
}

// logMessage writes an entry about a message; without a person it is anonymous.
func (q session) logMessage(ctx context.Context, workspace, kind, person, sender string, data messageData) error {
	const statement = `INSERT INTO activity_log (workspace, at, type, person, sender, anonymous, data) VALUES (?, ?, ?, ?, ?, ?, ?)`
	_, err := q.exec(ctx, statement, workspace, q.store.dialect.time(q.store.now()), kind, optional(person), optional(sender),
		person == "", storable(string(encode(data))))
	return err
}

func ignoredReason(m message.Inbound) string {
	if m.Group != "" {
		return "it was written in a group"
	}
	return string(m.Kind)
}
