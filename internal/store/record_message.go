package store

import (
	"cmp"
	"context"
	"errors"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// RecordMessage is a message to record, with what its sender's configuration says.
type RecordMessage struct {
	Input inbound.RecordMessageInput
	// Scopes are all that cover the sender.
	Scopes []consent.Scope
	// Window is how long after a message of ours this one counts as an answer to it.
	Window time.Duration
	// Now is when it is recorded.
	Now time.Time
}

// errRecorded unwinds a transaction that found its message recorded.
var errRecorded = errors.New("store: the message is recorded")

// RecordMessage writes a message, the consent that it gives or takes, the message
// of ours that it answers, and the log, in one transaction. A repetition returns
// what the first one did; when that was another execution, as a duplicate.
func (s *Store) RecordMessage(ctx context.Context, workspace message.Workspace, record RecordMessage) (inbound.RecordMessageResult, error) {
	var result inbound.RecordMessageResult
	err := s.write(ctx, func(tx session) error {
		r := recorder{session: tx, workspace: workspace, RecordMessage: record}
		var err error
		result, err = r.record(ctx)
		return err
	})
	if errors.Is(err, errRecorded) {
		return s.recordedBefore(ctx, workspace.Key, record)
	}
	return result, err
}

// recorder is the recording of one message.
type recorder struct {
	session
	workspace message.Workspace
	RecordMessage
}

func (r recorder) message() message.Inbound { return r.Input.Message }

func (r recorder) address() string { return storable(r.Input.People.Address) }

// person is the internal id of whom the message is from, nil when nobody is known.
func (r recorder) person() any {
	if len(r.Input.People.People) == 0 {
		return nil
	}
	return r.Input.People.People[0].Internal
}

func (r recorder) record(ctx context.Context) (inbound.RecordMessageResult, error) {
	result := inbound.RecordMessageResult{People: r.Input.People.Count}
	if err := r.learnAliases(ctx); err != nil {
		return result, err
	}
	if err := r.decide(ctx, &result); err != nil {
		return result, err
	}
	reply, err := r.findReply(ctx)
	if err != nil {
		return result, err
	}
	result.Reply = reply
	result.Why = recordStory(r.Input.Decision, result)
	if err := r.insert(ctx, result); err != nil {
		return result, err
	}
	return result, r.log(ctx, result)
}

// decide records what the decision does to consent, and the state before and after.
func (r recorder) decide(ctx context.Context, result *inbound.RecordMessageResult) error {
	m, decision := r.message(), r.Input.Decision
	target := consent.Target{Scopes: r.Scopes, Category: message.CategoryAll}
	if len(decision.Effects) == 0 {
		// Nothing changes; only who asks for help needs to know the state.
		return nil
	}
	if err := r.lockAddress(ctx, r.workspace.Key, r.address()); err != nil {
		return err
	}
	before, err := r.consentRows(ctx, r.workspace.Key, m.Channel, r.address())
	if err != nil {
		return err
	}
	result.Before = consent.Status(before, target)
	rows := before
	for _, effect := range decision.Effects {
		entry := r.entry(effect)
		if _, err := r.addToLedger(ctx, entry); err != nil {
			return err
		}
		row := consent.Row{Scope: entry.event.Scope, Lane: effect.Lane, Category: effect.Category}
		row.Marks.Add(entry.event)
		rows = append(rows, row)
	}
	if err := r.addEvidence(ctx, r.workspace.Key, sourceMessage, m.ID, evidenceOf(m, decision)); err != nil {
		return err
	}
	result.After = consent.Status(rows, target)
	result.Changed = !result.Before.Same(result.After)
	result.Overtaken = overtaken(decision.Verdict, result.After, m.ID)
	return nil
}

// overtaken reports whether a later event of the people's own had decided before.
func overtaken(verdict message.Verdict, after consent.State, id string) bool {
	if after.Event == id || after.Lane != consent.LaneKeyword {
		return false
	}
	return verdict == message.VerdictOptOut && !after.OptedOut || verdict == message.VerdictOptIn && after.OptedOut
}

func (r recorder) entry(effect consent.Effect) ledgerEntry {
	m, decision := r.message(), r.Input.Decision
	scope := decision.Scope
	if effect.Wide {
		scope = consent.WorkspaceScope
	}
	entry := ledgerEntry{
		workspace: r.workspace.Key, channel: m.Channel, address: r.address(), review: effect.Lane == consent.LaneReview,
		event: consent.Event{
			Scope: scope, Lane: effect.Lane, Category: effect.Category, Action: effect.Action, At: cut(m.EffectiveAt()), ID: m.ID,
		},
		source: sourceMessage, sourceID: m.ID, rule: decision.Rule, keyword: decision.Keyword,
		actor: "person", sender: m.Sender.Address, recordedAt: r.Now,
	}
	if len(r.Input.People.People) > 0 {
		entry.person = r.Input.People.People[0].ID
	}
	return entry
}

func evidenceOf(m message.Inbound, decision inbound.DecideConsentResult) Evidence {
	evidence := Evidence{
		Message: m.ID, From: m.From, To: m.To, Body: m.Body, ProviderTag: cmp.Or(m.OptOutTag, string(m.OptOut)),
		Rules: decision.Rules, Language: decision.Language,
	}
	if m.Button != nil {
		evidence.Body, evidence.Payload = cmp.Or(evidence.Body, m.Button.Text), m.Button.Payload
	}
	return evidence
}

// insert writes the message with what recording it did.
func (r recorder) insert(ctx context.Context, result inbound.RecordMessageResult) error {
	const statement = `INSERT INTO messages (workspace, id, direction, channel, provider, provider_id, kind, sender, sender_name,
			address, person, body, data, raw, effective_at, arrived_at, execution, result, status, error_code, purpose, answers, campaign, run)
		VALUES (?, ?, 'in', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', '', '', ?, ?, ?)
		ON CONFLICT (workspace, id) DO NOTHING`
	m, d := r.message(), r.store.dialect
	raw := m.Raw
	m.Raw = nil
	var answers, campaign, run string
	if result.Reply != nil {
		answers, campaign, run = result.Reply.Message, result.Reply.Campaign, result.Reply.Run
	}
	added, err := r.exec(ctx, statement, r.workspace.Key, m.ID, m.Channel, m.Provider, storable(m.ProviderID), m.Kind, m.Sender.Address,
		m.Sender.Name, r.address(), r.person(), storable(m.Body), storable(string(encode(m))), storable(string(raw)),
		d.time(m.EffectiveAt()), d.time(m.ArrivedAt), r.execution(), string(encode(result)), optional(answers), optional(campaign), optional(run))
	switch {
	case err != nil:
		return err
	case added == 0:
		return errRecorded
	case r.person() == nil:
		// Somebody may have got the number after nobody was found to have it.
		return r.awaitOwner(ctx, r.workspace.Key, r.address())
	}
	return nil
}

func recordStory(decision inbound.DecideConsentResult, result inbound.RecordMessageResult) string {
	switch {
	case result.Overtaken:
		return "recorded; a later message had decided already"
	case result.OptedOut():
		return "recorded; the number is opted out now"
	case result.Held():
		return "recorded; nothing is sent to the number until somebody has decided"
	case result.OptedIn():
		return "recorded; the number is opted in now"
	case len(decision.Effects) > 0:
		return "recorded; the state of the number stays as it was"
	case result.Reply != nil:
		return "recorded; it answers message " + result.Reply.Message
	}
	return "recorded"
}
