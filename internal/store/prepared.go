package store

import (
	"context"
	"sync"

	"github.com/jmoiron/sqlx"
)

// maxPrepared bounds the statements that are kept: the SQL of conditions is as
// various as campaigns are.
const maxPrepared = 500

// preparedStatements keeps the statements of SQLite's one writing connection
// parsed. PostgreSQL's driver does that by itself, and has none of this: nil is
// a cache that never finds anything.
//
// A statement can't be prepared while its transaction holds the only
// connection, so the first use runs it as it is and asks for it to be prepared
// when the transaction is over.
type preparedStatements struct {
	mu     sync.Mutex
	known  map[string]*sqlx.Stmt
	wanted map[string]bool
}

func newPreparedStatements() *preparedStatements {
	return &preparedStatements{known: map[string]*sqlx.Stmt{}, wanted: map[string]bool{}}
}

func (p *preparedStatements) find(ctx context.Context, tx *sqlx.Tx, statement string) *sqlx.Stmt {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.known[statement]
	if !ok {
		if len(p.known)+len(p.wanted) < maxPrepared {
			p.wanted[statement] = true
		}
		return nil
	}
	return tx.StmtxContext(ctx, known)
}

// prepareWanted runs between transactions. What can't be prepared now is asked
// for again at its next use.
func (p *preparedStatements) prepareWanted(ctx context.Context, db *sqlx.DB) {
	if p == nil {
		return
	}
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = map[string]bool{}
	p.mu.Unlock()
	for statement := range wanted {
		prepared, err := db.PreparexContext(ctx, statement)
		if err != nil {
			continue
		}
		p.mu.Lock()
		if _, ok := p.known[statement]; ok {
			_ = prepared.Close()
		} else {
			p.known[statement] = prepared
		}
		p.mu.Unlock()
	}
}

func (p *preparedStatements) close() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, prepared := range p.known {
		// The connection goes next, and takes them along.
		_ = prepared.Close()
	}
	p.known = map[string]*sqlx.Stmt{}
}
