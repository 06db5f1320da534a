package store

import (
	"fmt"
	"time"
)

// sqliteTime is how SQLite holds times: text of a fixed width, in UTC, so that
// text order is time order.
const sqliteTime = "2006-01-02T15:04:05.000000Z"

// moment scans a time from either engine.
type moment struct{ time.Time }

// Scan implements sql.Scanner.
func (m *moment) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		m.Time = time.Time{}
	case time.Time:
		m.Time = value.UTC()
	case string:
		at, err := time.Parse(sqliteTime, value)
		if err != nil {
			return fmt.Errorf("the database holds %q where a time belongs", value)
		}
		m.Time = at
	default:
		return fmt.Errorf("the database holds a %T where a time belongs", value)
	}
	return nil
}

// pointer is nil for the zero time.
func (m moment) pointer() *time.Time {
	if m.IsZero() {
		return nil
	}
	at := m.Time
	return &at
}

// cut is a time as the store keeps it.
func cut(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

// checkYear refuses times that RFC 3339 can't write.
func checkYear(name string, at time.Time) error {
	if year := at.UTC().Year(); year < 1 || year > 9999 {
		return invalid("%s lies in the year %d: write one from 1 to 9999", name, year)
	}
	return nil
}
