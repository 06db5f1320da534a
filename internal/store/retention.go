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

// DeleteOlder deletes a page of what is older than it is kept, of every
// workspace, and returns how many rows went. An entry of the ledger that decides
// a status stays whatever its age: a mark holds its id from the 29th character on.
func (s *Store) DeleteOlder(ctx context.Context, older Retention) (int, error) {
	const (
		messages = "DELETE FROM messages WHERE seq IN (SELECT seq FROM messages WHERE arrived_at < ? LIMIT ?)"
		samples  = "DELETE FROM samples WHERE id IN (SELECT id FROM samples WHERE received_at < ? LIMIT ?)"
		activity = "DELETE FROM activity_log WHERE id IN (SELECT id FROM activity_log WHERE at < ? LIMIT ?)"
		updates  = "DELETE FROM provider_updates WHERE (workspace, key) IN (SELECT workspace, key FROM provider_updates WHERE arrived_at < ? LIMIT ?)"
		ledger   = `DELETE FROM consent_ledger WHERE id IN (SELECT l.id FROM consent_ledger l WHERE l.effective_at < ? AND NOT EXISTS (
			SELECT 1 FROM consent_status s WHERE s.workspace = l.workspace AND s.address = l.address AND s.channel = l.channel
				AND s.scope = l.scope AND s.lane = l.lane AND s.category = l.category
				AND l.source_id IN (substr(s.out_mark, 29), substr(s.in_mark, 29), substr(s.lift_mark, 29))) LIMIT ?)`
	)
	d, deleted := s.dialect, 0
	for _, kind := range []struct {
		statement string
		before    time.Time
	}{
		{messages, older.Messages}, {samples, older.Samples}, {activity, older.Activity}, {updates, older.Messages}, {ledger, older.Ledger},
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
	return deleted, nil
}
