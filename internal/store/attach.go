package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"replyflow/internal/inbound"
)

// attachWithin is how long an anonymous message waits for its person.
const attachWithin = 30 * 24 * time.Hour

// ListPendingAttachments are numbers with anonymous messages that got an owner,
// the oldest first, of all workspaces.
func (s *Store) ListPendingAttachments(ctx context.Context, limit int) ([]inbound.AttachMessagesInput, error) {
	const statement = "SELECT id, workspace, person, address FROM pending_attachments ORDER BY id LIMIT ?"
	var rows []struct {
		ID        int64  `db:"id"`
		Workspace string `db:"workspace"`
		Person    int64  `db:"person"`
		Address   string `db:"address"`
	}
	if err := s.read().list(ctx, &rows, statement, limit); err != nil {
		return nil, err
	}
	pending := make([]inbound.AttachMessagesInput, len(rows))
	for i, row := range rows {
		pending[i] = inbound.AttachMessagesInput{Workspace: row.Workspace, Pending: row.ID, Person: row.Person, Address: row.Address}
	}
	return pending, nil
}

// DropPendingAttachment forgets that a number's messages wait for a person.
func (s *Store) DropPendingAttachment(ctx context.Context, id int64) error {
	return s.write(ctx, func(tx session) error { return tx.dropPending(ctx, id) })
}

func (q session) dropPending(ctx context.Context, id int64) error {
	_, err := q.exec(ctx, "DELETE FROM pending_attachments WHERE id = ?", id)
	return err
}

// AttachMessages gives a person the anonymous messages of their number of the last
// 30 days, when they are the number's oldest profile. It may be repeated.
func (s *Store) AttachMessages(ctx context.Context, in inbound.AttachMessagesInput, now time.Time) (inbound.AttachMessagesResult, error) {
	const (
		oldest = "SELECT id, internal_id FROM people WHERE workspace = ? AND address = ? ORDER BY created_at, id LIMIT 1"
		attach = `UPDATE messages SET person = ? WHERE workspace = ? AND address = ? AND person IS NULL
			AND direction = 'in' AND arrived_at >= ?`
	)
	var result inbound.AttachMessagesResult
	err := s.write(ctx, func(tx session) error {
		result = inbound.AttachMessagesResult{}
		var owner struct {
			ID       string `db:"id"`
			Internal int64  `db:"internal_id"`
		}
		err := tx.get(ctx, &owner, oldest, in.Workspace, in.Address)
		if errors.Is(err, ErrNotFound) {
			result.Why = "nobody has the number any more"
			return tx.dropPending(ctx, in.Pending)
		}
		if err != nil {
			return err
		}
		result.Person = owner.ID
		result.Attached, err = tx.exec(ctx, attach, owner.Internal, in.Workspace, in.Address, s.dialect.time(now.Add(-attachWithin)))
		if err != nil {
			return err
		}
		result.Why = fmt.Sprintf("%d messages attached to the oldest profile with the number", result.Attached)
		if result.Attached > 0 {
			if err := tx.logMessage(ctx, in.Workspace, LogAnonymousAttached, owner.ID, "", messageData{Count: result.Attached, Why: result.Why}); err != nil {
				return err
			}
		}
		return tx.dropPending(ctx, in.Pending)
	})
	return result, err
}
