package store

import (
	"encoding/json"
	"strings"
	"time"

	"replyflow/internal/condition"
	"replyflow/internal/message"
)

// predicate is a condition about people, ready to ask.
type predicate struct {
	// sql is true for everyone who matches. When it isn't exact it may be true
	// for others, too, and holds decides.
	sql   string
	args  []any
	exact bool
	// holds decides for one person; it is exact always.
	holds func(candidate) (bool, error)
	// release gives back what sql refers to, after the last use.
	release func()
}

// candidate is what a condition sees of a person.
type candidate struct {
	InternalID int64  `db:"internal_id"`
	ID         string `db:"id"`
	CreatedAt  moment `db:"created_at"`
	UpdatedAt  moment `db:"updated_at"`
	Attributes string `db:"attributes"`
}

// personRoot is how fields of people begin.
var personRoot = condition.PeopleScope

// compile translates a condition whose values are rendered. Where SQL can't
// decide exactly, PostgreSQL narrows and Go decides page by page; SQLite calls
// Go for each row that SQL leaves over, so that it is always exact.
func (s *Store) compile(workspace message.Workspace, where condition.Condition, now time.Time) (predicate, error) {
	if err := checkCondition(where, 1); err != nil {
		return predicate{}, invalid("the condition can't be evaluated: %v", err)
	}
	p := predicate{holds: evaluator(workspace, where, now), release: func() {}}
	translated := translator{s.dialect, workspace}.condition(where)
	p.sql, p.args, p.exact = translated.sql, translated.args, translated.exact
	if !p.exact && !s.dialect.isPostgres() {
		handle := holders.add(p.holds)
		p.sql = "(" + p.sql + " AND " + matchesFunction + "(?, id, created_at, updated_at, json(attributes)))"
		p.args = append(p.args, handle)
		p.exact = true
		p.release = func() { holders.remove(handle) }
	}
	return p, nil
}

// checkCondition finds what is broken in a condition whoever it is asked about.
func checkCondition(c condition.Condition, depth int) error {
	inner := append(append([]condition.Condition{}, c.All...), c.Any...)
	if c.Not != nil {
		inner = append(inner, *c.Not)
	}
	for _, part := range inner {
		if depth > condition.MaxDepth {
			break
		}
		if err := checkCondition(part, depth+1); err != nil {
			return err
		}
	}
	if depth == 1 || len(inner) == 0 {
		_, err := condition.Evaluate(c, condition.Env{})
		return err
	}
	return nil
}

// evaluator decides the condition for one person in Go.
func evaluator(workspace message.Workspace, where condition.Condition, now time.Time) func(candidate) (bool, error) {
	return func(c candidate) (bool, error) {
		verdict, err := condition.Evaluate(where, condition.Env{
			Lookup:         c.lookup,
			IsPhone:        func(field string) bool { return workspace.IsPhone(personRoot.Path(field)) },
			NormalizePhone: func(text string) (string, string, bool) { return normalizeText(workspace, text) },
			Now:            now,
		})
		return verdict.Holds, err
	}
}

// lookup finds a field: an attribute, or one of the fields that every person has.
func (c candidate) lookup(field string) (json.RawMessage, bool) {
	switch path := personRoot.Path(field); path {
	case "id":
		return encode(c.ID), true
	case "created_at":
		return encode(c.CreatedAt.Format(sqliteTime)), true
	case "updated_at":
		return encode(c.UpdatedAt.Format(sqliteTime)), true
	default:
		return condition.LookupJSON(json.RawMessage(c.Attributes), path)
	}
}

// fragment is a piece of a WHERE. It is true or false, never NULL, so that NOT
// means the opposite.
type fragment struct {
	sql  string
	args []any
	// exact is set when the fragment is true for nobody who doesn't match.
	exact bool
}

var (
	nobody = fragment{sql: "FALSE", exact: true}
	// anybody leaves the decision to Go.
	anybody = fragment{sql: "TRUE"}
)

// translator writes conditions in a database's SQL.
type translator struct {
	dialect   dialect
	workspace message.Workspace
}

func (t translator) condition(c condition.Condition) fragment {
	switch {
	case c.All != nil:
		return t.list(c.All, " AND ")
	case c.Any != nil:
		return t.list(c.Any, " OR ")
	case c.Not != nil:
		inner := t.condition(*c.Not)
		if !inner.exact {
			// The opposite of too many is too few.
			return anybody
		}
		return fragment{"NOT (" + inner.sql + ")", inner.args, true}
	}
	return t.comparison(c)
}

func (t translator) list(conditions []condition.Condition, joint string) fragment {
	whole := fragment{exact: true}
	parts := make([]string, len(conditions))
	for i, c := range conditions {
		part := t.condition(c)
		parts[i] = part.sql
		whole.args = append(whole.args, part.args...)
		whole.exact = whole.exact && part.exact
	}
	whole.sql = "(" + strings.Join(parts, joint) + ")"
	return whole
}
