package store

import (
	"cmp"
	"context"
	"strings"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// Outbound is a message of ours to send.
type Outbound struct {
	// ID is our own id of the message: a repeated send has the same one.
	ID       string
	Channel  message.Channel
	Provider string
	Sender   message.SenderRef
	Service  string
	// Address is the consent address, From and To what the provider is given.
	Address, From, To string
	Body              string
	// Purpose says what the message is for: answer_opt_out, answer_help, …
	Purpose string
	// Answers is the id of the message that this one answers.
	Answers       string
	Campaign, Run string
	// Person is the internal id of whom it is for, 0 for nobody known.
	Person int64
	Now    time.Time
}

// SendClaim says what is known of a message that is about to be sent.
type SendClaim struct {
	// Done is true when the provider took or refused it before.
	Done       bool
	ProviderID string
	// PutOff is true when the provider didn't take it and may take another attempt.
	PutOff bool
	// AttemptedAt is when an attempt began of which nobody knows whether the provider
	// took it, nil when there is none.
	AttemptedAt *time.Time
}

// The states of a message of ours before its provider says more.
const (
	sendBegun = "sending"
	// sendPutOff: the provider didn't take it and may take another attempt.
	sendPutOff = "put_off"
	sendFailed = "failed"
	// SendUnknown: the provider may have taken it, and can't be asked.
	SendUnknown = "unknown"
)

// BeginSend claims a send. It is called before the provider is asked, so that an
// attempt whose answer is lost leaves a trace.
func (s *Store) BeginSend(ctx context.Context, workspace string, out Outbound) (SendClaim, error) {
	const (
		claim = `INSERT INTO messages (workspace, id, direction, channel, provider, provider_id, kind, sender, sender_name,
				address, person, body, data, raw, effective_at, arrived_at, execution, result, status, error_code, purpose, answers, campaign, run)
			VALUES (?, ?, 'out', ?, ?, '', 'text', ?, ?, ?, ?, ?, ?, '', ?, ?, '', '', '` + sendBegun + `', '', ?, ?, ?, ?)
			ON CONFLICT (workspace, id) DO NOTHING`
		again = "UPDATE messages SET status = '" + sendBegun + "', effective_at = ? WHERE workspace = ? AND id = ? AND status = '" + sendPutOff + "'"
	)
	var claimed SendClaim
	err := s.write(ctx, func(tx session) error {
		d := s.dialect
		data := encode(map[string]string{"from": out.From, "to": out.To, "service": out.Service})
		var person any
		if out.Person != 0 {
			person = out.Person
		}
		added, err := tx.exec(ctx, claim, workspace, out.ID, out.Channel, out.Provider, out.Sender.Address, out.Sender.Name,
			storable(out.Address), person, storable(out.Body), storable(string(data)), d.time(out.Now), d.time(out.Now),
			out.Purpose, optional(out.Answers), optional(out.Campaign), optional(out.Run))
		if err != nil || added == 1 {
			return err
		}
		taken, err := tx.exec(ctx, again, d.time(out.Now), workspace, out.ID)
		if err != nil || taken == 1 {
			return err
		}
		claimed, err = tx.findSend(ctx, workspace, out.ID)
		return err
	})
	return claimed, err
}

// FindSend says what is known of a message that may have been claimed before.
func (s *Store) FindSend(ctx context.Context, workspace, id string) (SendClaim, error) {
	return s.read().findSend(ctx, workspace, id)
}

func (q session) findSend(ctx context.Context, workspace, id string) (SendClaim, error) {
	const find = "SELECT provider_id, status, effective_at FROM messages WHERE workspace = ? AND id = ? AND direction = 'out'"
	var rows []struct {
		ProviderID string `db:"provider_id"`
		Status     string `db:"status"`
		At         moment `db:"effective_at"`
	}
	if err := q.list(ctx, &rows, find, workspace, id); err != nil || len(rows) == 0 {
		return SendClaim{}, err
	}
	row := rows[0]
	switch {
	case row.ProviderID == "" && row.Status == sendPutOff:
		return SendClaim{PutOff: true}, nil
	case row.ProviderID == "" && row.Status == sendBegun:
		return SendClaim{AttemptedAt: row.At.pointer()}, nil
	}
	return SendClaim{Done: true, ProviderID: row.ProviderID}, nil
}

// PutOffSend notes that the provider surely didn't take the attempt that was
// claimed: the next one needn't ask about it.
func (s *Store) PutOffSend(ctx context.Context, workspace, id string) error {
	const statement = "UPDATE messages SET status = '" + sendPutOff + "' WHERE workspace = ? AND id = ? AND status = '" + sendBegun + "' AND provider_id = ''"
	return s.write(ctx, func(tx session) error {
		_, err := tx.exec(ctx, statement, workspace, id)
		return err
	})
}

// SendResult is what the provider said to a send.
type SendResult struct {
	ProviderID string
	Status     string
	ErrorCode  string
	// Why says, when it wasn't sent, or may not have been, what the reason was.
	Why string
	At  time.Time
	// Address is the consent address of whom it was for: an erasure may have taken it
	// out of the message meanwhile.
	Address string
	// OptOut is set when the provider refused because the person has opted out.
	OptOut *message.ProviderOptOut
	// Scope is what such an opt-out covers.
	Scope consent.Scope
}

// EndSend records what the provider said to a send, once. An opt-out that it
// reports takes effect at the time of the first attempt.
func (s *Store) EndSend(ctx context.Context, workspace, id string, result SendResult) error {
	const (
		find = `SELECT m.id, m.channel, m.sender, m.sender_name, m.address, m.effective_at, m.status, m.purpose, m.provider_id, p.id AS person
			FROM messages m LEFT JOIN people p ON p.workspace = m.workspace AND p.internal_id = m.person
			WHERE m.workspace = ? AND m.id = ? AND m.direction = 'out'`
		finish = "UPDATE messages SET provider_id = ?, status = ?, error_code = ? WHERE workspace = ? AND id = ? AND status IN ('" + sendBegun + "', '" + sendPutOff + "')"
	)
	return s.write(ctx, func(tx session) error {
		if result.OptOut != nil {
			if err := tx.lockUpdates(ctx, workspace); err != nil {
				return err
			}
		}
		finished, err := tx.exec(ctx, finish, storable(result.ProviderID), result.Status, result.ErrorCode, workspace, id)
		if err != nil || finished == 0 && result.OptOut == nil {
			return err
		}
		var row sentMessage
		if err := tx.get(ctx, &row, find, workspace, id); err != nil {
			return err
		}
		if finished == 1 {
			if err := tx.logAnswer(ctx, workspace, row, result); err != nil {
				return err
			}
		}
		row.Address = cmp.Or(row.Address, storable(result.Address))
		if result.OptOut == nil || row.Address == "" {
			return nil
		}
		return tx.recordBlock(ctx, workspace, row, *result.OptOut, result.Scope, result.ErrorCode, id, result.At)
	})
}

// sentMessage is a message of ours, as far as a status of it needs to know.
type sentMessage struct {
	ID      string          `db:"id"`
	Channel message.Channel `db:"channel"`
	Sender  string          `db:"sender"`
	// SenderName is empty for a message that another system sent.
	SenderName string  `db:"sender_name"`
	ProviderID string  `db:"provider_id"`
	Address    string  `db:"address"`
	SentAt     moment  `db:"effective_at"`
	Status     string  `db:"status"`
	Purpose    string  `db:"purpose"`
	Person     *string `db:"person"`
}

// logAnswer notes that a keyword was answered, or that the provider refused to.
func (q session) logAnswer(ctx context.Context, workspace string, sent sentMessage, result SendResult) error {
	if !strings.HasPrefix(sent.Purpose, answerPurpose) {
		return nil
	}
	kind, why := LogKeywordAnswered, "the keyword was answered: "+strings.TrimPrefix(sent.Purpose, answerPurpose)
	switch {
	case result.Status == SendUnknown:
		kind, why = LogKeywordUnanswered, "whether the answer was sent isn't known: "+result.Why
	case result.Status == sendFailed || result.Status == "undelivered":
		kind, why = LogKeywordUnanswered, "the answer wasn't sent: "+result.Why
	}
	return q.logMessage(ctx, workspace, kind, text(sent.Person), sent.Sender, messageData{Message: sent.ID, Channel: sent.Channel, Why: why})
}

// answerPurpose begins the purposes of answers to keywords.
const answerPurpose = "answer_"

// LogUnanswered notes why a keyword got no answer.
func (s *Store) LogUnanswered(ctx context.Context, workspace, messageID, person, sender string, channel message.Channel, why string) error {
	return s.write(ctx, func(tx session) error {
		return tx.logMessage(ctx, workspace, LogKeywordUnanswered, person, sender, messageData{Message: messageID, Channel: channel, Why: why})
	})
}

// recordBlock records an opt-out that a provider reports by an error, effective
// at the time of the attempt to send.
func (q session) recordBlock(ctx context.Context, workspace string, sent sentMessage, said message.ProviderOptOut, scope consent.Scope, code, sourceID string, now time.Time) error {
	lane := consent.LaneBlock
	if said.Category == message.CategoryMarketing {
		// The person said so in the provider's settings; that lifts it too.
		lane = consent.LanePreference
	}
	return q.recordChange(ctx, ledgerEntry{
		workspace: workspace, channel: sent.Channel, address: sent.Address,
		event:  consent.Event{Scope: scope, Lane: lane, Category: said.Category, Action: consent.Out, At: cut(sent.SentAt.Time), ID: sourceID},
		source: sourceStatus, sourceID: sourceID, rule: said.Rule, actor: "provider", sender: sent.Sender, recordedAt: now,
	}, Evidence{Message: sent.ID, ErrorCode: code}, messageData{
		Message: sent.ID, Channel: sent.Channel, Rule: said.Rule, Verdict: message.VerdictOptOut,
		Why: "the provider says that the person has opted out (code " + code + ")",
	})
}

// CountAnswers counts the messages with a purpose to an address from a sender
// since a time; those that failed, and the one that is to be sent, left out.
func (s *Store) CountAnswers(ctx context.Context, workspace, address, sender, purpose, except string, since time.Time) (int, error) {
	const statement = `SELECT count(*) FROM messages WHERE workspace = ? AND direction = 'out' AND address = ? AND sender = ?
		AND effective_at >= ? AND purpose = ? AND id <> ? AND status <> '` + sendFailed + `'`
	var count int
	err := s.read().get(ctx, &count, statement, workspace, storable(address), sender, s.dialect.time(since), purpose, except)
	return count, err
}
