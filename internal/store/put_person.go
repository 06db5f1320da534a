package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"replyflow/internal/message"
)

// PutPerson adds a person, or merges attributes into the one with the id.
type PutPerson struct {
	ID string
	// Attributes are merged one by one; null removes.
	Attributes map[string]json.RawMessage
	// CreatedAt is when the customer first knew the person; nil is now for a new
	// person and no change for another.
	CreatedAt *time.Time
	// Stamp is when the write takes effect.
	Stamp message.Stamp
}

// createdAtStamp is where the stamp of a given creation time is kept. No
// attribute can have the name.
const createdAtStamp = "created_at"

// PutPerson returns the person after the write, and whether it is new.
func (s *Store) PutPerson(ctx context.Context, workspace message.Workspace, put PutPerson) (Person, bool, error) {
	w, err := put.check()
	if err != nil {
		return Person{}, false, err
	}
	var person Person
	var created bool
	err = s.write(ctx, func(tx session) error {
		row, isNew, err := tx.findOrAddPerson(ctx, workspace.Key, put.ID)
		if err != nil {
			return err
		}
		created = isNew
		row, done, err := tx.mergePerson(ctx, workspace, row, w, put.CreatedAt)
		if err != nil {
			return err
		}
		if person, err = row.person(); err != nil {
			return err
		}
		return tx.logPerson(ctx, workspace.Key, put.ID, created, done, origin{})
	})
	return person, created, err
}

func (p PutPerson) check() (write, error) {
	if err := checkID(p.ID); err != nil {
		return write{}, err
	}
	if p.CreatedAt != nil {
		if err := checkYear("created_at", *p.CreatedAt); err != nil {
			return write{}, err
		}
	}
	return newWrite(p.Attributes, p.Stamp)
}

// findOrAddPerson locks the person's row, adding one without attributes when
// there is none.
func (q session) findOrAddPerson(ctx context.Context, workspace, id string) (row personRow, created bool, err error) {
	const add = `INSERT INTO people (workspace, id, created_at, updated_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, id) DO NOTHING`
	row, err = q.findPerson(ctx, workspace, id, q.store.dialect.lock)
	if !errors.Is(err, ErrNotFound) {
		return row, false, err
	}
	now := q.store.dialect.time(q.store.now())
	added, err := q.exec(ctx, add, workspace, id, now, now)
	if err != nil {
		return row, false, err
	}
	row, err = q.findPerson(ctx, workspace, id, q.store.dialect.lock)
	return row, added == 1, err
}

// mergePerson applies a write to a locked row and returns the row as it is then.
func (q session) mergePerson(ctx context.Context, workspace message.Workspace, row personRow, w write, createdAt *time.Time) (personRow, effect, error) {
	held, err := row.read()
	if err != nil {
		return row, effect{}, err
	}
	done := held.apply(w)
	moved := createdAt != nil && w.stamp >= held.stamps[createdAtStamp]
	if moved {
		held.stamps[createdAtStamp] = w.stamp
		moved = !cut(*createdAt).Equal(row.CreatedAt.Time)
		row.CreatedAt.Time = cut(*createdAt)
	}
	if !done.stamped && !done.changed() && !moved {
		return row, done, nil
	}
	if err := held.check(); err != nil {
		return row, done, err
	}
	if done.changed() || moved {
		row.UpdatedAt.Time = cut(q.store.now())
	}
	row.Attributes, row.Stamps, row.Phone = held.document(), held.stampDocument(), phoneOf(workspace, held.values)
	return row, done, q.savePerson(ctx, row)
}

func (q session) savePerson(ctx context.Context, row personRow) error {
	d := q.store.dialect
	statement := "UPDATE people SET attributes = " + d.jsonParam + ", attribute_stamps = " + d.jsonParam +
		", phone = ?, created_at = ?, updated_at = ? WHERE internal_id = ?"
	_, err := q.exec(ctx, statement, row.Attributes, row.Stamps, row.Phone,
		d.time(row.CreatedAt.Time), d.time(row.UpdatedAt.Time), row.InternalID)
	return err
}
