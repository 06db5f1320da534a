package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"replyflow/internal/condition"
	"replyflow/internal/message"
)

// BatchUpdate sets attributes on everyone who matches a condition.
type BatchUpdate struct {
	// RunID and Node say which visit of a node asks: a repeated update returns
	// what the first one did.
	RunID, Node, Campaign string
	// Where is the condition, its values rendered.
	Where condition.Condition
	// Set are the attributes to write, rendered; null removes.
	Set map[string]json.RawMessage
	// Limit is how many people may match.
	Limit int
	// Stamp is when the writes take effect.
	Stamp message.Stamp
	// Now is the present of "is within the last", and when changes are logged.
	Now time.Time
}

// BatchResult counts what a batch update did. Matched people who had the values
// already are neither changed nor overtaken.
type BatchResult struct {
	Matched   int `json:"matched"`
	Changed   int `json:"changed"`
	Overtaken int `json:"overtaken"`
}

// batch is a batch update, checked and ready to run.
type batch struct {
	key       nodeKey
	update    BatchUpdate
	workspace message.Workspace
	write     write
	predicate predicate
}

func (s *Store) newBatch(workspace message.Workspace, update BatchUpdate) (batch, error) {
	if len(update.Set) > maxSetAttributes {
		return batch{}, invalid("a batch update may set %d attributes, not %d", maxSetAttributes, len(update.Set))
	}
	w, err := newWrite(update.Set, update.Stamp)
	if err != nil {
		return batch{}, err
	}
	update.Now = s.nowOr(update.Now)
	p, err := s.compile(workspace, update.Where, update.Now)
	if err != nil {
		return batch{}, err
	}
	return batch{nodeKey{workspace.Key, update.RunID, update.Node}, update, workspace, w, p}, nil
}

// BatchUpdate changes everyone who matches in one transaction, or nobody: then
// the error is a *BatchLimitError. A repeated call returns what the first one did.
//
// The record is written last, and a conflict means that another call was first:
// the common case then costs no statement to look for one.
func (s *Store) BatchUpdate(ctx context.Context, workspace message.Workspace, update BatchUpdate) (BatchResult, error) {
	b, err := s.newBatch(workspace, update)
	if err != nil {
		return BatchResult{}, err
	}
	defer b.predicate.release()
	var result BatchResult
	err = s.write(ctx, func(tx session) error {
		ids, err := tx.lockMatching(ctx, b)
		if err != nil {
			return err
		}
		if result, err = tx.applyBatch(ctx, b, ids); err != nil {
			return err
		}
		return tx.addNodeUpdate(ctx, b.key, nodeUpdate{
			Matched: result.Matched, Changed: result.Changed, Overtaken: result.Overtaken, Done: true,
		})
	})
	var limit *BatchLimitError
	if !errors.Is(err, ErrConflict) && !errors.As(err, &limit) {
		return result, err
	}
	recorded, missing := s.read().findNodeUpdate(ctx, b.key)
	if missing != nil {
		return BatchResult{}, err
	}
	return BatchResult{recorded.Matched, recorded.Changed, recorded.Overtaken}, nil
}

// lockMatching finds and locks everyone who matches, in the order of internal
// ids, so that two batch updates never wait for each other crosswise.
func (q session) lockMatching(ctx context.Context, b batch) ([]int64, error) {
	var ids []int64
	var err error
	if b.predicate.exact {
		ids, err = q.lockByStatement(ctx, b)
	} else {
		ids, err = q.lockByScan(ctx, b)
	}
	if err != nil || len(ids) <= b.update.Limit {
		return ids, err
	}
	total, err := q.countMatching(ctx, scan{workspace: b.workspace.Key, predicate: b.predicate, until: everyone})
	if err != nil {
		return nil, err
	}
	return nil, &BatchLimitError{Matched: max(total, len(ids)), Limit: b.update.Limit}
}

// lockByStatement adds 0 to the order's column to keep PostgreSQL from walking
// over everyone in that order instead of using the index on phone.
func (q session) lockByStatement(ctx context.Context, b batch) ([]int64, error) {
	statement := "SELECT internal_id FROM people WHERE workspace = ? AND " + b.predicate.sql +
		" ORDER BY internal_id + 0 LIMIT ?" + q.store.dialect.lock
	var ids []int64
	err := q.list(ctx, &ids, statement, arguments(b.workspace.Key, b.predicate.args, b.update.Limit+1)...)
	return ids, err
}

// lockByScan decides without locks first: those whom the SQL only narrowed down
// to needn't wait for us.
func (q session) lockByScan(ctx context.Context, b batch) ([]int64, error) {
	var ids []int64
	scan := scan{workspace: b.workspace.Key, predicate: b.predicate, until: everyone}
	for !scan.ended && len(ids) <= b.update.Limit {
		found, err := q.scanPage(ctx, &scan)
		if err != nil {
			return nil, err
		}
		locked, err := q.lockAndDecide(ctx, b, found)
		if err != nil {
			return nil, err
		}
		ids = append(ids, locked...)
	}
	return ids, nil
}

// lockAndDecide locks people and keeps those who still match.
func (q session) lockAndDecide(ctx context.Context, b batch, found []candidate) ([]int64, error) {
	if len(found) == 0 {
		return nil, nil
	}
	d := q.store.dialect
	statement := "SELECT internal_id, id, created_at, updated_at, " + d.document("attributes") +
		" AS attributes FROM people WHERE workspace = ? AND " + d.anyID + " ORDER BY internal_id" + d.lock
	var locked []candidate
	if err := q.list(ctx, &locked, statement, b.workspace.Key, d.list(idsOf(found))); err != nil {
		return nil, err
	}
	locked, err := q.decide(b.predicate, locked)
	return idsOf(locked), err
}

func idsOf(people []candidate) []int64 {
	ids := make([]int64, len(people))
	for i := range people {
		ids[i] = people[i].InternalID
	}
	return ids
}
