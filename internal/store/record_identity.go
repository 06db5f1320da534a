package store

import (
	"context"
	"slices"
	"strings"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// recordIdentity points a new name at the address that the old one led to.
func (u updater) recordIdentity(ctx context.Context, update message.Update, change message.IdentityChange) error {
	const (
		move = `INSERT INTO aliases (workspace, channel, kind, value, address) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (workspace, channel, kind, value) DO UPDATE SET address = excluded.address`
		// The names that led to an id which is known as another one's now.
		follow = "UPDATE aliases SET address = ? WHERE workspace = ? AND channel = ? AND address = ?"
	)
	if change.Previous.Kind == message.AliasWAID && change.Current.Kind == message.AliasWAID {
		return u.recordNewNumber(ctx, update, change)
	}
	names := append([]message.Alias{change.Previous}, change.Also...)
	address, err := u.consentAddress(ctx, update.Channel, "", names)
	if err != nil {
		return err
	}
	if address == "" || change.Current.Value == "" {
		return nil
	}
	if strings.HasPrefix(address, namelessPrefix) {
		// The new id may have come with a number before this was heard.
		known, err := u.consentAddress(ctx, update.Channel, "", []message.Alias{change.Current})
		if err != nil {
			return err
		}
		if !strings.HasPrefix(known, namelessPrefix) {
			address = known
		}
	}
	for _, alias := range append([]message.Alias{change.Current, change.Previous}, change.Also...) {
		if alias.Value == "" || alias.Kind == message.AliasPhone {
			continue
		}
		if _, err := u.exec(ctx, move, u.workspace.Key, update.Channel, alias.Kind, storable(alias.Value), address); err != nil {
			return err
		}
		if alias.Kind != message.AliasBSUID {
			continue
		}
		if _, err := u.exec(ctx, follow, address, u.workspace.Key, update.Channel, storable(namelessPrefix+alias.Value)); err != nil {
			return err
		}
	}
	return nil
}

// recordNewNumber lets the opt-outs of a number follow its owner to a new one.
// Opt-ins don't: they belong to the number and the person together.
func (u updater) recordNewNumber(ctx context.Context, update message.Update, change message.IdentityChange) error {
	before, err := u.consentAddress(ctx, update.Channel, change.Previous.Value, nil)
	if err != nil {
		return err
	}
	after, err := u.consentAddress(ctx, update.Channel, change.Current.Value, nil)
	if err != nil {
		return err
	}
	if before == "" || after == "" || before == after {
		return nil
	}
	return u.moveNumber(ctx, update, change, before, after)
}

// moveNumber lets what somebody opted out of at a number, and their names, go with
// them to another one.
func (u updater) moveNumber(ctx context.Context, update message.Update, change message.IdentityChange, before, after string) error {
	if err := u.moveNames(ctx, update.Channel, before, after, change.Previous); err != nil {
		return err
	}
	if err := u.noteNewNumber(ctx, update, before, after); err != nil {
		return err
	}
	rows, err := u.consentRows(ctx, u.workspace.Key, update.Channel, before)
	if err != nil {
		return err
	}
	for _, row := range rows {
		state := consent.Status([]consent.Row{row}, consent.Target{Scopes: []consent.Scope{row.Scope}, Category: row.Category})
		if !state.OptedOut {
			continue
		}
		err := u.recordChange(ctx, ledgerEntry{
			workspace: u.workspace.Key, channel: update.Channel, address: after,
			event: consent.Event{
				Scope: row.Scope, Lane: row.Lane, Category: row.Category, Action: consent.Out, At: cut(update.ArrivedAt), ID: update.Key,
			},
			source: sourceIdentity, sourceID: update.Key, rule: "number_changed", actor: "provider", sender: update.Sender.Address, recordedAt: u.now,
		}, Evidence{From: change.Previous.Value, To: change.Current.Value}, messageData{
			Channel: update.Channel, Rule: "number_changed", Verdict: message.VerdictOptOut, Why: "the opt-out of the person's number before came along",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// moveNames lets the names of a person lead to their new number; the old number
// itself belongs to whoever gets it next.
func (u updater) moveNames(ctx context.Context, channel message.Channel, before, after string, old message.Alias) error {
	const move = "UPDATE aliases SET address = ? WHERE workspace = ? AND channel = ? AND address = ? AND NOT (kind = ? AND value = ?)"
	_, err := u.exec(ctx, move, after, u.workspace.Key, channel, before, old.Kind, storable(old.Value))
	return err
}

// noteNewNumber notes the change for opt-outs that are recorded after it.
func (u updater) noteNewNumber(ctx context.Context, update message.Update, before, after string) error {
	const statement = `INSERT INTO number_changes (workspace, channel, before, after, changed_at, key) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, channel, before, key) DO NOTHING`
	_, err := u.exec(ctx, statement, u.workspace.Key, update.Channel, before, after, u.store.dialect.time(update.ArrivedAt), update.Key)
	return err
}

// followNumber lets an opt-out follow to the numbers that its person has got since,
// whichever is recorded first.
func (q session) followNumber(ctx context.Context, entry ledgerEntry) error {
	const find = `SELECT after, changed_at, key FROM number_changes
		WHERE workspace = ? AND channel = ? AND before = ? AND changed_at >= ? ORDER BY changed_at LIMIT 1`
	if entry.channel != message.WhatsApp || entry.event.Action != consent.Out || entry.source == sourceIdentity {
		return nil
	}
	seen, since := []string{entry.address}, entry.event.At
	for {
		var found []struct {
			After     string `db:"after"`
			ChangedAt moment `db:"changed_at"`
			Key       string `db:"key"`
		}
		last := seen[len(seen)-1]
		if err := q.list(ctx, &found, find, entry.workspace, entry.channel, last, q.store.dialect.time(since)); err != nil || len(found) == 0 {
			return err
		}
		change := found[0]
		if slices.Contains(seen, change.After) {
			return nil
		}
		followed := entry
		followed.address, followed.source, followed.sourceID = change.After, sourceIdentity, change.Key+"/"+entry.sourceID
		followed.event.ID, followed.rule, followed.actor = followed.sourceID, "number_changed", "provider"
		if err := q.lockAddress(ctx, entry.workspace, change.After); err != nil {
			return err
		}
		if _, err := q.addToLedger(ctx, followed); err != nil {
			return err
		}
		seen, since = append(seen, change.After), change.ChangedAt.Time
	}
}
