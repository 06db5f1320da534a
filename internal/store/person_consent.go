package store

import (
	"context"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// PersonConsent is everything that the consent of a person derives from, by channel.
type PersonConsent struct {
	// Address is the consent address of the person's number, empty without one.
	Address string
	// since is when the person got their number, zero when that isn't known.
	since time.Time
	// rows are what was said at the number, by whomever.
	rows map[message.Channel][]consent.Row
	// former are, for each number before, what was said there until the person left
	// it, and what the person has said since that lifts it.
	former []map[message.Channel][]consent.Row
}

// State is the person's consent towards a target on a channel.
func (p PersonConsent) State(channel message.Channel, target consent.Target) consent.State {
	own := consent.Status(p.rows[channel], target)
	if own.OptedOut {
		return own
	}
	for _, number := range p.former {
		if followed := consent.Status(number[channel], target); followed.OptedOut {
			return followed
		}
	}
	if own.OptedIn && own.Since.Before(p.since) {
		return consent.State{}
	}
	return own
}

// waiting is the wish of the person's that waits for a decision, said at a number
// before.
func (p PersonConsent) waiting(channel message.Channel, target consent.Target) consent.State {
	for _, number := range p.former {
		if wish := consent.Waiting(number[channel], target); wish.OptedOut {
			return wish
		}
	}
	return consent.State{}
}

// GetPersonConsent reads what the consent of a person derives from: what was said
// at their number, by whomever; and the opt-outs of numbers that they had before,
// which follow them until a fresh opt-in at a number of theirs. An opt-in that is
// older than their having the number was somebody else's: it ends that somebody's
// opt-outs and opts nobody else in.
func (s *Store) GetPersonConsent(ctx context.Context, workspace string, person Person) (PersonConsent, error) {
	return s.read().personConsent(ctx, workspace, person)
}

func (q session) personConsent(ctx context.Context, workspace string, person Person) (PersonConsent, error) {
	const got = "SELECT phone_since FROM people WHERE workspace = ? AND internal_id = ?"
	found := PersonConsent{rows: map[message.Channel][]consent.Row{}}
	var since []moment
	if err := q.list(ctx, &since, got, workspace, person.InternalID); err != nil {
		return found, err
	}
	if len(since) > 0 {
		found.since = since[0].Time
	}
	former, err := q.formerNumbers(ctx, workspace, person.InternalID)
	if err != nil {
		return found, err
	}
	for _, number := range former {
		if err := q.addFormer(ctx, workspace, &found, number); err != nil {
			return found, err
		}
	}
	if person.Phone != nil {
		found.Address = phone.Canonical(*person.Phone)
		err = q.addOwn(ctx, workspace, &found)
	}
	return found, err
}

// formerNumber is a number that a person had until a time.
type formerNumber struct {
	Phone   string `db:"phone"`
	Address string `db:"address"`
	Since   moment `db:"since"`
	LeftAt  moment `db:"left_at"`
}

func (q session) formerNumbers(ctx context.Context, workspace string, person int64) ([]formerNumber, error) {
	const statement = "SELECT phone, address, since, left_at FROM former_numbers WHERE workspace = ? AND person = ? ORDER BY left_at"
	var rows []formerNumber
	err := q.list(ctx, &rows, statement, workspace, person)
	return rows, err
}

// addOwn adds what was said at the person's own number, and under its other names.
func (q session) addOwn(ctx context.Context, workspace string, found *PersonConsent) error {
	for _, channel := range []message.Channel{message.SMS, message.WhatsApp} {
		rows, err := q.consentRows(ctx, workspace, channel, found.Address)
		if err != nil {
			return err
		}
		found.rows[channel] = rows
		found.lift(channel, rows, found.since)
	}
	return nil
}

// addFormer adds what was said at a number until the person left it. It comes from
// the ledger: the status of the number may have changed since, by somebody else's
// word.
func (q session) addFormer(ctx context.Context, workspace string, found *PersonConsent, number formerNumber) error {
	const statement = `SELECT channel, scope, lane, category, action, effective_at, source_id FROM consent_ledger
		WHERE workspace = ? AND address = ? AND effective_at <= ?`
	var entries []formerEntry
	if err := q.list(ctx, &entries, statement, workspace, number.Address, q.store.dialect.time(number.LeftAt.Time)); err != nil {
		return err
	}
	known := map[formerKey]consent.Marks{}
	for _, entry := range entries {
		marks := known[entry.formerKey]
		marks.Add(consent.Event{Action: entry.Action, At: entry.At.Time, ID: entry.SourceID})
		known[entry.formerKey] = marks
	}
	rows := map[message.Channel][]consent.Row{}
	for key, marks := range known {
		rows[key.Channel] = append(rows[key.Channel], consent.Row{Scope: key.Scope, Lane: key.Lane, Category: key.Category, Marks: marks})
	}
	for channel := range rows {
		found.lift(channel, rows[channel], number.Since.Time)
	}
	found.former = append(found.former, rows)
	return nil
}

// lift lets what the person has said at a number, since they have it, lift the
// opt-outs of the numbers before.
func (p *PersonConsent) lift(channel message.Channel, rows []consent.Row, since time.Time) {
	for _, row := range rows {
		lifts := consent.Row{Scope: row.Scope, Lane: row.Lane, Category: row.Category}
		if !row.Marks.In.At.Before(since) {
			lifts.Marks.In = row.Marks.In
		}
		if !row.Marks.Lift.At.Before(since) {
			lifts.Marks.Lift = row.Marks.Lift
		}
		for _, number := range p.former {
			number[channel] = append(number[channel], lifts)
		}
	}
}

type formerEntry struct {
	formerKey
	Action   consent.Action `db:"action"`
	At       moment         `db:"effective_at"`
	SourceID string         `db:"source_id"`
}

// formerKey is what the marks of a number are kept by.
type formerKey struct {
	Channel  message.Channel  `db:"channel"`
	Scope    consent.Scope    `db:"scope"`
	Lane     consent.Lane     `db:"lane"`
	Category message.Category `db:"category"`
}
