package store

import (
	"context"
	"errors"

	"replyflow/internal/message"
)

// BatchProgress is how far a paged batch update is.
type BatchProgress struct {
	Matched   int `json:"matched"`
	Changed   int `json:"changed"`
	Overtaken int `json:"overtaken"`
	// Left is how many of those who matched at the beginning are still to come.
	Left int  `json:"left"`
	Done bool `json:"done"`
}

func (u nodeUpdate) progress() BatchProgress {
	return BatchProgress{u.Matched, u.Changed, u.Overtaken, u.PageLeft, u.Done}
}

// BatchBegin counts who matches and records that the update begins, or fails
// with a *BatchLimitError. Called again it returns how far the update is.
func (s *Store) BatchBegin(ctx context.Context, workspace message.Workspace, update BatchUpdate) (BatchProgress, error) {
	b, err := s.newBatch(workspace, update)
	if err != nil {
		return BatchProgress{}, err
	}
	defer b.predicate.release()
	recorded, err := s.read().findNodeUpdate(ctx, b.key)
	if err == nil || !errors.Is(err, ErrNotFound) {
		return recorded.progress(), err
	}
	begun, err := s.countBatch(ctx, b)
	if err != nil {
		return BatchProgress{}, err
	}
	err = s.write(ctx, func(tx session) error { return tx.addNodeUpdate(ctx, b.key, begun) })
	if errors.Is(err, ErrConflict) {
		begun, err = s.read().findNodeUpdate(ctx, b.key)
	}
	return begun.progress(), err
}

// countBatch finds out how many people there are to change, and where to stop:
// whoever is added while the pages run is none of them.
func (s *Store) countBatch(ctx context.Context, b batch) (nodeUpdate, error) {
	const last = "SELECT COALESCE(max(internal_id), 0) FROM people WHERE workspace = ?"
	var update nodeUpdate
	if err := s.read().get(ctx, &update.PageUntil, last, b.workspace.Key); err != nil {
		return update, err
	}
	total, err := s.read().countMatching(ctx, scan{workspace: b.workspace.Key, predicate: b.predicate, until: update.PageUntil})
	if err != nil {
		return update, err
	}
	if total > b.update.Limit {
		return update, &BatchLimitError{Matched: total, Limit: b.update.Limit}
	}
	update.PageLeft, update.Done = total, total == 0
	return update, nil
}

// BatchPage changes the next page of people, with the place to go on from in
// the same transaction: a page is done wholly or not at all, and never twice.
func (s *Store) BatchPage(ctx context.Context, workspace message.Workspace, update BatchUpdate) (BatchProgress, error) {
	b, err := s.newBatch(workspace, update)
	if err != nil {
		return BatchProgress{}, err
	}
	defer b.predicate.release()
	var now nodeUpdate
	err = s.write(ctx, func(tx session) error {
		if now, err = tx.lockNodeUpdate(ctx, b.key); err != nil || now.Done {
			return err
		}
		scan := scan{workspace: workspace.Key, predicate: b.predicate, after: now.PageAfter, until: now.PageUntil}
		ids, err := tx.lockPage(ctx, b, &scan, min(s.batchPage, now.PageLeft))
		if err != nil {
			return err
		}
		result, err := tx.applyBatch(ctx, b, ids)
		if err != nil {
			return err
		}
		now.Matched += result.Matched
		now.Changed += result.Changed
		now.Overtaken += result.Overtaken
		now.PageAfter = scan.after
		now.PageLeft -= len(ids)
		now.Done = scan.ended || now.PageLeft <= 0
		return tx.saveNodeUpdate(ctx, b.key, now)
	})
	if errors.Is(err, ErrNotFound) {
		return s.BatchBegin(ctx, workspace, update)
	}
	return now.progress(), err
}

// lockPage locks at most size people who match, and moves the scan on.
func (q session) lockPage(ctx context.Context, b batch, scan *scan, size int) ([]int64, error) {
	if b.predicate.exact {
		return q.lockExactPage(ctx, scan, size)
	}
	found, err := q.scanPage(ctx, scan)
	if err != nil {
		return nil, err
	}
	if len(found) > size {
		found = found[:size]
		scan.after, scan.ended = found[size-1].InternalID, false
	}
	return q.lockAndDecide(ctx, b, found)
}

func (q session) lockExactPage(ctx context.Context, scan *scan, size int) ([]int64, error) {
	statement := "SELECT internal_id FROM people WHERE workspace = ? AND internal_id > ? AND internal_id <= ? AND " +
		scan.predicate.sql + " ORDER BY internal_id LIMIT ?" + q.store.dialect.lock
	var ids []int64
	args := arguments(scan.workspace, []any{scan.after, scan.until}, scan.predicate.args, size)
	if err := q.list(ctx, &ids, statement, args...); err != nil {
		return nil, err
	}
	scan.ended = len(ids) < size
	if len(ids) > 0 {
		scan.after = ids[len(ids)-1]
	}
	return ids, nil
}
