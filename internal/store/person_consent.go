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
	// since is when the person got their number, zero when they had none before.
	since time.Time
	// rows are what was said at the number, by whomever. followed are the opt-outs
	// of the numbers before and what the person has said since that lifts them.
	rows, followed map[message.Channel][]consent.Row
}

// State is the person's consent towards a target on a channel.
func (p PersonConsent) State(channel message.Channel, target consent.Target) consent.State {
	own := consent.Status(p.rows[channel], target)
	if own.OptedOut {
		return own
	}
	if followed := consent.Status(p.followed[channel], target); followed.OptedOut {
		return followed
	}
	if own.OptedIn && own.Since.Before(p.since) {
		return consent.State{}
	}
	return own
}

// GetPersonConsent reads what the consent of a person derives from: what was said
// at their number, by whomever; and the opt-outs of numbers that they had before,
// which follow them until a fresh opt-in at a number of theirs. An opt-in that is
// older than their having the number was somebody else's: it ends that somebody's
// opt-outs and opts nobody else in.
func (s *Store) GetPersonConsent(ctx context.Context, workspace string, person Person) (PersonConsent, error) {
	found := PersonConsent{rows: map[message.Channel][]consent.Row{}, followed: map[message.Channel][]consent.Row{}}
	q := s.read()
	former, err := q.formerNumbers(ctx, workspace, person.InternalID)
	if err != nil {
		return found, err
	}
	for _, number := range former {
		if err := q.addFormer(ctx, workspace, &found, number); err != nil {
			return found, err
		}
		found.since = number.LeftAt.Time
	}
	if person.Phone != nil {
		found.Address = phone.Canonical(*person.Phone)
		err = q.addOwn(ctx, workspace, &found)
	}
	return found, err
}

// formerNumber is a number that a person had until a time.
type formerNumber struct {
	Phone  string `db:"phone"`
	LeftAt moment `db:"left_at"`
}

func (q session) formerNumbers(ctx context.Context, workspace string, person int64) ([]formerNumber, error) {
	const statement = "SELECT phone, left_at FROM former_numbers WHERE workspace = ? AND person = ? ORDER BY left_at"
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
		for _, row := range rows {
			row.Marks = liftsSince(row.Marks, found.since)
			found.followed[channel] = append(found.followed[channel], row)
		}
	}
	return nil
}

// liftsSince are the marks that lift opt-outs, from a time on.
func liftsSince(marks consent.Marks, since time.Time) consent.Marks {
	var lifts consent.Marks
	if !marks.In.At.Before(since) {
		lifts.In = marks.In
	}
	if !marks.Lift.At.Before(since) {
		lifts.Lift = marks.Lift
	}
	return lifts
}

// addFormer adds the opt-outs that were in force at a number when the person left
// it, and what lifts earlier ones that was said while the person had it. They
// come from the ledger: the status of the number may have changed since, by
// somebody else's word.
func (q session) addFormer(ctx context.Context, workspace string, found *PersonConsent, number formerNumber) error {
	const statement = `SELECT channel, scope, lane, category, action, effective_at, source_id FROM consent_ledger
		WHERE workspace = ? AND address = ? AND effective_at <= ?`
	var entries []formerEntry
	address, left := phone.Canonical(number.Phone), q.store.dialect.time(number.LeftAt.Time)
	if err := q.list(ctx, &entries, statement, workspace, address, left); err != nil {
		return err
	}
	known := map[formerKey]consent.Marks{}
	for _, entry := range entries {
		marks := known[entry.formerKey]
		marks.Add(consent.Event{Action: entry.Action, At: entry.At.Time, ID: entry.SourceID})
		known[entry.formerKey] = marks
	}
	for key, marks := range known {
		row := consent.Row{Scope: key.Scope, Lane: key.Lane, Category: key.Category, Marks: liftsSince(marks, found.since)}
		if !marks.In.At.After(marks.Out.At) && !marks.Lift.At.After(marks.Out.At) {
			row.Marks.Out = marks.Out
		}
		found.followed[key.Channel] = append(found.followed[key.Channel], row)
	}
	return nil
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
