package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// resumeWithin is how long after a message's arrival an execution may go on where
// another one ended. Temporal keeps what has ended for a day at least, and starts a
// workflow again under its id only when that one failed: what comes later is a
// provider's repetition.
const resumeWithin = 24 * time.Hour

// recordedBefore is the answer to a message that stands in the database. A
// repeated delivery keeps the earliest arrival, whichever copy was recorded first:
// one that waited for Temporal may come after a copy that did not. An execution
// that takes the place of one that failed gets what that one did, and does the rest.
func (s *Store) recordedBefore(ctx context.Context, workspace string, record RecordMessage) (inbound.RecordMessageResult, error) {
	const find = "SELECT execution, result, address, arrived_at FROM messages WHERE workspace = ? AND id = ?"
	var result inbound.RecordMessageResult
	var row struct {
		Execution string `db:"execution"`
		Result    string `db:"result"`
		Address   string `db:"address"`
		ArrivedAt moment `db:"arrived_at"`
	}
	m := record.Input.Message
	if err := s.read().get(ctx, &row, find, workspace, m.ID); err != nil {
		return result, err
	}
	if err := json.Unmarshal([]byte(row.Result), &result); err != nil {
		return result, err
	}
	if row.Execution == record.execution() {
		return result, nil
	}
	earlier := cut(m.ArrivedAt).Before(row.ArrivedAt.Time)
	if !record.resumes(row.ArrivedAt.Time) || strings.HasPrefix(row.Execution, copyPrefix) {
		result = inbound.RecordMessageResult{Duplicate: true, Why: "the message was recorded before"}
		if earlier {
			result.Why += ", by a copy that arrived later: the earlier arrival counts"
		}
	}
	if !earlier {
		return result, nil
	}
	return result, s.write(ctx, func(tx session) error {
		return tx.keepEarliest(ctx, workspace, row.Address, m)
	})
}

// copyPrefix marks what the execution of a copy recorded.
const copyPrefix = "copy/"

func (r RecordMessage) execution() string {
	if r.Input.Copy {
		return copyPrefix + r.Input.Execution
	}
	return r.Input.Execution
}

// resumes reports whether the execution can only be there because the one that
// recorded the message has failed.
func (r RecordMessage) resumes(arrived time.Time) bool {
	return !r.Input.Copy && r.Now.Sub(arrived) < resumeWithin
}

// keepEarliest moves what a message said to an earlier arrival.
func (q session) keepEarliest(ctx context.Context, workspace, address string, m message.Inbound) error {
	const (
		arrive = "UPDATE messages SET arrived_at = ? WHERE workspace = ? AND id = ? AND arrived_at > ?"
		take   = "UPDATE messages SET effective_at = ? WHERE workspace = ? AND id = ? AND effective_at > ?"
		move   = "UPDATE consent_ledger SET effective_at = ? WHERE workspace = ? AND source = ? AND source_id = ? AND effective_at > ?"
	)
	if err := q.lockAddressesOf(ctx, workspace, address, m.ID); err != nil {
		return err
	}
	arrived, effective := q.store.dialect.time(m.ArrivedAt), q.store.dialect.time(cut(m.EffectiveAt()))
	if _, err := q.exec(ctx, arrive, arrived, workspace, m.ID, arrived); err != nil {
		return err
	}
	if _, err := q.exec(ctx, take, effective, workspace, m.ID, effective); err != nil {
		return err
	}
	moved, err := q.exec(ctx, move, effective, workspace, sourceMessage, m.ID, effective)
	if err != nil || moved == 0 {
		return err
	}
	return q.deriveStatus(ctx, workspace, m.ID)
}

// lockAddressesOf locks every address at which the message said something: a name
// that leads to a number now is another one than the message's own.
func (q session) lockAddressesOf(ctx context.Context, workspace, address, id string) error {
	const find = "SELECT DISTINCT address FROM consent_ledger WHERE workspace = ? AND source = ? AND source_id = ?"
	var addresses []string
	if err := q.list(ctx, &addresses, find, workspace, sourceMessage, id); err != nil {
		return err
	}
	addresses = append(addresses, address)
	slices.Sort(addresses)
	for _, each := range slices.Compact(addresses) {
		if err := q.lockAddress(ctx, workspace, each); err != nil {
			return err
		}
	}
	return nil
}

// deriveStatus writes the statuses that a message had a part in again, from the
// ledger: marks only rise by themselves.
func (q session) deriveStatus(ctx context.Context, workspace, id string) error {
	const (
		find = `SELECT l.channel, l.address, l.scope, l.lane, l.category, l.action, l.effective_at, l.source_id
			FROM consent_ledger l JOIN consent_ledger m ON m.workspace = l.workspace AND m.channel = l.channel
				AND m.address = l.address AND m.scope = l.scope AND m.lane = l.lane AND m.category = l.category
			WHERE m.workspace = ? AND m.source = ? AND m.source_id = ?`
		write = `UPDATE consent_status SET out_mark = ?, in_mark = ?, lift_mark = ?
			WHERE workspace = ? AND address = ? AND channel = ? AND scope = ? AND lane = ? AND category = ?`
	)
	var entries []struct {
		Address string `db:"address"`
		formerEntry
	}
	if err := q.list(ctx, &entries, find, workspace, sourceMessage, id); err != nil {
		return err
	}
	type key struct {
		address string
		formerKey
	}
	derived := map[key]consent.Marks{}
	for _, entry := range entries {
		at := key{entry.Address, entry.formerKey}
		marks := derived[at]
		marks.Add(consent.Event{Action: entry.Action, At: entry.At.Time, ID: entry.SourceID})
		derived[at] = marks
	}
	for at, marks := range derived {
		if _, err := q.exec(ctx, write, writeMark(marks.Out), writeMark(marks.In), writeMark(marks.Lift),
			workspace, at.address, at.Channel, at.Scope, at.Lane, at.Category); err != nil {
			return err
		}
	}
	return nil
}
