package store

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	// postgresConnections is how many connections a process holds at most.
	postgresConnections = 20
	// batchPage and candidatePage balance the length of a transaction against
	// the number of transactions.
	batchPage     = 5000
	candidatePage = 2000
	// sqliteReaders is how many connections read beside the one that writes.
	sqliteReaders = 4
)

func init() {
	sqlx.BindDriver("sqlite", sqlx.QUESTION)
}

// Open returns the store behind "postgres://…" or "sqlite:///path/file.db". It
// connects when it is first used; Migrate makes its schema.
func Open(_ context.Context, dsn string) (*Store, error) {
	scheme, rest, found := strings.Cut(dsn, "://")
	switch {
	case found && (scheme == "postgres" || scheme == "postgresql"):
		return openPostgres(dsn)
	case found && scheme == "sqlite":
		return openSQLite(rest)
	}
	return nil, invalid("the database's address must begin with postgres:// or sqlite://, as in sqlite:///var/lib/replyflow/replyflow.db")
}

func openPostgres(dsn string) (*Store, error) {
	if _, err := pgx.ParseConfig(dsn); err != nil {
		// pgx leaves passwords out of its errors.
		return nil, invalid("the database's address can't be read: %v", err)
	}
	db, err := sqlx.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	db.SetMaxOpenConns(postgresConnections)
	db.SetMaxIdleConns(postgresConnections)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return newStore(postgres, db, db, nil), nil
}

// openSQLite opens one connection that writes and several that only read. A
// transaction takes the lock to write when it begins: taking it later fails at
// once when somebody else wrote in between, whatever the timeout.
func openSQLite(path string) (*Store, error) {
	if path == "" || strings.Contains(path, ":memory:") {
		return nil, invalid("SQLite needs a file, as in sqlite:///var/lib/replyflow/replyflow.db")
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, invalid("the folder of the database can't be used: %v", err)
	}
	writer, err := sqlx.Open("sqlite", sqliteName(path, "_pragma=foreign_keys(1)", "_txlock=immediate"))
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	writer.SetMaxOpenConns(1)
	reader, err := sqlx.Open("sqlite", sqliteName(path, "_pragma=query_only(1)"))
	if err != nil {
		_ = writer.Close()
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	reader.SetMaxOpenConns(sqliteReaders)
	reader.SetMaxIdleConns(sqliteReaders)
	return newStore(lite, writer, reader, newPreparedStatements()), nil
}

func newStore(d dialect, writer, reader *sqlx.DB, prepared *preparedStatements) *Store {
	return &Store{
		dialect: d, writer: writer, reader: reader, prepared: prepared, now: time.Now,
		batchPage: batchPage, candidatePage: candidatePage,
	}
}

func sqliteName(path string, options ...string) string {
	// The time to wait for a lock comes first: the other pragmas may need it.
	pragmas := []string{"_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(NORMAL)"}
	escaped := (&url.URL{Path: path}).EscapedPath()
	return "file:" + escaped + "?" + strings.Join(append(pragmas, options...), "&")
}
