package message

import (
	"fmt"
	"strings"
	"time"
)

// Stamp is the effective time of an attribute's last write, made total by who
// wrote it: "2026-11-21T04:00:00.000000Z|writer|000007". Stamps compare as text.
//
// Time alone would leave a tie between two writes of the same microsecond to
// the order in which they happen to be processed. The writer (a run's id or an
// API request's) and the sequence within that writer break it the same way in
// every order, and a repeated write carries the same stamp as the first.
type Stamp string

// stampTime is RFC 3339 in UTC with a fixed width, so that text order is time order.
const stampTime = "2006-01-02T15:04:05.000000Z"

// NewStamp makes the stamp of a write that takes effect at a time (kept to the
// microsecond), by a writer, as the writer's sequence-th write.
func NewStamp(at time.Time, writer string, sequence int) Stamp {
	return Stamp(fmt.Sprintf("%s|%s|%06d", at.UTC().Format(stampTime), writer, sequence))
}

// Time is the effective time in the stamp, zero when the stamp is empty or malformed.
func (s Stamp) Time() time.Time {
	text, _, _ := strings.Cut(string(s), "|")
	at, err := time.Parse(stampTime, text)
	if err != nil {
		return time.Time{}
	}
	return at
}
