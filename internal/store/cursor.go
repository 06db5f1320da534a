package store

import (
	"encoding/base64"
	"encoding/json"
)

// newCursor makes an opaque, URL-safe text of where a page ended.
func newCursor(last any) string {
	// Cursors are structs of times, texts and numbers, which always encode.
	text, _ := json.Marshal(last)
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor reads what newCursor wrote, possibly handed back by a stranger.
func readCursor(cursor string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return invalid("the cursor is broken: take it as it came in next of the page before")
	}
	return nil
}
