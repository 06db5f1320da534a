package store

import (
	"cmp"
	"context"
	"encoding/json"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// IntakeEntry is a delivery that waits for Temporal, or that Temporal refused for
// good.
type IntakeEntry struct {
	// ID is drawn before the first attempt; an entry with a known id is the same one.
	ID        string `json:"id"`
	Workspace string `json:"workspace"`
	// Kind says which workflow takes the input.
	Kind string `json:"kind"`
	// Order is the same for entries that must start one after the other, in the
	// order of their arrival; entries without one wait for nobody.
	Order      string `json:"order,omitempty"`
	WorkflowID string `json:"workflow_id"`
	TaskQueue  string `json:"task_queue,omitempty"`
	// Input is the workflow's input, byte by byte.
	Input     json.RawMessage `json:"input"`
	ArrivedAt time.Time       `json:"arrived_at"`
	// Attempts counts the starts that failed while others succeeded.
	Attempts int `json:"attempts,omitempty"`
	// Reason is why an entry is dead, or was delayed.
	Reason string `json:"reason,omitempty"`
	// Dead entries wait for an operator.
	Dead bool `json:"dead,omitempty"`
}

// The states of an entry.
const (
	intakeWaiting = "waiting"
	intakeDead    = "dead"
)

const (
	// intakePortion bounds the entries of one statement.
	intakePortion = 128
	// intakeBytes bounds the inputs of one list, in bytes: a page of large ones
	// must fit in memory.
	intakeBytes = 8 << 20
	// maxReason bounds what is kept of a reason, in bytes.
	maxReason = 2_000
)

type intakeRow struct {
	ID         string `db:"id"`
	Workspace  string `db:"workspace"`
	Kind       string `db:"kind"`
	Order      string `db:"order_key"`
	WorkflowID string `db:"workflow_id"`
	TaskQueue  string `db:"task_queue"`
	Input      []byte `db:"input"`
	ArrivedAt  moment `db:"arrived_at"`
	Attempts   int    `db:"attempts"`
	Reason     string `db:"reason"`
	State      string `db:"state"`
}

func (r intakeRow) entry() IntakeEntry {
	return IntakeEntry{
		ID: r.ID, Workspace: r.Workspace, Kind: r.Kind, Order: r.Order, WorkflowID: r.WorkflowID, TaskQueue: r.TaskQueue,
		Input: r.Input, ArrivedAt: r.ArrivedAt.Time, Attempts: r.Attempts, Reason: r.Reason, Dead: r.State == intakeDead,
	}
}

func entriesOf(rows []intakeRow) []IntakeEntry {
	entries := make([]IntakeEntry, len(rows))
	for i, row := range rows {
		entries[i] = row.entry()
	}
	return entries
}

// AppendIntake keeps entries, all or none. Of those with one id it keeps the one
// that arrived first: a repeated delivery takes effect as of its earliest arrival.
func (s *Store) AppendIntake(ctx context.Context, entries []IntakeEntry) error {
	for _, entry := range entries {
		if err := entry.check(); err != nil {
			return err
		}
	}
	if len(entries) == 0 {
		return nil
	}
	entries = earliest(entries)
	return s.write(ctx, func(tx session) error {
		for portion := range portions(entries) {
			if err := tx.addIntake(ctx, portion); err != nil {
				return err
			}
		}
		return nil
	})
}

// earliest is the entry of each id that arrived first, in the order of their ids:
// two processes that keep the same ones don't lock each other out.
func earliest(entries []IntakeEntry) []IntakeEntry {
	sorted := slices.SortedStableFunc(slices.Values(entries), func(a, b IntakeEntry) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), a.ArrivedAt.Compare(b.ArrivedAt))
	})
	return slices.CompactFunc(sorted, func(a, b IntakeEntry) bool { return a.ID == b.ID })
}

func (e IntakeEntry) check() error {
	for _, field := range []struct{ name, value string }{
		{"id", e.ID}, {"workspace", e.Workspace}, {"kind", e.Kind}, {"order", e.Order},
		{"workflow id", e.WorkflowID}, {"task queue", e.TaskQueue},
	} {
		if storable(field.value) != field.value {
			return invalid("the %s of an entry of intake must be UTF-8 without null bytes", field.name)
		}
	}
	if e.ID == "" {
		return invalid("an entry of intake needs an id")
	}
	return checkYear("the arrival of an entry of intake", e.ArrivedAt)
}

func (q session) addIntake(ctx context.Context, entries []IntakeEntry) error {
	const (
		insert = `INSERT INTO intake (id, workspace, kind, order_key, workflow_id, task_queue, input, arrived_at,
			state, attempts, reason, created_at, next_at) VALUES `
		row  = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		keep = ` ON CONFLICT (id) DO UPDATE SET input = excluded.input, arrived_at = excluded.arrived_at
			WHERE intake.state = 'waiting' AND intake.arrived_at > excluded.arrived_at`
	)
	d := q.store.dialect
	now := d.time(q.store.now())
	args := make([]any, 0, 13*len(entries))
	for _, e := range entries {
		state := intakeWaiting
		if e.Dead {
			state = intakeDead
		}
		// A nil input would be NULL.
		input := append([]byte{}, e.Input...)
		args = append(args, e.ID, e.Workspace, e.Kind, e.Order, e.WorkflowID, e.TaskQueue, input, d.time(e.ArrivedAt),
			state, e.Attempts, reasonOf(e.Reason), now, now)
	}
	statement := insert + row + strings.Repeat(", "+row, len(entries)-1) + keep
	_, err := q.exec(ctx, statement, args...)
	return err
}

// reasonOf is a reason as it can be kept.
func reasonOf(reason string) string {
	reason = storable(reason)
	if len(reason) > maxReason {
		return strings.ToValidUTF8(reason[:maxReason], "") + "…"
	}
	return reason
}

// DeleteIntake forgets entries that were started.
func (s *Store) DeleteIntake(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, func(tx session) error {
		for portion := range portions(ids) {
			statement := "DELETE FROM intake WHERE id IN (" + parameters(len(portion)) + ")"
			if _, err := tx.exec(ctx, statement, texts(portion)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// MarkIntakeDead takes an entry out of the queue: its start would fail again.
func (s *Store) MarkIntakeDead(ctx context.Context, id, reason string) error {
	const statement = "UPDATE intake SET state = '" + intakeDead + "', attempts = attempts + 1, reason = ? WHERE id = ? AND state = '" + intakeWaiting + "'"
	return s.write(ctx, func(tx session) error {
		_, err := tx.exec(ctx, statement, reasonOf(reason), id)
		return err
	})
}

// DelayIntake puts an entry off until a time, and those behind it in its order.
func (s *Store) DelayIntake(ctx context.Context, id string, until time.Time, reason string) error {
	const statement = "UPDATE intake SET attempts = attempts + 1, next_at = ?, reason = ? WHERE id = ? AND state = '" + intakeWaiting + "'"
	return s.write(ctx, func(tx session) error {
		_, err := tx.exec(ctx, statement, s.dialect.time(until), reasonOf(reason), id)
		return err
	})
}

// portions cuts a list into parts whose lengths are powers of two: a statement
// for each length is few enough to keep prepared.
func portions[T any](items []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(items) > 0 {
			size := 1 << (bits.Len(uint(min(len(items), intakePortion))) - 1)
			if !yield(items[:size]) {
				return
			}
			items = items[size:]
		}
	}
}

func parameters(count int) string { return "?" + strings.Repeat(", ?", count-1) }

func texts(values []string) []any {
	args := make([]any, len(values))
	for i, value := range values {
		args[i] = value
	}
	return args
}
