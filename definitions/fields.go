package definitions

import (
	"reflect"
	"strconv"
)

// fieldsOf lists the JSON names of a node type's fields that have the Go type T.
func fieldsOf[T any](name string) []string {
	node, err := newNode(name)
	if err != nil {
		return nil
	}
	var found []string
	of := structOf(node)
	for i := range of.NumField() {
		if of.Field(i).Type == reflect.TypeFor[T]() {
			found = append(found, jsonName(of.Field(i)))
		}
	}
	return found
}

func quote(text string) string {
	const longest = 60
	runes := []rune(text)
	if len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return strconv.Quote(text)
}
