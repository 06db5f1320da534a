package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlitecode "modernc.org/sqlite/lib"
)

// What callers tell apart. Every other error is an outage, worth another try.
var (
	// ErrNotFound: nothing has this id.
	ErrNotFound = errors.New("not found")
	// ErrConflict: another row has this id already.
	ErrConflict = errors.New("it exists already")
	// ErrInvalid: the value can't be stored or compared; no retry mends it.
	ErrInvalid = errors.New("invalid")
)

// Unavailable reports whether an error says that the database can't be reached, or
// has no room for another connection: the same call may well succeed soon.
func Unavailable(err error) bool {
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		// Connection failures, resources, and a server that starts or stops.
		return slices.Contains([]string{"08", "53"}, postgres.Code[:2]) || strings.HasPrefix(postgres.Code, "57P")
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) || isClosed(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, context.DeadlineExceeded)
}

// isClosed reports whether the process has closed the database, as at its end. The
// library has no name for that error.
func isClosed(err error) bool {
	return errors.Is(err, sql.ErrConnDone) || err != nil && strings.HasSuffix(err.Error(), "sql: database is closed")
}

// BatchLimitError says that a batch update matches more people than it may
// change. Nobody was changed.
type BatchLimitError struct {
	// Matched is how many people match.
	Matched int
	// Limit is how many the batch update may change.
	Limit int
}

func (e *BatchLimitError) Error() string {
	return fmt.Sprintf("%d people match, and the limit of this batch update is %d: nobody was changed. Narrow the condition, or raise limit", e.Matched, e.Limit)
}

// invalid is an ErrInvalid that says what is wrong.
func invalid(format string, args ...any) error {
	return &invalidError{fmt.Sprintf(format, args...)}
}

type invalidError struct{ message string }

// AttributeError says what is wrong with attributes to write, all of it. It is an
// ErrInvalid.
type AttributeError struct{ Problems []AttributeProblem }

// AttributeProblem is what is wrong with one attribute.
type AttributeProblem struct{ Attribute, Message string }

// Error implements error: the first problem, and how many there are.
func (e *AttributeError) Error() string {
	first := e.Problems[0].Message
	if more := len(e.Problems) - 1; more > 0 {
		return fmt.Sprintf("%s (and %d more)", first, more)
	}
	return first
}

// Is makes it an ErrInvalid.
func (e *AttributeError) Is(target error) bool { return target == ErrInvalid }

func (e *invalidError) Error() string        { return e.message }
func (e *invalidError) Is(target error) bool { return target == ErrInvalid }

// isLockedOut reports whether PostgreSQL ended a transaction for another one: a
// deadlock, or an order of transactions that it couldn't keep.
func isLockedOut(err error) bool {
	const deadlock, serialization = "40P01", "40001"
	var postgres *pgconn.PgError
	return errors.As(err, &postgres) && (postgres.Code == deadlock || postgres.Code == serialization)
}

// translate turns driver errors into the sentinels, by code.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	var postgres *pgconn.PgError
	if errors.As(err, &postgres) {
		const uniqueViolation, dataException = "23505", "22"
		switch {
		case postgres.Code == uniqueViolation:
			return fmt.Errorf("%w (%s)", ErrConflict, postgres.ConstraintName)
		case strings.HasPrefix(postgres.Code, dataException):
			return invalid("the database can't hold a value: %s", postgres.Message)
		}
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() {
		case sqlitecode.SQLITE_CONSTRAINT_UNIQUE, sqlitecode.SQLITE_CONSTRAINT_PRIMARYKEY:
			return fmt.Errorf("%w (%w)", ErrConflict, err)
		case sqlitecode.SQLITE_TOOBIG:
			return invalid("a value is too long for the database")
		}
	}
	return err
}
