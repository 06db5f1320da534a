package definitions

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"replyflow/internal/suggest"
)

// registry holds a constructor for each node type, by the type's name. It is
// filled by the init functions of the node files and only read afterwards.
var registry = map[string]func() Node{}

func isType(key string) bool { return registry[key] != nil }

// register declares a node type. Its name is the JSON name of the struct's
// first field.
func register(create func() Node) {
	name := TypeOf(create())
	if _, taken := registry[name]; taken {
		panic("definitions: two node types are called " + name)
	}
	registry[name] = create
}

// Types lists the node types, in alphabetical order.
func Types() []string {
	types := make([]string, 0, len(registry))
	for name := range registry {
		types = append(types, name)
	}
	slices.Sort(types)
	return types
}

// TypeOf is a node's type, as definitions write it: "branch".
func TypeOf(node Node) string {
	return jsonName(structOf(node).Field(0))
}

// structOf is the struct that declares a node's fields.
func structOf(node Node) reflect.Type {
	return reflect.TypeOf(node).Elem()
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// newNode makes an empty node of a type.
func newNode(name string) (Node, error) {
	create, known := registry[name]
	if !known {
		return nil, fmt.Errorf("no node type is called %q%s", name, inBrackets(unknownType(name)))
	}
	return create(), nil
}

// unknownType says what to write instead of something that is no node type.
func unknownType(name string) string {
	if alias, ok := typeAliases[strings.ToLower(name)]; ok {
		return didYouMean(alias)
	}
	if near, ok := suggest.Nearest(name, Types()); ok {
		return didYouMean(near)
	}
	return "node types are " + strings.Join(Types(), ", ")
}

// typeAliases are names that other tools give to our node types.
var typeAliases = map[string]string{
	"if": "branch", "true_false_branch": "branch", "true/false branch": "branch", "condition": "branch", "split": "branch",
	"batchupdate": "batch_update", "bulk_update": "batch_update", "update_people": "batch_update", "update": "batch_update",
	"create_or_update_person": "update_person", "set_attribute": "update_person", "end": "exit", "stop": "exit",
}
