package template

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A value is nil, a bool, a string, a json.Number, a []any or a map[string]any,
// as JSON has them, or blank.

// blank is the literal blank or empty: it equals whatever holds nothing.
type blank struct{}

// decode reads JSON, every number as its digits.
func decode(data json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}

// encode writes JSON without escaping what HTML would need.
func encode(value any) (json.RawMessage, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func integer(number int) json.Number { return json.Number(strconv.Itoa(number)) }

// truthy: everything but null and false is true, the empty text too.
func truthy(value any) bool { return value != nil && value != false }

// textOf is a value as text: nothing for null, a list as its items one after
// the other, an object as JSON.
func (r *renderer) textOf(value any) (string, error) {
	switch value := value.(type) {
	case string:
		return value, nil
	case json.Number:
		return value.String(), nil
	case bool:
		return strconv.FormatBool(value), nil
	case []any:
		return r.join(value, "")
	case map[string]any:
		size := sizeOf(value, MaxOutput)
		if err := r.spendBytes(size); err != nil {
			return "", err
		}
		if size > MaxOutput {
			return "", errTooLong()
		}
		encoded, err := encode(value)
		return string(encoded), err
	}
	return "", nil
}

func (r *renderer) join(items []any, separator string) (string, error) {
	var joined strings.Builder
	for i, item := range items {
		if i > 0 {
			joined.WriteString(separator)
		}
		part, err := r.textOf(item)
		if err != nil {
			return "", err
		}
		joined.WriteString(part)
		if err := r.spendBytes(len(part) + len(separator)); err != nil {
			return "", err
		}
		if joined.Len() > MaxOutput {
			return "", errTooLong()
		}
	}
	return joined.String(), nil
}

// sizeOf is about how many bytes a value takes as JSON; it stops counting a
// little beyond most.
func sizeOf(value any, most int) int {
	size := 4
	switch value := value.(type) {
	case string:
		size = len(value) + 2
	case json.Number:
		size = len(value)
	case []any:
		for i := 0; i < len(value) && size <= most; i++ {
			size += 1 + sizeOf(value[i], most-size)
		}
	case map[string]any:
		for key, item := range value {
			if size > most {
				break
			}
			size += len(key) + 4 + sizeOf(item, most-size)
		}
	}
	return size
}

// member is what a name or a number stands for in a value.
func member(value any, name string) any {
	switch value := value.(type) {
	case map[string]any:
		if found, ok := value[name]; ok {
			return found
		}
		if name == "size" {
			return integer(len(value))
		}
	case []any:
		return listMember(value, name)
	case string:
		if name == "size" {
			return integer(utf8.RuneCountInString(value))
		}
	}
	return nil
}

func listMember(list []any, name string) any {
	at := 0
	switch name {
	case "size":
		return integer(len(list))
	case "first":
	case "last":
		at = len(list) - 1
	default:
		number, err := strconv.Atoi(name)
		if err != nil {
			return nil
		}
		if at = number; at < 0 {
			at += len(list)
		}
	}
	if at < 0 || at >= len(list) {
		return nil
	}
	return list[at]
}

// itemsOf is what a loop goes over: a list's items, an object's pairs of name
// and value sorted by name, a text as one item.
func itemsOf(value any) []any {
	switch value := value.(type) {
	case []any:
		return value
	case map[string]any:
		items := make([]any, 0, len(value))
		for _, key := range slices.Sorted(maps.Keys(value)) {
			items = append(items, []any{key, value[key]})
		}
		return items
	case string:
		if value != "" {
			return []any{value}
		}
	}
	return nil
}

// equal compares as conditions do: numbers, and texts that are written as JSON
// numbers, by their value; everything else by type and content.
func equal(a, b any) bool {
	if _, ok := b.(blank); ok {
		return isBlank(a)
	}
	if _, ok := a.(blank); ok {
		return isBlank(b)
	}
	if x, ok := exact(a); ok {
		if y, ok := exact(b); ok {
			return x.rat.Cmp(y.rat) == 0
		}
	}
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	}
	switch b.(type) {
	case []any, map[string]any:
		return false
	}
	return a == b
}

func isBlank(value any) bool {
	switch value := value.(type) {
	case nil, blank:
		return true
	case bool:
		return !value
	case string:
		return strings.TrimSpace(value) == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// orderOf compares numbers, also numeric text; nothing else has an order.
func orderOf(a, b any) (int, bool) {
	x, okX := exact(a)
	y, okY := exact(b)
	if !okX || !okY {
		return 0, false
	}
	return x.rat.Cmp(y.rat), true
}

// contains looks for a text in a text, an item in a list, a name in an object.
func contains(value, wanted any) bool {
	switch value := value.(type) {
	case string:
		switch wanted := wanted.(type) {
		case string:
			return strings.Contains(value, wanted)
		case json.Number:
			return strings.Contains(value, wanted.String())
		}
	case []any:
		return slices.ContainsFunc(value, func(item any) bool { return equal(item, wanted) })
	case map[string]any:
		name, ok := wanted.(string)
		_, found := value[name]
		return ok && found
	}
	return false
}
