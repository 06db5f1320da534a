package definitions

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits keep what strangers post within what one run can carry.
const (
	// MaxSize is the longest file, in bytes.
	MaxSize = 1 << 20
	// MaxDepth is how deep lists and maps may nest.
	MaxDepth = 64
	// MaxValues is how many values a file may hold.
	MaxValues = 50_000
	// maxExponent bounds the exponent of a number; no database takes larger ones.
	maxExponent = 1_000
)

// valueKind is what a value in a file is.
type valueKind int

const (
	kindNull valueKind = iota
	kindBool
	kindNumber
	kindText
	kindList
	kindMap
)

// kindNames say what a value is, for a reader.
var kindNames = [...]string{"empty", "true or false", "a number", "text", "a list", "a map"}

// position is a place in a file; both count from 1, columns in characters.
type position struct{ line, column int }

// value is a value of a file with its place. YAML and JSON are read to the same tree.
type value struct {
	kind valueKind
	// text is a text itself; a number or boolean as it is written.
	text    string
	items   []*value
	members []member
	at      position
	// inside is where the characters of a text begin, zero when the file writes
	// them otherwise than they read (escapes, several lines).
	inside position
	// path leads to the value, as problems show it; empty for the whole.
	path string
	// incomplete is set when a part was taken out because it is wrong.
	incomplete bool
	// refused marks a placeholder: what stands here was reported and can't be a
	// value. Whatever else the place might be blamed for only follows from that.
	refused bool
}

// member is a key of a map with its value.
type member struct {
	key   string
	at    position
	value *value
}

// get is the value of a key, nil when the map doesn't have it.
func (v *value) get(key string) *value {
	if v == nil {
		return nil
	}
	for _, m := range v.members {
		if m.key == key {
			return m.value
		}
	}
	return nil
}

// keys are the map's keys, in the order of the file.
func (v *value) keys() []string {
	keys := make([]string, len(v.members))
	for i, m := range v.members {
		keys[i] = m.key
	}
	return keys
}

// prune takes values out of the tree, wherever they are, and entries of lists
// of which nothing remains.
func (v *value) prune(drop map[*value]bool) {
	for _, item := range v.items {
		item.prune(drop)
	}
	for _, m := range v.members {
		m.value.prune(drop)
	}
	size := len(v.items) + len(v.members)
	v.items = slices.DeleteFunc(v.items, func(item *value) bool {
		return drop[item] || item.incomplete && item.kind == kindMap && len(item.members) == 0
	})
	v.members = slices.DeleteFunc(v.members, func(m member) bool { return drop[m.value] })
	v.incomplete = v.incomplete || len(v.items)+len(v.members) < size
}

// doubtful reports whether something was taken out of the value or of one of
// its direct parts, so that what is missing may only be wrong.
func (v *value) doubtful() bool {
	return v.incomplete || slices.ContainsFunc(v.members, func(m member) bool { return m.value.incomplete })
}

// placeholders collects everything in the tree that was refused.
func (v *value) placeholders(into map[*value]bool) {
	if v.refused {
		into[v] = true
	}
	for _, item := range v.items {
		item.placeholders(into)
	}
	for _, m := range v.members {
		m.value.placeholders(into)
	}
}

// becomeText makes an empty text of what should have been one: without its name
// a node couldn't be decoded.
func (v *value) becomeText() {
	*v = value{kind: kindText, text: v.text, at: v.at, path: v.path, incomplete: true}
}

// follow goes down a path of keys and indexes, as far as it leads.
func (v *value) follow(steps []string) *value {
	at := v
	for _, step := range steps {
		next := at.get(step)
		if at.kind == kindList {
			if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(at.items) {
				next = at.items[i]
			}
		}
		if next == nil {
			return at
		}
		at = next
	}
	return at
}

// indexPath adds the index of a list's entry to a path.
func indexPath(path string, index int) string { return path + "[" + strconv.Itoa(index) + "]" }

// joinPath adds a key to a path, quoted when it isn't a plain word.
func joinPath(path, key string) string {
	plain := key != "" && !strings.ContainsFunc(key, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	switch {
	case !plain:
		return path + "[" + strconv.Quote(key) + "]"
	case path == "":
		return key
	}
	return path + "." + key
}

// json writes the value in one canonical way: keys sorted, digits kept.
func (v *value) json() json.RawMessage {
	var b bytes.Buffer
	v.writeJSON(&b)
	return b.Bytes()
}

func (v *value) writeJSON(b *bytes.Buffer) {
	switch v.kind {
	case kindNull:
		b.WriteString("null")
	case kindBool, kindNumber:
		b.WriteString(v.text)
	case kindText:
		b.Write(encode(v.text))
	case kindList:
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.writeJSON(b)
		}
		b.WriteByte(']')
	case kindMap:
		b.WriteByte('{')
		sorted := slices.SortedFunc(slices.Values(v.members), func(a, b member) int { return strings.Compare(a.key, b.key) })
		for i, m := range sorted {
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(encode(m.key))
			b.WriteByte(':')
			m.value.writeJSON(b)
		}
		b.WriteByte('}')
	}
}

// plain is the value as the schema's checker reads it. JSON Schema takes 1e3 and
// 1.0 for whole numbers, a Go int doesn't: they are shown to it as a fraction.
func (v *value) plain() any {
	switch v.kind {
	case kindNull:
		return nil
	case kindBool:
		return v.text == "true"
	case kindNumber:
		if strings.ContainsAny(v.text, ".eE") {
			return json.Number("0.5")
		}
		return json.Number(v.text)
	case kindText:
		return v.text
	case kindList:
		items := make([]any, len(v.items))
		for i, item := range v.items {
			items[i] = item.plain()
		}
		return items
	}
	members := make(map[string]any, len(v.members))
	for _, m := range v.members {
		members[m.key] = m.value.plain()
	}
	return members
}

// isNumber reports whether a text follows JSON's grammar of numbers.
func isNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	return json.Valid([]byte(text)) && strings.TrimSpace(text) == text
}

// hugeExponent reports whether a number is too large or small to be kept anywhere.
func hugeExponent(number string) bool {
	_, exponent, found := strings.Cut(strings.ToLower(number), "e")
	if !found {
		return false
	}
	size, err := strconv.Atoi(exponent)
	return err != nil || size > maxExponent || size < -maxExponent
}

// positionAt is the place of a byte in a text.
func positionAt(data []byte, offset int) position {
	before := data[:min(max(offset, 0), len(data))]
	line := bytes.Count(before, []byte("\n")) + 1
	start := bytes.LastIndexByte(before, '\n') + 1
	return position{line, utf8.RuneCount(before[start:]) + 1}
}
