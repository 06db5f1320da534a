package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"replyflow/internal/suggest"
)

// unknownIn reports every key that no field has, with its place and the nearest
// that exists.
func unknownIn(path, at string, node *yaml.Node, kind reflect.Type) []string {
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	var problems []string
	switch {
	case node.Kind == yaml.SequenceNode && kind.Kind() == reflect.Slice:
		for i, item := range node.Content {
			problems = append(problems, unknownIn(path, fmt.Sprintf("%s[%d]", at, i), item, kind.Elem())...)
		}
	case node.Kind == yaml.MappingNode && kind.Kind() == reflect.Struct:
		fields := fieldsOf(kind)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			place := below(at, key.Value)
			field, known := fields[key.Value]
			if !known {
				problems = append(problems, fmt.Sprintf("%s:%d:%d: %s: there is no such setting%s", path, key.Line, key.Column, place, nearestSetting(key.Value, fields)))
				continue
			}
			problems = append(problems, unknownIn(path, place, value, field)...)
		}
	}
	return problems
}

func fieldsOf(kind reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for i := range kind.NumField() {
		if name := kind.Field(i).Tag.Get("yaml"); name != "" {
			fields[name] = kind.Field(i).Type
		}
	}
	return fields
}

// nearestSetting names the setting that was probably meant, or all there are.
func nearestSetting(wrong string, fields map[string]reflect.Type) string {
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	if near, ok := suggest.Nearest(wrong, names); ok {
		return "; did you mean " + near + "?"
	}
	return "; there are " + strings.Join(names, ", ")
}
