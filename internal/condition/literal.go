package condition

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

type kind int

const (
	kindNull kind = iota
	kindText
	kindNumber
	kindBoolean
	kindList
	kindObject
)

// literal is a JSON value as conditions see it.
type literal struct {
	kind kind
	// text is what text operators look at: a text itself, a number in plain
	// digits, true or false. Empty for null, lists and objects.
	text string
	// raw is the value as it stands.
	raw json.RawMessage
}

var errNotJSON = errors.New("not valid JSON")

// readLiteral reads a JSON value; the items of a list are read when needed.
func readLiteral(raw json.RawMessage) (literal, error) {
	raw = bytes.TrimSpace(raw)
	if !json.Valid(raw) {
		return literal{}, errNotJSON
	}
	value := literal{raw: raw}
	switch raw[0] {
	case '"':
		value.kind = kindText
		if err := json.Unmarshal(raw, &value.text); err != nil {
			return literal{}, errNotJSON
		}
	case '[':
		value.kind = kindList
	case '{':
		value.kind = kindObject
	case 't', 'f':
		value.kind, value.text = kindBoolean, string(raw)
	case 'n':
		value.kind = kindNull
	default:
		value.kind, value.text = kindNumber, plainNumber(string(raw))
	}
	return value, nil
}

// scalar reports whether the value is a text, a number, true or false.
func (l literal) scalar() bool {
	return l.kind == kindText || l.kind == kindNumber || l.kind == kindBoolean
}

// items are the values of a list; anything else is a list of itself.
func (l literal) items() []literal {
	if l.kind != kindList {
		return []literal{l}
	}
	var raws []json.RawMessage
	if json.Unmarshal(l.raw, &raws) != nil {
		return nil
	}
	items := make([]literal, 0, len(raws))
	for _, raw := range raws {
		if item, err := readLiteral(raw); err == nil {
			items = append(items, item)
		}
	}
	return items
}

// hasTemplate reports whether the value's text is still to be rendered.
func (l literal) hasTemplate() bool {
	if l.kind == kindList {
		for _, item := range l.items() {
			if item.hasTemplate() {
				return true
			}
		}
		return false
	}
	return l.kind == kindText && (strings.Contains(l.text, "{{") || strings.Contains(l.text, "{%"))
}

// ScalarText is the text that operators see of a text, a number or a boolean;
// ok is false for null, lists, objects and what isn't JSON.
func ScalarText(raw json.RawMessage) (text string, ok bool) {
	value, err := readLiteral(raw)
	return value.text, err == nil && value.scalar()
}

// Items are the values of a list; any other value is a list of itself.
func Items(raw json.RawMessage) []json.RawMessage {
	value, err := readLiteral(raw)
	if err != nil {
		return nil
	}
	items := value.items()
	raws := make([]json.RawMessage, len(items))
	for i := range items {
		raws[i] = items[i].raw
	}
	return raws
}

// canonical writes a JSON value in one way, digits kept, so that conditions
// read from different writings compare equal byte by byte.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, errNotJSON
	}
	return encode(value), nil
}

// encode writes a text, json.Number, bool, nil, list or map of them.
func encode(value any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// These types always encode.
	_ = encoder.Encode(value)
	return bytes.TrimSpace(b.Bytes())
}
