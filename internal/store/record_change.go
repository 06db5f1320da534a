package store

import (
	"context"
	"slices"

	"replyflow/internal/consent"
)

// namelessPrefix begins the address of a WhatsApp user whose number isn't known.
const namelessPrefix = "bsuid:"

// recordChange records, once, a change of consent that no message brought: a
// provider, staff or another system said so. It stands in the log of everybody
// who has the number, as a change only when the state of the number changed.
func (q session) recordChange(ctx context.Context, entry ledgerEntry, evidence Evidence, data messageData) error {
	if err := q.lockAddress(ctx, entry.workspace, entry.address); err != nil {
		return err
	}
	people, err := q.holders(ctx, entry)
	if err != nil {
		return err
	}
	if entry.person == "" && len(people) > 0 {
		entry.person = people[0]
	}
	target := consent.Target{Scopes: []consent.Scope{entry.event.Scope, consent.WorkspaceScope}, Category: entry.event.Category}
	before, err := q.consentRows(ctx, entry.workspace, entry.channel, entry.address)
	if err != nil {
		return err
	}
	if added, err := q.addToLedger(ctx, entry); err != nil || !added {
		return err
	}
	if err := q.addEvidence(ctx, entry.workspace, entry.source, entry.sourceID, evidence); err != nil {
		return err
	}
	row := consent.Row{Scope: entry.event.Scope, Lane: entry.event.Lane, Category: entry.event.Category}
	row.Marks.Add(entry.event)
	was, is := consent.Status(before, target), consent.Status(append(slices.Clone(before), row), target)
	kind := LogConsentUnchanged
	if !was.Same(is) {
		kind = LogConsentChanged
	}
	for _, person := range people {
		if err := q.logMessage(ctx, entry.workspace, kind, person, entry.sender, data); err != nil {
			return err
		}
	}
	return nil
}

// holders are the ids of the people whom a change is about: those who have the
// number, at most maxLogged, and whoever the entry names. With nobody it
// is one empty id: the entry in the log is anonymous.
func (q session) holders(ctx context.Context, entry ledgerEntry) ([]string, error) {
	ids, err := q.holdersOf(ctx, entry.workspace, entry.address, maxLogged)
	if err != nil {
		return nil, err
	}
	if entry.person != "" && !slices.Contains(ids, entry.person) || len(ids) == 0 {
		ids = append(ids, entry.person)
	}
	return ids, nil
}

// holdersOf are the ids of those who have a number, the oldest profile first.
func (q session) holdersOf(ctx context.Context, workspace, address string, limit int) ([]string, error) {
	const statement = "SELECT id FROM people WHERE workspace = ? AND address = ? ORDER BY created_at, id LIMIT ?"
	var ids []string
	err := q.list(ctx, &ids, statement, workspace, address, limit)
	return ids, err
}
