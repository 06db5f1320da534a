package definitions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"replyflow/internal/suggest"
)

// schemaTypes are the words for the types that the schema asks for.
var schemaTypes = map[string]string{
	"string": "text", "boolean": "true or false", "integer": "a whole number", "array": "a list", "object": "a map",
}

// keyAliases are what people write for a key of ours.
var keyAliases = map[string]string{
	"condition": "if", "when": "if", "on_true": "then", "on_false": "else", "yes": "then", "no": "else", "true": "then", "false": "else",
	"filter": "where", "match": "where", "who": "where", "attributes": "set", "update": "set", "max": "limit",
	"nodes": "workflow", "steps": "workflow", "id": "campaign", "key": "campaign", "payload": "trigger", "unique": "dedupe",
}

// explain says what is wrong with a value, and what to write instead.
func explain(at *value, leaf *jsonschema.ValidationError, place map[string]any) (message, suggestion string) {
	name := lastKey(leaf)
	switch failure := leaf.ErrorKind.(type) {
	case *kind.Type:
		if at.kind == kindNull {
			return name + " has no value", "give it one or leave it out" + example(place, ", as in ")
		}
		want := schemaTypes[failure.Want[0]]
		return fmt.Sprintf("%s must be %s, not %s", name, want, shown(at)), typeSuggestion(at, failure.Want[0], place)
	case *kind.Enum:
		allowed := make([]string, len(failure.Want))
		for i, want := range failure.Want {
			allowed[i] = fmt.Sprint(want)
		}
		return fmt.Sprintf("%s can't be %s", name, quote(at.text)), nearestOf(at.text, allowed)
	case *kind.Const:
		return fmt.Sprintf("%s can't be %s", name, quote(at.text)), fmt.Sprintf("write %v, or a map with one kind of proof", failure.Want)
	case *kind.Minimum:
		return fmt.Sprintf("%s must be at least %s", name, failure.Want.RatString()), ""
	case *kind.Maximum:
		return fmt.Sprintf("%s must be at most %s", name, failure.Want.RatString()), ""
	case *kind.MinProperties:
		if keys := keysOf(place); len(keys) > 0 {
			return name + " is empty", "give it " + strings.Join(keys, " or ")
		}
		if at.kind == kindMap && name == "path" {
			return "the path has an empty entry", "write NAME, or NAME: true for a branch"
		}
		return name + " is empty", example(place, "as in ")
	case *kind.MaxProperties:
		return name + " must hold exactly one key", "keep one of them"
	}
	return fmt.Sprintf("%s can't be like this", name), ""
}

func typeSuggestion(at *value, want string, place map[string]any) string {
	switch {
	case want == "boolean" && slices.Contains([]string{"yes", "on", "y", "true"}, strings.ToLower(at.text)):
		return "write true, without quotes"
	case want == "boolean" && slices.Contains([]string{"no", "off", "n", "false"}, strings.ToLower(at.text)):
		return "write false, without quotes"
	case want == "string" && (at.kind == kindNumber || at.kind == kindBool):
		return fmt.Sprintf("put it in quotes: %q", at.text)
	case want == "integer" && strings.ContainsAny(at.text, "0123456789"):
		return "write digits only, without quotes"
	case want == "array" && at.kind == kindMap:
		return "begin each entry with a hyphen"
	}
	return example(place, "as in ")
}

// shown is what a value is, for a reader; a number is shown itself.
func shown(v *value) string {
	if v.kind == kindNumber {
		return "the number " + v.text
	}
	return kindNames[v.kind]
}

// unknownKey says what to write for a key that a place doesn't have.
func unknownKey(key string, place map[string]any) string {
	allowed := keysOf(place)
	if alias, ok := keyAliases[strings.ToLower(key)]; ok && slices.Contains(allowed, alias) {
		return didYouMean(alias)
	}
	return nearestOf(key, allowed)
}

func nearestOf(word string, allowed []string) string {
	if near, ok := suggest.Nearest(word, allowed); ok {
		return didYouMean(near)
	}
	return "it takes " + strings.Join(allowed, ", ")
}

func missingKey(key string, place map[string]any) string {
	properties, _ := place["properties"].(map[string]any)
	property, _ := properties[key].(map[string]any)
	if shown := example(property, ""); shown != "" {
		return "as in " + key + ": " + shown
	}
	return "add " + key + ":"
}

// example is the first example of a place in the schema, after some words;
// empty when it has none.
func example(place map[string]any, before string) string {
	examples, _ := place["examples"].([]any)
	if len(examples) == 0 {
		return ""
	}
	return before + fmt.Sprint(examples[0])
}

// keysOf lists the keys that a place allows.
func keysOf(place map[string]any) []string {
	properties, _ := place["properties"].(map[string]any)
	keys := make([]string, 0, len(properties))
	for key := range properties {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// lastKey is the key that a failure is about: of a list's entry, the list's.
func lastKey(leaf *jsonschema.ValidationError) string {
	for _, step := range slices.Backward(leaf.InstanceLocation) {
		if !isNumber(step) {
			return step
		}
	}
	return "the definition"
}

func article(noun string) string {
	if noun == "campaign" {
		return "a campaign's key"
	}
	return noun
}
