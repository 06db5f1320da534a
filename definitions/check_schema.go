package definitions

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// compiledSchema is the schema ready to check, and as a tree to look up what a
// place allows.
type compiledSchema struct {
	compiled *jsonschema.Schema
	document any
}

// checking is the schema that files are checked against. Conditions are left
// out: package condition says better what is wrong with them.
var checking = sync.OnceValue(func() compiledSchema {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		panic(err)
	}
	document.(map[string]any)["$defs"].(map[string]any)["condition"] = true
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaID, document); err != nil {
		panic(err)
	}
	return compiledSchema{compiler.MustCompile(schemaID), document}
})

// checkSchema reports what doesn't fit the declarations and takes it out of the tree.
func (c *Checker) checkSchema(root *value) {
	drop := map[*value]bool{}
	root.placeholders(drop)
	defer root.prune(drop)
	var failed *jsonschema.ValidationError
	if err := checking().compiled.Validate(root.plain()); !errors.As(err, &failed) {
		return
	}
	for _, leaf := range leaves(failed) {
		at := root.follow(leaf.InstanceLocation)
		if !follows(at, leaf) {
			c.reportSchema(at, leaf, drop)
			continue
		}
		if isTextWanted(leaf) {
			at.becomeText()
			delete(drop, at)
		}
	}
}

// follows reports whether a failure only follows from what was reported before:
// a placeholder is no text, and a map without its bad keys may lack one.
func follows(at *value, leaf *jsonschema.ValidationError) bool {
	switch leaf.ErrorKind.(type) {
	case *kind.Required, *kind.MinItems, *kind.MinProperties:
		return at.refused || at.incomplete
	}
	return at.refused
}

func isTextWanted(leaf *jsonschema.ValidationError) bool {
	failure, ok := leaf.ErrorKind.(*kind.Type)
	return ok && failure.Want[0] == "string"
}

// leaves are the failures that have no further cause.
func leaves(failed *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(failed.Causes) == 0 {
		return []*jsonschema.ValidationError{failed}
	}
	var found []*jsonschema.ValidationError
	for _, cause := range failed.Causes {
		found = append(found, leaves(cause)...)
	}
	return found
}

// reportSchema says in the marketer's words what a failure of the schema means.
func (c *Checker) reportSchema(at *value, leaf *jsonschema.ValidationError, drop map[*value]bool) {
	place := lookUp(checking().document, leaf.SchemaURL)
	switch failure := leaf.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		c.reportUnknown(at, failure.Properties, place, drop)
	case *kind.Required:
		for _, key := range failure.Missing {
			c.report(at, at.at, SeverityError, key+" is missing", missingKey(key, place))
		}
	case *kind.MinLength:
		c.report(at, at.at, SeverityError, lastKey(leaf)+" is empty", "give it a value")
	case *kind.MinItems:
		c.report(at, at.at, SeverityError, lastKey(leaf)+" is empty", "give it an entry, which begins with a hyphen")
	case *kind.Pattern:
		c.report(at, at.at, SeverityError, quote(at.text)+" can't be "+article(lastKey(leaf)),
			"use 1 to 63 lower-case letters, digits and hyphens, not beginning with a hyphen")
	default:
		message, suggestion := explain(at, leaf, place)
		c.report(at, at.at, SeverityError, message, suggestion)
		if isTextWanted(leaf) {
			at.becomeText()
			return
		}
		drop[at] = true
	}
}

func (c *Checker) reportUnknown(at *value, keys []string, place map[string]any, drop map[*value]bool) {
	unknown := map[string]bool{}
	for _, key := range keys {
		unknown[key] = true
	}
	for _, m := range at.members {
		if unknown[m.key] {
			c.report(m.value, m.at, SeverityError, "there is no "+quote(m.key)+" here", unknownKey(m.key, place))
			drop[m.value] = true
		}
	}
}

// lookUp finds the part of the schema that a failure names by its address.
func lookUp(document any, address string) map[string]any {
	_, pointer, _ := strings.Cut(address, "#")
	at := document
	for step := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		if step == "" {
			continue
		}
		if plain, err := url.PathUnescape(step); err == nil {
			step = plain
		}
		members, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = members[step]
	}
	found, _ := at.(map[string]any)
	return found
}
