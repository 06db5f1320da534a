package store

import (
	"context"
	"time"

	"replyflow/internal/condition"
	"replyflow/internal/message"
)

// everyone is the end of a scan that no internal id reaches.
const everyone = int64(1)<<62 - 1

// MatchPeople returns the ids of the first people who match, at most limit, and
// how many match in all. It changes nothing.
func (s *Store) MatchPeople(ctx context.Context, workspace message.Workspace, where condition.Condition, limit int) ([]string, int, error) {
	p, err := s.compile(workspace, where, s.now())
	if err != nil {
		return nil, 0, err
	}
	defer p.release()
	ids := []string{}
	total := 0
	scan := scan{workspace: workspace.Key, predicate: p, until: everyone}
	if p.exact {
		found, err := s.read().firstIDs(ctx, scan, max(limit, 0))
		if err != nil {
			return nil, 0, err
		}
		total, err = s.read().countMatching(ctx, scan)
		return found, total, err
	}
	for !scan.ended {
		found, err := s.read().scanPage(ctx, &scan)
		if err != nil {
			return nil, 0, err
		}
		total += len(found)
		for _, c := range found {
			if len(ids) < limit {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids, total, nil
}

// scan walks over everyone who matches, in the order of internal ids.
type scan struct {
	workspace string
	predicate predicate
	// after is the last internal id seen, until the last one to see.
	after, until int64
	ended        bool
}

func (q session) firstIDs(ctx context.Context, scan scan, limit int) ([]string, error) {
	statement := "SELECT id FROM people WHERE workspace = ? AND " + scan.predicate.sql + " ORDER BY internal_id + 0 LIMIT ?"
	ids := []string{}
	err := q.list(ctx, &ids, statement, arguments(scan.workspace, scan.predicate.args, limit)...)
	return ids, err
}

func (q session) countMatching(ctx context.Context, scan scan) (int, error) {
	if !scan.predicate.exact {
		return q.countByScan(ctx, scan)
	}
	statement := "SELECT count(*) FROM people WHERE workspace = ? AND " + scan.predicate.sql
	var total int
	err := q.get(ctx, &total, statement, arguments(scan.workspace, scan.predicate.args)...)
	return total, err
}

func (q session) countByScan(ctx context.Context, scan scan) (int, error) {
	total := 0
	for !scan.ended {
		found, err := q.scanPage(ctx, &scan)
		if err != nil {
			return 0, err
		}
		total += len(found)
	}
	return total, nil
}

// scanPage reads the next page of people that SQL leaves over and returns those
// who match.
func (q session) scanPage(ctx context.Context, scan *scan) ([]candidate, error) {
	statement := "SELECT internal_id, id, created_at, updated_at, " + q.store.dialect.document("attributes") +
		" AS attributes FROM people WHERE workspace = ? AND internal_id > ? AND internal_id <= ? AND " +
		scan.predicate.sql + " ORDER BY internal_id LIMIT ?"
	size := q.store.candidatePage
	var page []candidate
	args := arguments(scan.workspace, []any{scan.after, scan.until}, scan.predicate.args, size)
	if err := q.list(ctx, &page, statement, args...); err != nil {
		return nil, err
	}
	scan.ended = len(page) < size
	if len(page) > 0 {
		scan.after = page[len(page)-1].InternalID
	}
	return q.decide(scan.predicate, page)
}

// decide keeps those who match.
func (q session) decide(p predicate, page []candidate) ([]candidate, error) {
	if p.exact {
		return page, nil
	}
	kept := page[:0]
	for _, c := range page {
		holds, err := p.holds(c)
		if err != nil {
			return nil, invalid("the condition can't be evaluated: %v", err)
		}
		if holds {
			kept = append(kept, c)
		}
	}
	return kept, nil
}

// arguments flattens lists of arguments.
func arguments(parts ...any) []any {
	var all []any
	for _, part := range parts {
		if list, ok := part.([]any); ok {
			all = append(all, list...)
			continue
		}
		all = append(all, part)
	}
	return all
}

// nowOr is a time, or the present when there is none.
func (s *Store) nowOr(at time.Time) time.Time {
	if at.IsZero() {
		return s.now()
	}
	return at
}
