package store

import (
	"context"
	"encoding/json"
	"time"

	"replyflow/internal/message"
)

// Person is somebody a workspace knows.
type Person struct {
	// InternalID grows in the order in which people were added; it never leaves
	// the installation.
	InternalID int64 `json:"-"`
	// ID is the customer's own id.
	ID string `json:"id"`
	// Phone is the normalised number of the identifying attribute, nil when
	// there is none or it is no number.
	Phone      *string                    `json:"phone"`
	Attributes map[string]json.RawMessage `json:"attributes"`
	CreatedAt  time.Time                  `json:"created_at"`
	UpdatedAt  time.Time                  `json:"updated_at"`
}

// PeopleQuery says which people to list.
type PeopleQuery struct {
	// Phone, in any writing, keeps those with this number; empty keeps everyone.
	Phone string
	// Limit is how many to return at most: 50 when 0, never more than 1,000.
	Limit int
	// Cursor is Next of the page before, empty for the first.
	Cursor string
}

// PeoplePage is a part of a list of people, the oldest first.
type PeoplePage struct {
	People []Person `json:"people"`
	// Next is the cursor of the next page, empty at the end.
	Next string `json:"next,omitempty"`
}

// personRow is a person as the database holds it.
type personRow struct {
	InternalID int64   `db:"internal_id"`
	ID         string  `db:"id"`
	Phone      *string `db:"phone"`
	Attributes string  `db:"attributes"`
	Stamps     string  `db:"attribute_stamps"`
	CreatedAt  moment  `db:"created_at"`
	UpdatedAt  moment  `db:"updated_at"`
}

func (d dialect) personColumns() string {
	return "internal_id, id, phone, " + d.document("attributes") + " AS attributes, " +
		d.document("attribute_stamps") + " AS attribute_stamps, created_at, updated_at"
}

func (r personRow) read() (attributes, error) { return readAttributes(r.Attributes, r.Stamps) }

func (r personRow) person() (Person, error) {
	held, err := readAttributes(r.Attributes, "")
	return Person{
		InternalID: r.InternalID, ID: r.ID, Phone: r.Phone, Attributes: held.values,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}, err
}

func peopleOf(rows []personRow) ([]Person, error) {
	people := make([]Person, len(rows))
	for i, row := range rows {
		var err error
		if people[i], err = row.person(); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// GetPerson finds a person by id, or fails with ErrNotFound.
func (s *Store) GetPerson(ctx context.Context, workspace, id string) (Person, error) {
	if checkID(id) != nil {
		return Person{}, ErrNotFound
	}
	row, err := s.read().findPerson(ctx, workspace, id, "")
	if err != nil {
		return Person{}, err
	}
	return row.person()
}

func (q session) findPerson(ctx context.Context, workspace, id, lock string) (personRow, error) {
	statement := "SELECT " + q.store.dialect.personColumns() + " FROM people WHERE workspace = ? AND id = ?" + lock
	var row personRow
	err := q.get(ctx, &row, statement, workspace, id)
	return row, err
}

// GetPersonByInternalID finds a person by the id that never changes, or fails with
// ErrNotFound.
func (s *Store) GetPersonByInternalID(ctx context.Context, workspace string, id int64) (Person, error) {
	statement := "SELECT " + s.dialect.personColumns() + " FROM people WHERE workspace = ? AND internal_id = ?"
	var row personRow
	if err := s.read().get(ctx, &row, statement, workspace, id); err != nil {
		return Person{}, err
	}
	return row.person()
}

// FindPeopleByPhone returns everyone who has a number, the oldest profile first.
// What is no number belongs to nobody.
func (s *Store) FindPeopleByPhone(ctx context.Context, workspace message.Workspace, number string) ([]Person, error) {
	statement := "SELECT " + s.dialect.personColumns() + ` FROM people
		WHERE workspace = ? AND phone = ? ORDER BY created_at, id`
	key, _, ok := normalizeText(workspace, number)
	if !ok {
		return []Person{}, nil
	}
	var rows []personRow
	if err := s.read().list(ctx, &rows, statement, workspace.Key, key); err != nil {
		return nil, err
	}
	return peopleOf(rows)
}

// peopleCursor is the last person of a page.
type peopleCursor struct {
	CreatedAt time.Time `json:"created_at"`
	ID        string    `json:"id"`
}

// ListPeople returns a page of people, the oldest profile first.
func (s *Store) ListPeople(ctx context.Context, workspace message.Workspace, query PeopleQuery) (PeoplePage, error) {
	statement := "SELECT " + s.dialect.personColumns() + " FROM people WHERE workspace = ?"
	args := []any{workspace.Key}
	if query.Phone != "" {
		key, _, ok := normalizeText(workspace, query.Phone)
		if !ok {
			return PeoplePage{People: []Person{}}, nil
		}
		statement += " AND phone = ?"
		args = append(args, key)
	}
	if query.Cursor != "" {
		var after peopleCursor
		if err := readCursor(query.Cursor, &after); err != nil {
			return PeoplePage{}, err
		}
		statement += " AND (created_at, id) > (" + s.dialect.timeParam + ", ?)"
		args = append(args, s.dialect.time(after.CreatedAt), after.ID)
	}
	statement += " ORDER BY created_at, id LIMIT ?"
	limit := pageSize(query.Limit)
	var rows []personRow
	if err := s.read().list(ctx, &rows, statement, append(args, limit+1)...); err != nil {
		return PeoplePage{}, err
	}
	page := PeoplePage{}
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		page.Next = newCursor(peopleCursor{last.CreatedAt.Time, last.ID})
	}
	var err error
	page.People, err = peopleOf(rows)
	return page, err
}

// CountPeople is how many people a workspace has.
func (s *Store) CountPeople(ctx context.Context, workspace string) (int, error) {
	const statement = "SELECT count(*) FROM people WHERE workspace = ?"
	var count int
	err := s.read().get(ctx, &count, statement, workspace)
	return count, err
}
