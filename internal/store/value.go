package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"replyflow/internal/condition"
)

// canonical writes a value in the one way in which both databases give it back:
// no spaces, keys in order, the last of duplicate keys, numbers in plain digits.
func canonical(value json.RawMessage) (json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return nil, fmt.Errorf("it is not valid JSON")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("it is not valid JSON")
	}
	plain, err := plainValue(decoded, 0)
	if err != nil {
		return nil, err
	}
	written := encode(plain)
	if len(written) > MaxValueLength {
		return nil, fmt.Errorf("it is %d bytes long, and %d is the limit", len(written), MaxValueLength)
	}
	return written, nil
}

// plainValue refuses what one of the databases can't keep.
func plainValue(value any, depth int) (any, error) {
	if depth > maxValueDepth {
		return nil, fmt.Errorf("its lists and objects nest deeper than %d", maxValueDepth)
	}
	switch value := value.(type) {
	case string:
		return value, checkText(value)
	case json.Number:
		if !condition.IsNumber(value.String()) {
			return nil, fmt.Errorf("its number has more than %d digits", condition.MaxNumberLength)
		}
		plain, _ := condition.ScalarText(json.RawMessage(value))
		return json.Number(plain), nil
	case []any:
		for i := range value {
			item, err := plainValue(value[i], depth+1)
			if err != nil {
				return nil, err
			}
			value[i] = item
		}
	case map[string]any:
		for key, member := range value {
			if err := checkText(key); err != nil {
				return nil, err
			}
			plain, err := plainValue(member, depth+1)
			if err != nil {
				return nil, err
			}
			value[key] = plain
		}
	}
	return value, nil
}

func checkText(text string) error {
	if strings.ContainsRune(text, 0) {
		return fmt.Errorf("its text contains the character NUL (\\u0000), which can't be stored")
	}
	return nil
}

// encode writes what a decoder with UseNumber read.
func encode(value any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Decoded values always encode.
	_ = encoder.Encode(value)
	return bytes.TrimSpace(b.Bytes())
}

// checkID refuses what can't be a person's id.
func checkID(id string) error {
	switch {
	case id == "":
		return invalid("a person needs an id")
	case len(id) > MaxIDLength:
		return invalid("the person's id is %d bytes long, and %d is the limit", len(id), MaxIDLength)
	case !utf8.ValidString(id):
		return invalid("the person's id is not valid UTF-8")
	case strings.ContainsFunc(id, unicode.IsControl):
		return invalid("the person's id %q contains a control character", id)
	}
	return nil
}

// checkName refuses what can't be an attribute's name.
func checkName(name string) error {
	switch {
	case name == "":
		return invalid("an attribute needs a name")
	case len(name) > MaxNameLength:
		return invalid("the attribute name %.40q… is %d bytes long, and %d is the limit", name, len(name), MaxNameLength)
	case slices.Contains(reservedNames, name):
		return invalid("%s is a field of every person, not an attribute: choose another name", name)
	case !plainName(name):
		return invalid("the attribute name %q contains a quotation mark, a backslash, a control character or broken UTF-8", name)
	}
	return nil
}

// plainName reports whether a name can stand in quotes as it is, in JSON and in
// a path of SQLite.
func plainName(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '"' || r == '\\' || unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp)
	})
}

// storable makes a text for readers storable: PostgreSQL takes neither NUL nor
// broken UTF-8.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// compact undoes how a database spaces JSON.
func compact(text string) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return json.RawMessage(text)
	}
	return b.Bytes()
}
