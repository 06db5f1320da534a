package store

import (
	"context"
	"time"
)

// Retention says until when data is older than it is kept.
type Retention struct {
	Messages, Samples, Activity, Ledger time.Time
}

// retentionPage is how many rows of a kind one call deletes, so that no
// transaction is long.
const retentionPage = 5_000

// ledgerPage is smaller: entries go one by one, each with its words.
const ledgerPage = 500

// DeleteOlder deletes a page of what is older than it is kept, of every
// workspace, and returns how many rows went. An entry of the ledger that decides
// a status stays whatever its age: a mark holds its id from the 29th character on,
// and what was said at a number follows whoever had it then.
func (s *Store) DeleteOlder(ctx context.Context, older Retention) (int, error) {
	const (
		messages = "DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE arrived_at < ? LIMIT ?)"
		samples  = "DELETE FROM samples WHERE id IN (SELECT id FROM samples WHERE received_at < ? LIMIT ?)"
		activity = "DELETE FROM activity_log WHERE id IN (SELECT id FROM activity_log WHERE at < ? LIMIT ?)"
		updates  = "DELETE FROM provider_updates WHERE (workspace, key) IN (SELECT workspace, key FROM provider_updates WHERE arrived_at < ? LIMIT ?)"
	)
	d, deleted := s.dialect, 0
	for _, kind := range []struct {
		statement string
		before    time.Time
	}{
		{messages, older.Messages}, {samples, older.Samples}, {activity, older.Activity}, {updates, older.Messages},
	} {
		if kind.before.IsZero() {
			continue
		}
		err := s.write(ctx, func(tx session) error {
			count, err := tx.exec(ctx, kind.statement, d.time(kind.before), retentionPage)
			deleted += count
			return err
		})
		if err != nil {
			return deleted, err
		}
	}
	if older.Ledger.IsZero() {
		return deleted, nil
	}
	err := s.write(ctx, func(tx session) error {
		count, err := tx.deleteLedger(ctx, older.Ledger)
		deleted += count
		return err
	})
	return deleted, err
}

// deleteLedger deletes a page of the ledger, and the words behind an entry with
// the last entry that they stand behind.
func (q session) deleteLedger(ctx context.Context, before time.Time) (int, error) {
	const (
		find = `SELECT l.id, l.workspace, l.source, l.source_id FROM consent_ledger l WHERE l.effective_at < ? AND NOT EXISTS (
			SELECT 1 FROM consent_status s WHERE s.workspace = l.workspace AND s.address = l.address AND s.channel = l.channel
				AND s.scope = l.scope AND s.lane = l.lane AND s.category = l.category
				AND l.source_id IN (substr(s.out_mark, 29), substr(s.in_mark, 29), substr(s.lift_mark, 29)))
			AND NOT EXISTS (SELECT 1 FROM former_numbers f WHERE f.workspace = l.workspace AND f.address = l.address
				AND f.left_at >= l.effective_at) LIMIT ?`
		forget  = "DELETE FROM consent_ledger WHERE id = ?"
		unprove = `DELETE FROM consent_evidence WHERE workspace = ? AND source = ? AND source_id = ? AND NOT EXISTS (
			SELECT 1 FROM consent_ledger l WHERE l.workspace = consent_evidence.workspace
				AND l.source = consent_evidence.source AND l.source_id = consent_evidence.source_id)`
	)
	var old []struct {
		ID        int64  `db:"id"`
		Workspace string `db:"workspace"`
		Source    string `db:"source"`
		SourceID  string `db:"source_id"`
	}
	if err := q.list(ctx, &old, find, q.store.dialect.time(before), ledgerPage); err != nil {
		return 0, err
	}
	deleted := 0
	for _, entry := range old {
		count, err := q.exec(ctx, forget, entry.ID)
		if err != nil {
			return deleted, err
		}
		deleted += count
		if _, err := q.exec(ctx, unprove, entry.Workspace, entry.Source, entry.SourceID); err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}
