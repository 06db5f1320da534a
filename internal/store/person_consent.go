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
	rows    map[message.Channel][]consent.Row
}

// State is the person's consent towards a target on a channel.
func (p PersonConsent) State(channel message.Channel, target consent.Target) consent.State {
	return consent.Status(p.rows[channel], target)
}

// GetPersonConsent reads what the consent of a person derives from: what was said
// at their number, by whomever; and the opt-outs that they gave at numbers that
// they had before, which follow them until a fresh opt-in. An opt-in that is
// older than their having the number was somebody else's and doesn't count.
func (s *Store) GetPersonConsent(ctx context.Context, workspace string, person Person) (PersonConsent, error) {
	found := PersonConsent{rows: map[message.Channel][]consent.Row{}}
	q := s.read()
	former, err := q.formerNumbers(ctx, workspace, person.InternalID)
	if err != nil {
		return found, err
	}
	if person.Phone != nil {
		found.Address = phone.Canonical(*person.Phone)
		if err := q.addOwnRows(ctx, workspace, &found, former); err != nil {
			return found, err
		}
	}
	for _, number := range former {
		if err := q.addFormerOptOuts(ctx, workspace, &found, number); err != nil {
			return found, err
		}
	}
	return found, nil
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

// addOwnRows adds what was said at the person's own number, and under its other names.
func (q session) addOwnRows(ctx context.Context, workspace string, found *PersonConsent, former []formerNumber) error {
	since := time.Time{}
	if len(former) > 0 {
		since = former[len(former)-1].LeftAt.Time
	}
	for _, channel := range []message.Channel{message.SMS, message.WhatsApp} {
		rows, err := q.consentRows(ctx, workspace, channel, found.Address)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Marks.In.At.Before(since) {
				row.Marks.In = consent.Mark{}
			}
			if row.Marks.Lift.At.Before(since) && row.Marks.Out.At.Before(since) {
				// Somebody else's opt-out that somebody else ended.
				row.Marks.Out = endedBefore(row.Marks)
			}
			found.rows[channel] = append(found.rows[channel], row)
		}
	}
	return nil
}

// endedBefore is the opt-out that is left of marks: none when it was lifted.
func endedBefore(marks consent.Marks) consent.Mark {
	if marks.Lift.At.After(marks.Out.At) {
		return consent.Mark{}
	}
	return marks.Out
}

// addFormerOptOuts adds the opt-outs that were in force at a number when the
// person left it. They come from the ledger: the status of the number may have
// changed since, by somebody else's word.
func (q session) addFormerOptOuts(ctx context.Context, workspace string, found *PersonConsent, number formerNumber) error {
	const statement = `SELECT channel, scope, lane, category, action, effective_at, source_id FROM consent_ledger
		WHERE workspace = ? AND address = ? AND effective_at <= ?`
	var rows []struct {
		Channel  message.Channel  `db:"channel"`
		Scope    consent.Scope    `db:"scope"`
		Lane     consent.Lane     `db:"lane"`
		Category message.Category `db:"category"`
		Action   consent.Action   `db:"action"`
		At       moment           `db:"effective_at"`
		SourceID string           `db:"source_id"`
	}
	d := q.store.dialect
	if err := q.list(ctx, &rows, statement, workspace, phone.Canonical(number.Phone), d.time(number.LeftAt.Time)); err != nil {
		return err
	}
	type key struct {
		channel  message.Channel
		scope    consent.Scope
		lane     consent.Lane
		category message.Category
	}
	known := map[key]*consent.Row{}
	for _, entry := range rows {
		k := key{entry.Channel, entry.Scope, entry.Lane, entry.Category}
		if known[k] == nil {
			known[k] = &consent.Row{Scope: entry.Scope, Lane: entry.Lane, Category: entry.Category}
		}
		known[k].Marks.Add(consent.Event{Action: entry.Action, At: entry.At.Time, ID: entry.SourceID})
	}
	for k, row := range known {
		// Of what was said there only opt-outs follow, and those that were lifted
		// there don't.
		if row.Marks.Out.IsSet() && !row.Marks.In.At.After(row.Marks.Out.At) && !row.Marks.Lift.At.After(row.Marks.Out.At) {
			row.Marks.In, row.Marks.Lift = consent.Mark{}, consent.Mark{}
			found.rows[k.channel] = append(found.rows[k.channel], *row)
		}
	}
	return nil
}
