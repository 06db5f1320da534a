package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"replyflow/activities"
	"replyflow/internal/condition"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// Source is where a simulated run finds people. It is only read.
type Source interface {
	MatchPeople(ctx context.Context, workspace message.Workspace, where condition.Condition, limit int) (ids []string, count int, err error)
	GetPerson(ctx context.Context, workspace, id string) (store.Person, error)
	ResolvePeople(ctx context.Context, in inbound.ResolvePeopleInput) (inbound.ResolvePeopleResult, error)
}

// scratch is a database that is thrown away. People come into it as the run
// asks for them, so that a simulation over millions copies only who matches.
type scratch struct {
	activities.Store
	store     *store.Store
	dir       string
	workspace message.Workspace
	source    Source
	// before holds everyone's attributes as they were when they came in.
	before  map[string]map[string]json.RawMessage
	matched map[string]bool
}

var _ activities.Store = (*scratch)(nil)

func newScratch(ctx context.Context, request Request) (*scratch, error) {
	dir, err := os.MkdirTemp("", "replyflow-simulate-")
	if err != nil {
		return nil, fmt.Errorf("a simulation needs a temporary folder: %w", err)
	}
	db, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "scratch.db"))
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	s := &scratch{
		Store: db, store: db, dir: dir, workspace: request.Workspace, source: request.Source,
		before: map[string]map[string]json.RawMessage{}, matched: map[string]bool{},
	}
	if err := s.fill(ctx, request); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *scratch) fill(ctx context.Context, request Request) error {
	if err := s.store.Migrate(ctx); err != nil {
		return err
	}
	for i, person := range request.People {
		if err := s.add(ctx, person, i); err != nil {
			return fmt.Errorf("person %s: %w", person.ID, err)
		}
	}
	return nil
}

// add brings a person in. The stamp is the oldest there is: whatever the run
// writes comes later.
func (s *scratch) add(ctx context.Context, added Person, order int) error {
	person, _, err := s.store.PutPerson(ctx, s.workspace, store.PutPerson{
		ID: added.ID, Attributes: added.Attributes, CreatedAt: added.CreatedAt, Stamp: message.NewStamp(epoch, "before", order),
	})
	if err != nil {
		return err
	}
	s.before[added.ID] = person.Attributes
	return nil
}

// copyIn brings those of the source's people in who aren't in yet.
func (s *scratch) copyIn(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if _, known := s.before[id]; known {
			continue
		}
		person, err := s.source.GetPerson(ctx, s.workspace.Key, id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if err := s.add(ctx, Person{ID: id, Attributes: person.Attributes, CreatedAt: &person.CreatedAt}, 0); err != nil {
			return err
		}
	}
	return nil
}

// BatchUpdate brings in who matches, then updates them here.
func (s *scratch) BatchUpdate(ctx context.Context, workspace message.Workspace, update store.BatchUpdate) (store.BatchResult, error) {
	if err := s.bringIn(ctx, workspace, update); err != nil {
		return store.BatchResult{}, err
	}
	return s.store.BatchUpdate(ctx, workspace, update)
}

// BatchBegin does the same for an update that goes page by page.
func (s *scratch) BatchBegin(ctx context.Context, workspace message.Workspace, update store.BatchUpdate) (store.BatchProgress, error) {
	if err := s.bringIn(ctx, workspace, update); err != nil {
		return store.BatchProgress{}, err
	}
	return s.store.BatchBegin(ctx, workspace, update)
}

// bringIn brings in who matches, and notes them.
func (s *scratch) bringIn(ctx context.Context, workspace message.Workspace, update store.BatchUpdate) error {
	if s.source != nil {
		ids, count, err := s.source.MatchPeople(ctx, workspace, update.Where, update.Limit)
		if err != nil {
			return err
		}
		if count > update.Limit {
			return &store.BatchLimitError{Matched: count, Limit: update.Limit}
		}
		if err := s.copyIn(ctx, ids); err != nil {
			return err
		}
	}
	ids, _, err := s.store.MatchPeople(ctx, workspace, update.Where, update.Limit)
	s.match(ids...)
	return err
}

// UpdatePerson brings the person in, then updates them here.
func (s *scratch) UpdatePerson(ctx context.Context, workspace message.Workspace, update store.UpdatePerson) (store.UpdateResult, error) {
	if s.source != nil {
		if err := s.copyIn(ctx, []string{update.ID}); err != nil {
			return store.UpdateResult{}, err
		}
	}
	result, err := s.store.UpdatePerson(ctx, workspace, update)
	if result.Found || result.Created {
		s.match(update.ID)
	}
	return result, err
}

func (s *scratch) match(ids ...string) {
	for _, id := range ids {
		s.matched[id] = true
	}
}

func (s *scratch) matchedIDs() []string {
	ids := []string{}
	for id := range s.matched {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// changes compares everyone the run touched with what they were before.
func (s *scratch) changes(ctx context.Context) (map[string]map[string]Change, error) {
	all := map[string]map[string]Change{}
	for id := range s.matched {
		person, err := s.store.GetPerson(ctx, s.workspace.Key, id)
		if err != nil {
			return nil, err
		}
		if changes := changed(s.before[id], person.Attributes); len(changes) > 0 {
			all[id] = changes
		}
	}
	return all, nil
}

// close throws the database away. What can't be removed is a temporary folder.
func (s *scratch) close() {
	_ = s.store.Close()
	_ = os.RemoveAll(s.dir)
}
