package definitions

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"replyflow/internal/condition"
)

// schemaID names the schema; it is not an address to fetch.
const schemaID = "urn:replyflow:campaign"

// schema is the part of JSON Schema (draft 2020-12) that definitions need.
type schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        string             `json:"type,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Const       any                `json:"const,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	MinLength   int                `json:"minLength,omitempty"`
	Minimum     *int               `json:"minimum,omitempty"`
	Maximum     *int               `json:"maximum,omitempty"`
	MinItems    int                `json:"minItems,omitempty"`
	MinKeys     int                `json:"minProperties,omitempty"`
	MaxKeys     int                `json:"maxProperties,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	// Additional is false to close an object, or the schema of its other keys.
	Additional any                `json:"additionalProperties,omitempty"`
	AllOf      []*schema          `json:"allOf,omitempty"`
	AnyOf      []*schema          `json:"anyOf,omitempty"`
	OneOf      []*schema          `json:"oneOf,omitempty"`
	If         *schema            `json:"if,omitempty"`
	Then       *schema            `json:"then,omitempty"`
	Else       *schema            `json:"else,omitempty"`
	Examples   []string           `json:"examples,omitempty"`
	Defs       map[string]*schema `json:"$defs,omitempty"`
}

// Schema is the JSON Schema of definitions, for editors. It derives from the
// declarations of the structs.
var Schema = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(definitionSchema()); err != nil {
		// The schema holds only texts and numbers of ours.
		panic(err)
	}
	return b.Bytes()
})

// definitionSchema is the schema of a whole definition.
func definitionSchema() *schema {
	root := structSchema(reflect.TypeFor[Definition]())
	root.Dialect = "https://json-schema.org/draft/2020-12/schema"
	root.ID = schemaID
	root.Title = "replyflow campaign"
	root.Defs = map[string]*schema{
		"nodes":     {Type: "array", Items: nodeSchema()},
		"condition": conditionSchema(),
		"path":      pathSchema(),
		"verify":    verifySchema(),
	}
	for name, create := range registry {
		root.Defs[name] = structSchema(structOf(create()))
	}
	return root
}

// nodeSchema chooses the schema of a node by the key that is its type. Editors
// read if and then better than oneOf: they complain about the one type that is meant.
func nodeSchema() *schema {
	node := &schema{Type: "object"}
	for _, name := range Types() {
		has := &schema{Required: []string{name}}
		node.AnyOf = append(node.AnyOf, has)
		node.AllOf = append(node.AllOf, &schema{If: has, Then: reference(name)})
	}
	return node
}

func conditionSchema() *schema {
	operators := condition.Operators()
	names := make([]string, len(operators))
	for i, operator := range operators {
		names[i] = string(operator.Operator)
	}
	self := reference("condition")
	several := &schema{Type: "array", Items: self, MinItems: 1}
	return &schema{
		Description: "A condition: FIELD OPERATOR VALUE, as in OptOutType is STOP, or the same as field, operator and value; all, any and not join conditions.",
		If:          &schema{Type: "string"},
		Then:        &schema{MinLength: 1},
		Else: &schema{
			Type: "object",
			Properties: map[string]*schema{
				"field":    {Type: "string", MinLength: 1, Description: "The field that is asked about; dots descend."},
				"operator": {Type: "string", Enum: names, Description: "How it is compared."},
				"value":    {Description: "What it is compared with; a list for operators that take several."},
				"case":     {Type: "string", Enum: []string{condition.CaseSensitive}, Description: "Compare text letter by letter."},
				"all":      several,
				"any":      several,
				"not":      self,
			},
			Additional: false,
			OneOf:      []*schema{{Required: []string{"field", "operator"}}, {Required: []string{"all"}}, {Required: []string{"any"}}, {Required: []string{"not"}}},
		},
	}
}

func pathSchema() *schema {
	entry := &schema{
		If:   &schema{Type: "string"},
		Then: &schema{MinLength: 1},
		Else: &schema{Type: "object", MinKeys: 1, MaxKeys: 1, Additional: &schema{Type: "boolean"}},
	}
	return &schema{Type: "array", MinItems: 1, Items: entry}
}

func verifySchema() *schema {
	object := structSchema(reflect.TypeFor[Verify]())
	object.MinKeys, object.MaxKeys = 1, 1
	return &schema{If: &schema{Type: "string"}, Then: &schema{Const: verifyTwilio}, Else: object}
}

func reference(name string) *schema { return &schema{Ref: "#/$defs/" + name} }

// structSchema is the schema of a struct: its fields with their docs and limits,
// and nothing else. Fields without omitempty are required.
func structSchema(of reflect.Type) *schema {
	object := &schema{Type: "object", Properties: map[string]*schema{}, Additional: false}
	for i := range of.NumField() {
		field := of.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		required := options != "omitempty"
		if required {
			object.Required = append(object.Required, name)
		}
		object.Properties[name] = fieldSchema(field, required)
	}
	return object
}

// fieldSchema is the schema of a field: its type's, with what its tags add.
func fieldSchema(field reflect.StructField, required bool) *schema {
	s := typeSchema(field.Type)
	tag := field.Tag
	s.Description = tag.Get("doc")
	s.Pattern = tag.Get("pattern")
	if kind := tag.Get("type"); kind != "" {
		s.Type = kind
	}
	if example := tag.Get("example"); example != "" {
		s.Examples = []string{example}
	}
	if enum := tag.Get("enum"); enum != "" {
		s.Enum = strings.Split(enum, ",")
	}
	s.Minimum, s.Maximum = tagNumber(tag.Get("minimum")), tagNumber(tag.Get("maximum"))
	if required && s.Type == "string" {
		s.MinLength = 1
	}
	if tag.Get("nonempty") == "true" {
		setNonempty(s, field.Type)
	}
	return s
}

func setNonempty(s *schema, of reflect.Type) {
	if of.Kind() == reflect.Slice {
		s.MinItems = 1
		return
	}
	s.MinKeys = 1
}

func tagNumber(text string) *int {
	if text == "" {
		return nil
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		panic("definitions: a tag holds " + text + " for a number")
	}
	return &number
}

// typeSchema is the schema that follows from a Go type alone.
func typeSchema(of reflect.Type) *schema {
	switch of {
	case reflect.TypeFor[json.RawMessage]():
		return &schema{}
	case reflect.TypeFor[condition.Condition]():
		return reference("condition")
	case reflect.TypeFor[Nodes]():
		return reference("nodes")
	case reflect.TypeFor[Path]():
		return reference("path")
	case reflect.TypeFor[Verify]():
		return reference("verify")
	}
	switch of.Kind() {
	case reflect.Pointer:
		return typeSchema(of.Elem())
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Int:
		return &schema{Type: "integer"}
	case reflect.Slice:
		return &schema{Type: "array", Items: typeSchema(of.Elem())}
	case reflect.Map:
		return &schema{Type: "object", Additional: typeSchema(of.Elem())}
	case reflect.Struct:
		return structSchema(of)
	}
	panic("definitions: no schema for the type " + of.String())
}
