package store

import (
	"context"
	"errors"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// LedgerEntry is a change of consent, with its evidence.
type LedgerEntry struct {
	ID          int64
	Channel     message.Channel
	Address     string
	Scope       consent.Scope
	Lane        consent.Lane
	Category    message.Category
	Action      consent.Action
	Review      bool
	EffectiveAt time.Time
	RecordedAt  time.Time
	Source      string
	SourceID    string
	Rule        string
	Keyword     string
	Actor       string
	Reason      string
	Person      string
	Sender      string
	// Evidence is JSON, empty once it was erased.
	Evidence string
}

// LedgerPage is a part of the ledger of an address, newest first.
type LedgerPage struct {
	Entries []LedgerEntry
	Next    string
}

type ledgerRow struct {
	ID          int64            `db:"id"`
	Channel     message.Channel  `db:"channel"`
	Address     string           `db:"address"`
	Scope       consent.Scope    `db:"scope"`
	Lane        consent.Lane     `db:"lane"`
	Category    message.Category `db:"category"`
	Action      consent.Action   `db:"action"`
	Review      bool             `db:"review"`
	EffectiveAt moment           `db:"effective_at"`
	RecordedAt  moment           `db:"recorded_at"`
	Source      string           `db:"source"`
	SourceID    string           `db:"source_id"`
	Rule        string           `db:"rule"`
	Keyword     string           `db:"keyword"`
	Actor       string           `db:"actor"`
	Reason      string           `db:"reason"`
	Person      *string          `db:"person"`
	Sender      string           `db:"sender"`
	Evidence    *string          `db:"data"`
}

func (r ledgerRow) entry() LedgerEntry {
	return LedgerEntry{
		ID: r.ID, Channel: r.Channel, Address: r.Address, Scope: r.Scope, Lane: r.Lane, Category: r.Category, Action: r.Action,
		Review: r.Review, EffectiveAt: r.EffectiveAt.Time, RecordedAt: r.RecordedAt.Time, Source: r.Source, SourceID: r.SourceID,
		Rule: r.Rule, Keyword: r.Keyword, Actor: r.Actor, Reason: r.Reason, Person: text(r.Person), Sender: r.Sender, Evidence: text(r.Evidence),
	}
}

// ListLedger returns a page of the ledger of an address and of its other names,
// newest first.
func (s *Store) ListLedger(ctx context.Context, workspace, address string, limit int, cursor string) (LedgerPage, error) {
	statement := `SELECT l.id, l.channel, l.address, l.scope, l.lane, l.category, l.action, l.review, l.effective_at, l.recorded_at,
			l.source, l.source_id, l.rule, l.keyword, l.actor, l.reason, l.person, l.sender, e.data
		FROM consent_ledger l LEFT JOIN consent_evidence e
			ON e.workspace = l.workspace AND e.source = l.source AND e.source_id = l.source_id
		WHERE l.workspace = ? AND l.address IN (SELECT ? UNION SELECT kind || ':' || value FROM aliases WHERE workspace = ? AND channel = ? AND address = ?)`
	args := []any{workspace, storable(address), workspace, message.WhatsApp, storable(address)}
	if cursor != "" {
		var before int64
		if err := readCursor(cursor, &before); err != nil {
			return LedgerPage{}, err
		}
		statement += " AND l.id < ?"
		args = append(args, before)
	}
	size := pageSize(limit)
	var rows []ledgerRow
	if err := s.read().list(ctx, &rows, statement+" ORDER BY l.id DESC LIMIT ?", append(args, size+1)...); err != nil {
		return LedgerPage{}, err
	}
	page := LedgerPage{Entries: []LedgerEntry{}}
	if len(rows) > size {
		rows = rows[:size]
		page.Next = newCursor(rows[size-1].ID)
	}
	for _, row := range rows {
		page.Entries = append(page.Entries, row.entry())
	}
	return page, nil
}

// RecordConsent is a consent that staff or another system records.
type RecordConsent struct {
	Channel  message.Channel
	Address  string
	Scope    consent.Scope
	Category message.Category
	Action   consent.Action
	// EffectiveAt is not in the future.
	EffectiveAt time.Time
	Reason      string
	Evidence    string
	// Actor names the API key, Person is the customer's id.
	Actor, Person string
	Sender        string
	// ID identifies the request's entry.
	ID  string
	Now time.Time
}

// RecordConsents writes consents that staff or another system records, all or none.
// While a wish waits for a decision, a record that isn't about an earlier time is the
// decision: an opt-out confirms it, and an opt-in dismisses it, which opts nobody in.
// What waits is looked at before anything is written: one request may name several
// senders of one scope.
func (s *Store) RecordConsents(ctx context.Context, workspace string, records []RecordConsent) error {
	return s.write(ctx, func(tx session) error {
		decides := make([]bool, len(records))
		for i, record := range records {
			var err error
			if decides[i], err = tx.decides(ctx, workspace, record); err != nil {
				return err
			}
		}
		for i, record := range records {
			if err := tx.recordConsent(ctx, workspace, record, decides[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// decides reports whether the record decides a wish that waits for it.
func (q session) decides(ctx context.Context, workspace string, record RecordConsent) (bool, error) {
	if err := q.lockAddress(ctx, workspace, record.Address); err != nil || record.Category != message.CategoryAll {
		return false, err
	}
	rows, err := q.consentRows(ctx, workspace, record.Channel, record.Address)
	if err != nil {
		return false, err
	}
	target := consent.Target{Scopes: []consent.Scope{record.Scope, consent.WorkspaceScope}, Category: message.CategoryAll}
	wish := consent.Waiting(rows, target)
	if !wish.OptedOut && record.Person != "" {
		if wish, err = q.wishBefore(ctx, workspace, record, target); err != nil {
			return false, err
		}
	}
	return wish.OptedOut && !cut(record.EffectiveAt).Before(*wish.Since), nil
}

// wishBefore is a wish that the person brought along from a number before.
func (q session) wishBefore(ctx context.Context, workspace string, record RecordConsent, target consent.Target) (consent.State, error) {
	row, err := q.findPerson(ctx, workspace, record.Person, "")
	if errors.Is(err, ErrNotFound) {
		return consent.State{}, nil
	}
	if err != nil {
		return consent.State{}, err
	}
	known, err := q.personConsent(ctx, workspace, Person{ID: row.ID, InternalID: row.InternalID, Phone: row.Phone})
	return known.waiting(record.Channel, target), err
}

func (q session) recordConsent(ctx context.Context, workspace string, record RecordConsent, decides bool) error {
	rule, verdict := "staff_opt_out", message.VerdictOptOut
	if record.Action == consent.In {
		rule, verdict = "staff_opt_in", message.VerdictOptIn
	}
	if !decides || record.Action == consent.Out {
		entry := record.entry(workspace, rule, consent.LaneStaff, record.Action, record.EffectiveAt)
		if err := q.recordChange(ctx, entry, Evidence{Given: record.Evidence}, record.logged(rule, verdict)); err != nil || !decides {
			return err
		}
	}
	rule = "staff_decided"
	return q.recordChange(ctx, record.entry(workspace, rule, consent.LaneReview, consent.Lift, record.Now),
		Evidence{Given: record.Evidence}, record.logged(rule, message.VerdictNone))
}

func (r RecordConsent) entry(workspace, rule string, lane consent.Lane, action consent.Action, at time.Time) ledgerEntry {
	return ledgerEntry{
		workspace: workspace, channel: r.Channel, address: storable(r.Address),
		event:  consent.Event{Scope: r.Scope, Lane: lane, Category: r.Category, Action: action, At: cut(at), ID: r.ID},
		source: sourceAPI, sourceID: r.ID, rule: rule, actor: r.Actor, reason: r.Reason,
		person: r.Person, sender: r.Sender, recordedAt: r.Now,
	}
}

func (r RecordConsent) logged(rule string, verdict message.Verdict) messageData {
	return messageData{Channel: r.Channel, Rule: rule, Verdict: verdict, Why: "recorded by " + r.Actor}
}
