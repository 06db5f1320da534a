package inbound

import (
	"reflect"
	"strings"
	"sync"
	"time"
)

// Field is a field of a message that a campaign may name.
type Field struct {
	Name string
	// Type says what the field holds, for a reader.
	Type    string
	Doc     string
	Example string
	// Values are all that the field may hold, nil when it may hold anything.
	Values []string
	// List is set when the field holds a list, and Fields are those of an entry.
	List bool
	// Fields are those of a field that holds a map.
	Fields []Field
}

// Fields are all fields of a message, in the order in which they are shown. They
// derive from the one declaration that messages are shown by, so that a field
// can't be there for a check or a document alone.
var Fields = sync.OnceValue(func() []Field { return fieldsOf(reflect.TypeFor[view]()) })

func fieldsOf(of reflect.Type) []Field {
	fields := make([]Field, of.NumField())
	for i := range fields {
		declared := of.Field(i)
		name, _, _ := strings.Cut(declared.Tag.Get("json"), ",")
		fields[i] = Field{Name: name, Doc: declared.Tag.Get("doc"), Example: declared.Tag.Get("example")}
		if values := declared.Tag.Get("enum"); values != "" {
			fields[i].Values = strings.Split(values, ",")
		}
		fields[i].describe(declared.Type)
	}
	return fields
}

// describe adds what follows from a field's Go type.
func (f *Field) describe(of reflect.Type) {
	switch {
	case of == reflect.TypeFor[time.Time]():
		f.Type = "a time"
	case of.Kind() == reflect.String:
		f.Type = "text"
	case of.Kind() == reflect.Bool:
		f.Type = "true or false"
	case of.Kind() == reflect.Slice:
		f.Type, f.List, f.Fields = "a list", true, fieldsOf(of.Elem())
	case of.Kind() == reflect.Pointer:
		f.Type, f.Fields = "a map", fieldsOf(of.Elem())
	default:
		panic("inbound: no description of the type " + of.String())
	}
}
