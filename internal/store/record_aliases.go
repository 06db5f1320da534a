package store

import (
	"context"
	"errors"
	"strings"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// learnAliases notes that the provider's other names are this address's. A user
// id that leads to another number says that its person has moved. One that led to
// somebody without a number leads to the number now.
func (r recorder) learnAliases(ctx context.Context) error {
	m := r.message()
	if r.Input.Sender.E164 == "" || m.Kind == message.KindSystem {
		// A system message comes from the number and the id of before.
		return nil
	}
	for _, alias := range m.Aliases {
		if alias.Kind == message.AliasPhone || alias.Kind == message.AliasUsername {
			continue
		}
		elsewhere, err := r.addAlias(ctx, r.workspace.Key, m.Channel, alias, r.address())
		if err == nil && elsewhere != "" && alias.Kind == message.AliasBSUID {
			err = r.movedFrom(ctx, elsewhere)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// movedFrom is for a message by somebody whose user id leads to another number: a
// user id is one person's, so they have moved. Unless the message is older than
// their moving away from its number.
func (r recorder) movedFrom(ctx context.Context, before string) error {
	const since = `SELECT count(*) FROM number_changes WHERE workspace = ? AND channel = ? AND before = ? AND after = ? AND changed_at >= ?`
	m := r.message()
	at := cut(m.EffectiveAt())
	var later int
	if err := r.get(ctx, &later, since, r.workspace.Key, m.Channel, r.address(), before, r.store.dialect.time(at)); err != nil || later > 0 {
		return err
	}
	u := updater{session: r.session, workspace: r.workspace, now: r.Now, result: &inbound.RecordUpdatesResult{}}
	return u.moveNumber(ctx, message.Update{Key: "number-" + m.ID, Channel: m.Channel, Sender: m.Sender, ArrivedAt: at}, message.IdentityChange{
		Previous: message.Alias{Kind: message.AliasPhone, Value: before}, Current: message.Alias{Kind: message.AliasPhone, Value: r.address()},
	}, before, r.address())
}

// addAlias notes that a name leads to an address. It returns the number that the
// name leads to instead, which stays.
func (q session) addAlias(ctx context.Context, workspace string, channel message.Channel, alias message.Alias, address string) (elsewhere string, err error) {
	const (
		find = "SELECT address FROM aliases WHERE workspace = ? AND channel = ? AND kind = ? AND value = ?"
		add  = `INSERT INTO aliases (workspace, channel, kind, value, address) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (workspace, channel, kind, value) DO NOTHING`
		move = "UPDATE aliases SET address = ? WHERE workspace = ? AND channel = ? AND address = ?"
	)
	var known string
	err = q.get(ctx, &known, find, workspace, channel, alias.Kind, storable(alias.Value))
	switch {
	case errors.Is(err, ErrNotFound):
		known = namelessPrefix + alias.Value
		_, err = q.exec(ctx, add, workspace, channel, alias.Kind, storable(alias.Value), address)
	case err == nil && strings.HasPrefix(known, namelessPrefix):
		// All their names move, so that what was said under any of them counts.
		_, err = q.exec(ctx, move, address, workspace, channel, known)
	case err == nil && known != address:
		return known, nil
	default:
		return "", err
	}
	if err != nil {
		return "", err
	}
	return "", q.moveAnonymous(ctx, workspace, storable(known), address)
}

// moveAnonymous gives a number the anonymous messages of a name that leads to it:
// whoever has the number, now or later, gets them.
func (q session) moveAnonymous(ctx context.Context, workspace, name, address string) error {
	const statement = "UPDATE messages SET address = ? WHERE workspace = ? AND address = ? AND person IS NULL AND direction = 'in'"
	moved, err := q.exec(ctx, statement, address, workspace, name)
	if err != nil || moved == 0 {
		return err
	}
	return q.awaitOwner(ctx, workspace, address)
}

// awaitOwner lets the anonymous messages of an address be attached to whoever has
// it: the database looks for such messages when a number is written, and these
// weren't there yet.
func (q session) awaitOwner(ctx context.Context, workspace, address string) error {
	statement := "INSERT INTO pending_attachments (workspace, person, address, created_at) SELECT workspace, internal_id, address, " +
		q.store.dialect.timeParam + " FROM people WHERE workspace = ? AND address = ? ORDER BY created_at, id LIMIT 1"
	_, err := q.exec(ctx, statement, q.store.dialect.time(q.store.now()), workspace, address)
	return err
}
