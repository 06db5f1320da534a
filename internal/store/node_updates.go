package store

import "context"

// nodeKey says which visit of a node of which run an update belongs to.
type nodeKey struct{ workspace, run, node string }

// nodeUpdate is what the update of a node did so far. Paged updates go on from
// PageAfter until PageUntil, both internal ids, with PageLeft people to change
// at most.
type nodeUpdate struct {
	Matched   int   `db:"matched"`
	Changed   int   `db:"changed"`
	Overtaken int   `db:"overtaken"`
	Created   int   `db:"created"`
	PageAfter int64 `db:"page_after"`
	PageUntil int64 `db:"page_until"`
	PageLeft  int   `db:"page_left"`
	Done      bool  `db:"done"`
}

const selectNodeUpdate = `SELECT matched, changed, overtaken, created, page_after, page_until, page_left, done
	FROM node_updates WHERE workspace = ? AND run = ? AND node = ?`

// findNodeUpdate finds what was recorded, or fails with ErrNotFound.
func (q session) findNodeUpdate(ctx context.Context, key nodeKey) (nodeUpdate, error) {
	var update nodeUpdate
	err := q.get(ctx, &update, selectNodeUpdate, key.workspace, key.run, key.node)
	return update, err
}

func (q session) lockNodeUpdate(ctx context.Context, key nodeKey) (nodeUpdate, error) {
	var update nodeUpdate
	err := q.get(ctx, &update, selectNodeUpdate+q.store.dialect.lock, key.workspace, key.run, key.node)
	return update, err
}

// addNodeUpdate fails with ErrConflict when the node has one already.
func (q session) addNodeUpdate(ctx context.Context, key nodeKey, u nodeUpdate) error {
	const statement = `INSERT INTO node_updates
		(workspace, run, node, matched, changed, overtaken, created, page_after, page_until, page_left, done)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, run, node) DO NOTHING`
	added, err := q.exec(ctx, statement, key.workspace, key.run, key.node,
		u.Matched, u.Changed, u.Overtaken, u.Created, u.PageAfter, u.PageUntil, u.PageLeft, u.Done)
	if err == nil && added == 0 {
		return ErrConflict
	}
	return err
}

func (q session) saveNodeUpdate(ctx context.Context, key nodeKey, u nodeUpdate) error {
	const statement = `UPDATE node_updates SET matched = ?, changed = ?, overtaken = ?, page_after = ?, page_left = ?, done = ?
		WHERE workspace = ? AND run = ? AND node = ?`
	_, err := q.exec(ctx, statement, u.Matched, u.Changed, u.Overtaken, u.PageAfter, u.PageLeft, u.Done,
		key.workspace, key.run, key.node)
	return err
}
