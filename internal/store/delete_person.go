package store

import (
	"context"

	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// DeletePerson erases a person, what they and we wrote to each other, and what the
// activity log says of them, or fails with ErrNotFound. What was decided about
// the consent of their numbers stays, without their name; the words behind it go.
func (s *Store) DeletePerson(ctx context.Context, workspace, id string) error {
	const (
		find     = "SELECT internal_id, phone FROM people WHERE workspace = ? AND id = ?"
		blank    = "UPDATE messages SET body = '', data = '{}', raw = '', address = '' WHERE workspace = ? AND person = ?"
		forget   = "DELETE FROM former_numbers WHERE workspace = ? AND person = ?"
		erase    = "DELETE FROM people WHERE workspace = ? AND id = ?"
		unnamed  = "UPDATE runs SET person = NULL WHERE workspace = ? AND person = ?"
		eraseLog = "DELETE FROM activity_log WHERE workspace = ? AND person = ?"
	)
	if checkID(id) != nil {
		return ErrNotFound
	}
	return s.write(ctx, func(tx session) error {
		var row struct {
			Internal int64   `db:"internal_id"`
			Phone    *string `db:"phone"`
		}
		if err := tx.get(ctx, &row, find, workspace, id); err != nil {
			return err
		}
		former, err := tx.formerNumbers(ctx, workspace, row.Internal)
		if err != nil {
			return err
		}
		numbers := []string{phone.Canonical(text(row.Phone))}
		for _, number := range former {
			numbers = append(numbers, number.Address)
		}
		if err := tx.deleteEvidence(ctx, workspace, id, row.Internal, numbers); err != nil {
			return err
		}
		if err := tx.forgetNames(ctx, workspace, id, numbers); err != nil {
			return err
		}
		for _, step := range []struct {
			statement string
			whom      any
		}{{blank, row.Internal}, {forget, row.Internal}, {erase, id}, {unnamed, id}, {eraseLog, id}} {
			if _, err := tx.exec(ctx, step.statement, workspace, step.whom); err != nil {
				return err
			}
		}
		return nil
	})
}

// deleteEvidence deletes the words behind a person's entries in the ledger: those
// of their messages, also when nobody knew yet whose they were, and those that
// were recorded as theirs under a number of theirs.
func (q session) deleteEvidence(ctx context.Context, workspace, id string, internal int64, numbers []string) error {
	const (
		written = "DELETE FROM consent_evidence WHERE workspace = ? AND source = '" + sourceMessage + `' AND source_id IN
			(SELECT id FROM messages WHERE workspace = ? AND person = ?)`
		recorded = `DELETE FROM consent_evidence WHERE workspace = ? AND (source, source_id) IN
			(SELECT source, source_id FROM consent_ledger WHERE workspace = ? AND address = ? AND person = ?)`
	)
	if _, err := q.exec(ctx, written, workspace, workspace, internal); err != nil {
		return err
	}
	for _, number := range numbers {
		if _, err := q.exec(ctx, recorded, workspace, workspace, number, id); err != nil {
			return err
		}
	}
	return nil
}

// forgetNames takes a person's name out of the ledger of their numbers, and deletes
// what providers call them; a name under which something was said about consent
// stays, because it leads to what was said.
func (q session) forgetNames(ctx context.Context, workspace, id string, numbers []string) error {
	const (
		unnamed = "UPDATE consent_ledger SET person = NULL WHERE workspace = ? AND address = ? AND person = ?"
		aliases = `DELETE FROM aliases WHERE workspace = ? AND channel = ? AND address = ?
			AND NOT EXISTS (SELECT 1 FROM people p WHERE p.workspace = aliases.workspace AND p.address = aliases.address AND p.id <> ?)
			AND NOT EXISTS (SELECT 1 FROM consent_status s WHERE s.workspace = aliases.workspace AND s.channel = aliases.channel
				AND s.address = aliases.kind || ':' || aliases.value)`
	)
	for _, number := range numbers {
		if _, err := q.exec(ctx, unnamed, workspace, number, id); err != nil {
			return err
		}
		if _, err := q.exec(ctx, aliases, workspace, message.WhatsApp, number, id); err != nil {
			return err
		}
	}
	return nil
}
