package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// AddressConsent is what is known of an address on a channel.
type AddressConsent struct {
	Channel message.Channel
	Address string
	Rows    []consent.Row
	// People are the ids of those who have the number, at most a hundred.
	People []string
	// Movers are those of them who had another number before: its opt-outs follow.
	Movers []Mover
}

// Mover is somebody who had another number before.
type Mover struct {
	ID      string
	Consent PersonConsent
}

// AddressConsentQuery says which addresses to list.
type AddressConsentQuery struct {
	Channel string
	Limit   int
	Cursor  string
}

// AddressConsentPage is a part of a list of addresses.
type AddressConsentPage struct {
	Addresses []AddressConsent
	Next      string
}

// addressKey is an address on a channel; the last one of a page is its cursor.
type addressKey struct {
	Channel message.Channel `json:"channel" db:"channel"`
	Address string          `json:"address" db:"address"`
}

func (k addressKey) compare(other addressKey) int {
	return cmp.Or(cmp.Compare(k.Channel, other.Channel), cmp.Compare(k.Address, other.Address))
}

// ListOptedOutAddresses returns a page of the addresses that ever opted out of
// something, or whose people did at a number before, with all that their state
// derives from: some may be in again.
func (s *Store) ListOptedOutAddresses(ctx context.Context, workspace string, query AddressConsentQuery) (AddressConsentPage, error) {
	// Each statement goes along an index; together they would be sorted every time.
	const (
		said = "SELECT DISTINCT s.channel, s.address AS address FROM consent_status s WHERE s.workspace = ? AND s.out_mark <> ''"
		// Whoever moves is rare, and what they said before is few.
		followed = `SELECT DISTINCT s.channel, p.address AS address FROM former_numbers f
			JOIN consent_status s ON s.workspace = f.workspace AND s.address = f.address AND s.out_mark <> ''
			JOIN people p ON p.workspace = f.workspace AND p.internal_id = f.person AND p.address IS NOT NULL
			WHERE f.workspace = ?`
	)
	q, limit := s.read(), pageSize(query.Limit)
	own, err := q.addressKeys(ctx, said, "s.address", workspace, query, limit+1)
	if err != nil {
		return AddressConsentPage{}, err
	}
	others, err := q.addressKeys(ctx, followed, "p.address", workspace, query, limit+1)
	if err != nil {
		return AddressConsentPage{}, err
	}
	keys := append(own, others...)
	slices.SortFunc(keys, addressKey.compare)
	keys = slices.Compact(keys)
	page := AddressConsentPage{}
	if len(keys) > limit {
		keys = keys[:limit]
		page.Next = newCursor(keys[limit-1])
	}
	for _, key := range keys {
		known, listed, err := q.addressConsent(ctx, workspace, key)
		if err != nil {
			return page, err
		}
		if listed {
			page.Addresses = append(page.Addresses, known)
		}
	}
	return page, nil
}

func (q session) addressKeys(ctx context.Context, statement, column, workspace string, query AddressConsentQuery, limit int) ([]addressKey, error) {
	args := []any{workspace}
	if query.Channel != "" {
		statement += " AND s.channel = ?"
		args = append(args, query.Channel)
	}
	if query.Cursor != "" {
		var after addressKey
		if err := readCursor(query.Cursor, &after); err != nil {
			return nil, err
		}
		statement += " AND (s.channel, " + column + ") > (?, ?)"
		args = append(args, after.Channel, after.Address)
	}
	var keys []addressKey
	err := q.list(ctx, &keys, statement+" ORDER BY s.channel, address LIMIT ?", append(args, limit)...)
	return keys, err
}

// addressConsent is false for a name whose number is listed itself.
func (q session) addressConsent(ctx context.Context, workspace string, key addressKey) (AddressConsent, bool, error) {
	const (
		leads = "SELECT address FROM aliases WHERE workspace = ? AND channel = ? AND kind = ? AND value = ?"
		out   = "SELECT count(*) FROM consent_status WHERE workspace = ? AND channel = ? AND address = ? AND out_mark <> ''"
	)
	known := AddressConsent{Channel: key.Channel, Address: key.Address, People: []string{}}
	if name, isName := strings.CutPrefix(key.Address, namelessPrefix); isName {
		var found []string
		if err := q.list(ctx, &found, leads, workspace, key.Channel, message.AliasBSUID, name); err != nil {
			return known, false, err
		}
		if len(found) > 0 && found[0] != key.Address {
			known.Address = found[0]
			var listed int
			if err := q.get(ctx, &listed, out, workspace, key.Channel, known.Address); err != nil || listed > 0 {
				return known, false, err
			}
		}
	}
	var err error
	if known.Rows, err = q.consentRows(ctx, workspace, key.Channel, known.Address); err != nil {
		return known, false, err
	}
	return known, true, q.addHolders(ctx, workspace, &known)
}

// addHolders adds who has the number.
func (q session) addHolders(ctx context.Context, workspace string, known *AddressConsent) error {
	const who = `SELECT id, internal_id, phone, EXISTS (SELECT 1 FROM former_numbers f WHERE f.workspace = people.workspace
			AND f.person = people.internal_id) AS moved
		FROM people WHERE workspace = ? AND address = ? ORDER BY created_at, id LIMIT 100`
	var rows []struct {
		ID         string  `db:"id"`
		InternalID int64   `db:"internal_id"`
		Phone      *string `db:"phone"`
		Moved      bool    `db:"moved"`
	}
	if err := q.list(ctx, &rows, who, workspace, known.Address); err != nil {
		return err
	}
	for _, row := range rows {
		known.People = append(known.People, row.ID)
		if !row.Moved {
			continue
		}
		found, err := q.store.GetPersonConsent(ctx, workspace, Person{ID: row.ID, InternalID: row.InternalID, Phone: row.Phone})
		if err != nil {
			return err
		}
		known.Movers = append(known.Movers, Mover{row.ID, found})
	}
	return nil
}
