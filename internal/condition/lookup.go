package condition

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// LookupJSON finds the value at a path in a document. Dots descend into objects,
// and into lists by index from 0. A key that itself has dots wins over
// descending: the longest key that fits is taken. Names are exact, the last of
// duplicate keys counts, and the value's bytes are as they stand in the document.
func LookupJSON(doc json.RawMessage, path string) (json.RawMessage, bool) {
	for {
		doc = bytes.TrimSpace(doc)
		if len(doc) == 0 {
			return nil, false
		}
		var found bool
		switch doc[0] {
		case '{':
			doc, path, found = member(doc, path)
		case '[':
			doc, path, found = item(doc, path)
		}
		if !found {
			return nil, false
		}
		if path == "" {
			return doc, true
		}
	}
}

// member takes the longest key off the path that an object has.
func member(doc json.RawMessage, path string) (value json.RawMessage, rest string, found bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(doc, &members) != nil {
		return nil, "", false
	}
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		value, found = members[path[:end]]
		// A dot at the very end leaves nothing to descend to.
		if found && end != len(path)-1 {
			return value, strings.TrimPrefix(path[end:], "."), true
		}
	}
	return nil, "", false
}

// item takes an index off the path.
func item(doc json.RawMessage, path string) (value json.RawMessage, rest string, found bool) {
	name, rest, more := strings.Cut(path, ".")
	index, err := strconv.Atoi(name)
	if err != nil || strconv.Itoa(index) != name || more && rest == "" {
		return nil, "", false
	}
	var items []json.RawMessage
	if json.Unmarshal(doc, &items) != nil || index < 0 || index >= len(items) {
		return nil, "", false
	}
	return items[index], rest, true
}
