package store

import (
	"context"
	"encoding/json"
	"strconv"
	"time"
)

// The types of entries in the activity log.
const (
	LogPersonCreated     = "person_created"
	LogAttributesChanged = "attributes_changed"
)

// LogEntry is a line of the activity log, which people read.
type LogEntry struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"`
	Person   string    `json:"person,omitempty"`
	Campaign string    `json:"campaign,omitempty"`
	Run      string    `json:"run,omitempty"`
	// Sender is our sender's address, for entries about messages.
	Sender string `json:"sender,omitempty"`
	// Data is an object. Changed attributes stand in "before" and "after", null
	// for none; "node" is the visit that changed them.
	Data json.RawMessage `json:"data"`
}

// ActivityQuery says which entries to list; empty fields keep all.
type ActivityQuery struct {
	Person, Campaign, Run, Type string
	// Sender is our sender's address.
	Sender string
	// Anonymous keeps entries about nobody known, or about people; nil keeps both.
	Anonymous *bool
	// Since and Until bound the time, nil for no bound.
	Since, Until *time.Time
	Limit        int
	Cursor       string
}

// ActivityPage is a part of the activity log, newest first.
type ActivityPage struct {
	Activity []LogEntry `json:"activity"`
	Next     string     `json:"next,omitempty"`
}

type logRow struct {
	ID       int64   `db:"id"`
	At       moment  `db:"at"`
	Type     string  `db:"type"`
	Person   *string `db:"person"`
	Campaign *string `db:"campaign"`
	Run      *string `db:"run"`
	Sender   *string `db:"sender"`
	Data     string  `db:"data"`
}

// ListActivity returns a page of the activity log, newest first.
func (s *Store) ListActivity(ctx context.Context, workspace string, query ActivityQuery) (ActivityPage, error) {
	f := newFilter(workspace)
	f.equal("person", query.Person)
	f.equal("campaign", query.Campaign)
	f.equal("run", query.Run)
	f.equal("type", query.Type)
	f.equal("sender", query.Sender)
	if query.Anonymous != nil {
		f.and("anonymous = ?", *query.Anonymous)
	}
	if query.Since != nil {
		f.and("at >= "+s.dialect.timeParam, s.dialect.time(*query.Since))
	}
	if query.Until != nil {
		f.and("at < "+s.dialect.timeParam, s.dialect.time(*query.Until))
	}
	if query.Cursor != "" {
		var before int64
		if err := readCursor(query.Cursor, &before); err != nil {
			return ActivityPage{}, err
		}
		f.and("id < ?", before)
	}
	limit := pageSize(query.Limit)
	statement := "SELECT id, at, type, person, campaign, run, sender, data FROM activity_log WHERE " + f.sql + " ORDER BY id DESC LIMIT ?"
	var rows []logRow
	if err := s.read().list(ctx, &rows, statement, append(f.args, limit+1)...); err != nil {
		return ActivityPage{}, err
	}
	page := ActivityPage{}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = newCursor(rows[limit-1].ID)
	}
	page.Activity = make([]LogEntry, len(rows))
	for i, row := range rows {
		page.Activity[i] = LogEntry{
			ID: strconv.FormatInt(row.ID, 10), At: row.At.Time, Type: row.Type,
			Person: text(row.Person), Campaign: text(row.Campaign), Run: text(row.Run), Sender: text(row.Sender), Data: compact(row.Data),
		}
	}
	return page, nil
}

// origin is the run and node that something came from; empty for the API.
type origin struct{ campaign, run, node string }

// change is the data of an entry about attributes.
type change struct {
	Before map[string]json.RawMessage `json:"before"`
	After  map[string]json.RawMessage `json:"after"`
	Node   string                     `json:"node,omitempty"`
}

// logPerson writes an entry when a write did something.
func (q session) logPerson(ctx context.Context, workspace, person string, created bool, done effect, from origin) error {
	const statement = `INSERT INTO activity_log (workspace, at, type, person, campaign, run, data) VALUES (?, ?, ?, ?, ?, ?, ?)`
	if !created && !done.changed() {
		return nil
	}
	kind := LogAttributesChanged
	if created {
		kind = LogPersonCreated
	}
	data := encode(change{done.before, done.after, from.node})
	_, err := q.exec(ctx, statement, workspace, q.store.dialect.time(q.store.now()), kind, person,
		optional(from.campaign), optional(from.run), string(data))
	return err
}

// optional is the parameter for a text that may be missing.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}
