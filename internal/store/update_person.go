package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"replyflow/internal/message"
)

// UpdatePerson is what a run's node writes to one person.
type UpdatePerson struct {
	RunID, Node, Campaign string
	// ID is the person's id.
	ID string
	// Set are the attributes to write, rendered; null removes.
	Set map[string]json.RawMessage
	// Create adds the person when there is none.
	Create bool
	Stamp  message.Stamp
	// Now is when the change is logged.
	Now time.Time
}

// UpdateResult is what an update did to a person.
type UpdateResult struct {
	Found   bool
	Created bool
	// Changed is set when an attribute got another value, or the person is new.
	Changed bool
	// Overtaken is set when an attribute kept a value that was written later.
	Overtaken bool
}

// UpdatePerson merges attributes into one person. A repeated call returns what
// the first one did.
func (s *Store) UpdatePerson(ctx context.Context, workspace message.Workspace, update UpdatePerson) (UpdateResult, error) {
	if err := checkID(update.ID); err != nil {
		return UpdateResult{}, err
	}
	w, err := newWrite(update.Set, update.Stamp)
	if err != nil {
		return UpdateResult{}, err
	}
	result, err := s.updatePersonOnce(ctx, workspace, update, w)
	if errors.Is(err, ErrConflict) {
		// Another call was first, and has recorded what it did by now.
		result, err = s.updatePersonOnce(ctx, workspace, update, w)
	}
	return result, err
}

func (s *Store) updatePersonOnce(ctx context.Context, workspace message.Workspace, update UpdatePerson, w write) (UpdateResult, error) {
	key := nodeKey{workspace.Key, update.RunID, update.Node}
	var result UpdateResult
	err := s.write(ctx, func(tx session) error {
		recorded, err := tx.findNodeUpdate(ctx, key)
		if err == nil {
			result = UpdateResult{recorded.Matched > 0, recorded.Created > 0, recorded.Changed > 0, recorded.Overtaken > 0}
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if result, err = tx.updatePerson(ctx, workspace, update, w); err != nil {
			return err
		}
		return tx.addNodeUpdate(ctx, key, nodeUpdate{
			Matched: count(result.Found), Created: count(result.Created),
			Changed: count(result.Changed), Overtaken: count(result.Overtaken), Done: true,
		})
	})
	return result, err
}

func (q session) updatePerson(ctx context.Context, workspace message.Workspace, update UpdatePerson, w write) (UpdateResult, error) {
	var row personRow
	var created bool
	var err error
	if update.Create {
		row, created, err = q.findOrAddPerson(ctx, workspace.Key, update.ID)
	} else {
		row, err = q.findPerson(ctx, workspace.Key, update.ID, q.store.dialect.lock)
	}
	if errors.Is(err, ErrNotFound) {
		return UpdateResult{}, nil
	}
	if err != nil {
		return UpdateResult{}, err
	}
	_, done, err := q.mergePerson(ctx, workspace, row, w, nil)
	if err != nil {
		return UpdateResult{}, err
	}
	from := origin{campaign: update.Campaign, run: update.RunID, node: update.Node}
	err = q.logPerson(ctx, workspace.Key, update.ID, created, done, from)
	return UpdateResult{Found: true, Created: created, Changed: created || done.changed(), Overtaken: done.overtaken}, err
}

func count(happened bool) int {
	if happened {
		return 1
	}
	return 0
}
