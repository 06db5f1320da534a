package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"
)

// Store is a database of replyflow. It is safe for concurrent use.
type Store struct {
	dialect dialect
	// writer runs transactions; with SQLite it has one connection. reader runs
	// everything else; with PostgreSQL both are one pool.
	writer, reader *sqlx.DB
	prepared       *preparedStatements
	now            func() time.Time
	// batchPage is how many people a page of a batch update changes,
	// candidatePage how many are read at once when Go decides. Tests make them small.
	batchPage, candidatePage int
}

// Close closes all connections.
func (s *Store) Close() error {
	s.prepared.close()
	err := s.writer.Close()
	if s.reader != s.writer {
		err = errors.Join(err, s.reader.Close())
	}
	return err
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.read().get(ctx, &one, "SELECT 1")
}

// Engine names the database: "postgres" or "sqlite".
func (s *Store) Engine() string { return s.dialect.name }

// session runs statements, in a transaction or outside of one.
type session struct {
	store *Store
	on    sqlx.ExtContext
	// tx is nil outside of a transaction.
	tx *sqlx.Tx
}

func (s *Store) read() session { return session{store: s, on: s.reader} }

// How often a transaction is run again that another one has locked out, and how long
// it waits at most before that.
const (
	lockOuts     = 3
	lockOutPause = 50 * time.Millisecond
)

// write runs a function in a transaction, which ends with the function's error. It is
// run again when PostgreSQL ended it in favour of another one.
func (s *Store) write(ctx context.Context, fn func(session) error) error {
	for range lockOuts {
		err := s.writeOnce(ctx, fn)
		if !isLockedOut(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(lockOutPause)):
		}
	}
	return s.writeOnce(ctx, fn)
}

func (s *Store) writeOnce(ctx context.Context, fn func(session) error) error {
	tx, err := s.writer.BeginTxx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	if err := fn(session{store: s, on: tx, tx: tx}); err != nil {
		// The function's error says more than a failing rollback could.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return translate(err)
	}
	s.prepared.prepareWanted(ctx, s.writer)
	return nil
}

// get scans the first row, or fails with ErrNotFound.
func (q session) get(ctx context.Context, into any, statement string, args ...any) error {
	if prepared := q.prepared(ctx, statement); prepared != nil {
		return translate(prepared.GetContext(ctx, into, args...))
	}
	return translate(sqlx.GetContext(ctx, q.on, into, q.rebind(statement), args...))
}

// list scans all rows into a slice.
func (q session) list(ctx context.Context, into any, statement string, args ...any) error {
	if prepared := q.prepared(ctx, statement); prepared != nil {
		return translate(prepared.SelectContext(ctx, into, args...))
	}
	return translate(sqlx.SelectContext(ctx, q.on, into, q.rebind(statement), args...))
}

// exec returns how many rows the statement changed.
func (q session) exec(ctx context.Context, statement string, args ...any) (int, error) {
	if prepared := q.prepared(ctx, statement); prepared != nil {
		result, err := prepared.ExecContext(ctx, args...)
		return affected(result, err)
	}
	result, err := q.on.ExecContext(ctx, q.rebind(statement), args...)
	return affected(result, err)
}

func affected(result interface{ RowsAffected() (int64, error) }, err error) (int, error) {
	if err != nil {
		return 0, translate(err)
	}
	rows, err := result.RowsAffected()
	return int(rows), translate(err)
}

func (q session) rebind(statement string) string { return q.store.writer.Rebind(statement) }

func (q session) prepared(ctx context.Context, statement string) *sqlx.Stmt {
	if q.tx == nil {
		return nil
	}
	return q.store.prepared.find(ctx, q.tx, statement)
}
