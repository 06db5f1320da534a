package store

import (
	"context"
	"slices"
	"strings"

	"replyflow/internal/message"
)

// putPage is how many people one statement adds: SQLite takes 32,766
// parameters, and longer statements are no faster.
const putPage = 500

// newPerson is a person to add, as one row.
type newPerson struct {
	put    PutPerson
	write  write
	values attributes
}

// PutPeople adds or merges many people, as PutPerson does, in pages of 500 and
// without the activity log. When it fails, the pages before have been written;
// it may be repeated.
func (s *Store) PutPeople(ctx context.Context, workspace message.Workspace, people []PutPerson) error {
	for page := range slices.Chunk(people, putPage) {
		checked := make([]newPerson, len(page))
		for i, put := range page {
			w, err := put.check()
			if err != nil {
				return invalid("person %q: %v", put.ID, err)
			}
			checked[i] = newPerson{put: put, write: w, values: newAttributes()}
		}
		// Everybody locks in the same order, and equal ids stay in theirs.
		slices.SortStableFunc(checked, func(a, b newPerson) int { return strings.Compare(a.put.ID, b.put.ID) })
		err := s.write(ctx, func(tx session) error { return tx.putPage(ctx, workspace, checked) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (q session) putPage(ctx context.Context, workspace message.Workspace, page []newPerson) error {
	added, err := q.addPeople(ctx, workspace, page)
	if err != nil {
		return err
	}
	for _, person := range page {
		if added[person.put.ID] {
			// The first with this id is in; another one is merged into it.
			delete(added, person.put.ID)
			continue
		}
		row, _, err := q.findOrAddPerson(ctx, workspace.Key, person.put.ID)
		if err != nil {
			return err
		}
		if _, _, err := q.mergePerson(ctx, workspace, row, person.write, person.put.CreatedAt); err != nil {
			return err
		}
	}
	return nil
}

// addPeople adds those who aren't there yet, and says who they are.
func (q session) addPeople(ctx context.Context, workspace message.Workspace, page []newPerson) (map[string]bool, error) {
	d := q.store.dialect
	row := "(?, ?, " + d.jsonParam + ", " + d.jsonParam + ", ?, ?, ?, ?)"
	var statement strings.Builder
	statement.WriteString("INSERT INTO people (workspace, id, attributes, attribute_stamps, phone, phone_since, created_at, updated_at) VALUES ")
	now := q.store.now()
	args := make([]any, 0, 8*len(page))
	for i, person := range page {
		if i > 0 {
			statement.WriteString(", ")
		}
		statement.WriteString(row)
		person.values.apply(person.write)
		createdAt := now
		if person.put.CreatedAt != nil {
			createdAt = *person.put.CreatedAt
			person.values.stamps[createdAtStamp] = person.write.stamp
		}
		if err := person.values.check(); err != nil {
			return nil, err
		}
		args = append(args, workspace.Key, person.put.ID, person.values.document(), person.values.stampDocument(),
			phoneOf(workspace, person.values.values), d.time(now), d.time(createdAt), d.time(now))
	}
	statement.WriteString(" ON CONFLICT (workspace, id) DO NOTHING RETURNING id")
	var ids []string
	if err := q.list(ctx, &ids, statement.String(), args...); err != nil {
		return nil, err
	}
	added := make(map[string]bool, len(ids))
	for _, id := range ids {
		added[id] = true
	}
	return added, nil
}
