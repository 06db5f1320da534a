package definitions

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// readYAML reads the file's one document.
func (r *reader) readYAML() *value {
	loader := yaml.NewDecoder(bytes.NewReader(r.data))
	var document, second yaml.Node
	if err := loader.Decode(&document); err != nil {
		if errors.Is(err, io.EOF) {
			r.report(position{1, 1}, rootPath, "the file has no content but comments", "begin with campaign: and the campaign's key")
			return nil
		}
		r.reportYAML(err)
		return nil
	}
	switch err := loader.Decode(&second); {
	case err == nil:
		r.report(position{max(second.Line, 1), 1}, rootPath, "the file holds more than one document", "put each campaign into a file of its own")
		return nil
	case !errors.Is(err, io.EOF):
		r.reportYAML(err)
		return nil
	}
	if document.Kind == yaml.DocumentNode && len(document.Content) == 1 {
		return r.convert(document.Content[0], "", 1)
	}
	return r.convert(&document, "", 1)
}

func (r *reader) reportYAML(err error) {
	at := position{1, 1}
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	var load *yaml.LoadError
	if errors.As(err, &load) {
		message = load.Message
		if load.Mark.Line > 0 {
			at = position{load.Mark.Line, max(load.Mark.Column, 1)}
		}
	}
	r.report(at, rootPath, "this isn't YAML: "+message, yamlHint(message, r.line(at.line)))
}

// yamlHint explains the mistakes that people make most.
func yamlHint(message, line string) string {
	switch {
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"), strings.Contains(message, "tab"):
		return "indent with spaces, not tabs"
	case strings.Contains(line, "{{") || strings.Contains(line, "{%"):
		return `put a value with a template in quotes: "{{ trigger.From }}"`
	case strings.Contains(message, "mapping values are not allowed"):
		return `put a value with ": " in it in quotes, and check the indentation`
	case strings.Contains(message, "did not find expected"):
		return "check the indentation and that quotes and brackets close"
	}
	return ""
}

// line is a line of the file, counted from 1; empty when there is none.
func (r *reader) line(number int) string {
	if r.lines == nil {
		r.lines = bytes.Split(r.data, []byte("\n"))
	}
	if number < 1 || number > len(r.lines) {
		return ""
	}
	return string(r.lines[number-1])
}

// convert turns a node of the YAML library into a value. nil says that it can't
// be one; the reason is reported.
func (r *reader) convert(node *yaml.Node, path string, depth int) *value {
	at := positionOf(node)
	if !r.enter(at, depth) {
		return nil
	}
	switch {
	case node.Kind == yaml.AliasNode:
		r.refuse(at, path, "aliases (*) are no part of the language", "write the value out, in quotes if it is text")
		return nil
	case node.Anchor != "":
		r.refuse(at, path, "anchors (&) are no part of the language", "take it away, or quote the value if it is text")
	case node.Style&yaml.TaggedStyle != 0:
		r.refuse(at, path, fmt.Sprintf("the tag %s is no part of the language", node.Tag), "take it away; quotes make a value text")
	}
	switch node.Kind {
	case yaml.MappingNode:
		return r.convertMap(node, path, depth)
	case yaml.SequenceNode:
		list := &value{kind: kindList, at: at, path: path, items: []*value{}}
		for i, item := range node.Content {
			if converted := r.convert(item, indexPath(path, i), depth+1); converted != nil {
				list.items = append(list.items, converted)
			}
		}
		return list
	case yaml.ScalarNode:
		return r.convertScalar(node, path)
	}
	return &value{kind: kindNull, at: at, path: path}
}

// refuse reports a piece of YAML that definitions don't take.
func (r *reader) refuse(at position, path, message, suggestion string) {
	r.broken = true
	r.report(at, path, message, suggestion)
}

func (r *reader) convertMap(node *yaml.Node, path string, depth int) *value {
	result, seen := &value{kind: kindMap, at: positionOf(node), path: path}, map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if !r.acceptKey(key, path) {
			continue
		}
		if converted := r.convert(node.Content[i+1], joinPath(path, key.Value), depth+1); converted != nil {
			r.add(result, seen, member{key: key.Value, at: positionOf(key), value: converted})
		}
	}
	return result
}

// acceptKey reports keys that definitions don't take.
func (r *reader) acceptKey(key *yaml.Node, path string) bool {
	at := positionOf(key)
	switch {
	case key.Kind == yaml.MappingNode:
		r.refuse(at, path, "a map can't be a key; a template without quotes looks like one", `put the template in quotes: "{{ trigger.From }}"`)
	case key.Kind != yaml.ScalarNode || key.Anchor != "" || key.Style&yaml.TaggedStyle != 0:
		r.refuse(at, path, "a key must be a plain text", "")
	case key.Tag == "!!merge":
		r.refuse(at, path, "merge keys (<<) are no part of the language", "write the keys out")
	case strings.ContainsRune(key.Value, 0):
		r.report(at, path, "the key holds a NUL character", "take it out")
	default:
		return true
	}
	return false
}

func (r *reader) convertScalar(node *yaml.Node, path string) *value {
	at := positionOf(node)
	v := &value{kind: kindText, text: node.Value, at: at, path: path, inside: r.insideOf(node, at)}
	if node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		v.kind, v.text = plainScalar(node.Value)
	}
	r.checkScalar(v)
	return v
}

func positionOf(node *yaml.Node) position {
	return position{max(node.Line, 1), max(node.Column, 1)}
}

// plainScalar is what a marketer means by a value without quotes: null, true and
// false, and numbers as JSON writes them. Everything else is text, whatever
// YAML makes of it: NO, 0155, +15550100123, 0x1F, 1_000 and dates.
func plainScalar(text string) (valueKind, string) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return kindNull, ""
	case "true", "True", "TRUE":
		return kindBool, "true"
	case "false", "False", "FALSE":
		return kindBool, "false"
	}
	if isNumber(text) {
		return kindNumber, text
	}
	return kindText, text
}

// insideOf is where the characters of a text begin in the file, zero when the
// file doesn't write them as they read.
func (r *reader) insideOf(node *yaml.Node, at position) position {
	// Nobody reads so far to the right, and counting would take long.
	const farRight = 2_000
	if node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || at.column > farRight {
		return position{}
	}
	begin := at
	if node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		begin.column++
	}
	line := r.line(begin.line)
	for skip := begin.column - 1; skip > 0 && line != ""; skip-- {
		_, size := utf8.DecodeRuneInString(line)
		line = line[size:]
	}
	if !strings.HasPrefix(line, node.Value) {
		return position{}
	}
	return begin
}
