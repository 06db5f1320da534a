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

// offset is the byte at which a place of the file begins.
func (r *reader) offset(at position) int {
	offset := 0
	for number := 1; number < at.line; number++ {
		offset += len(r.line(number)) + 1
	}
	line := r.line(at.line)
	for skip := at.column - 1; skip > 0 && line != ""; skip-- {
		_, size := utf8.DecodeRuneInString(line)
		line, offset = line[size:], offset+size
	}
	return min(offset, len(r.data))
}

// convert turns a node of the YAML library into a value. What can't be one is
// reported and leaves a placeholder, so that the rest is checked all the same.
// nil says that it is too much.
func (r *reader) convert(node *yaml.Node, path string, depth int) *value {
	at := positionOf(node)
	if !r.enter(at, depth) {
		return nil
	}
	switch {
	case node.Kind == yaml.AliasNode:
		return r.refuse(at, path, "aliases (*) are no part of the language", "write the value out, in quotes if it is text")
	case node.Anchor != "":
		refused := r.refuse(at, path, "anchors (&) are no part of the language", "take it away, or quote the value if it is text")
		if isEmptyScalar(node) {
			// A text that begins with & looks like an anchor before nothing.
			return refused
		}
	case node.Style&yaml.TaggedStyle != 0:
		refused := r.refuse(at, path, fmt.Sprintf("the tag %s is no part of the language", node.Tag), "take it away; quotes make a value text")
		if node.Kind == yaml.ScalarNode {
			// The tag was to say what kind of value it is.
			return refused
		}
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

func isEmptyScalar(node *yaml.Node) bool {
	return node.Kind == yaml.ScalarNode && node.Value == "" &&
		node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// refuse reports a piece of YAML that definitions don't take, and returns the
// placeholder for it.
func (r *reader) refuse(at position, path, message, suggestion string) *value {
	r.report(at, path, message, suggestion)
	return &value{kind: kindNull, at: at, path: path, refused: true}
}

func (r *reader) convertMap(node *yaml.Node, path string, depth int) *value {
	result, seen := &value{kind: kindMap, at: positionOf(node), path: path}, map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if key.Kind == yaml.MappingNode {
			// Nobody means such a map: it is a template without quotes.
			result = r.refuse(positionOf(key), path, "a map can't be a key; a template without quotes looks like one", `put the template in quotes: "{{ trigger.From }}"`)
			continue
		}
		if !r.acceptKey(key, path) {
			result.incomplete = true
			continue
		}
		if converted := r.convert(node.Content[i+1], joinPath(path, key.Value), depth+1); converted != nil {
			r.add(result, seen, member{key: key.Value, at: positionOf(key), value: converted})
		}
	}
	if result.refused {
		result.members = nil
	}
	return result
}

// acceptKey reports keys that definitions don't take. false says that the key
// can't be read as anything.
func (r *reader) acceptKey(key *yaml.Node, path string) bool {
	at := positionOf(key)
	switch {
	case key.Kind != yaml.ScalarNode:
		r.report(at, path, "a key must be a plain text", "")
	case key.Tag == "!!merge":
		r.report(at, path, "merge keys (<<) are no part of the language", "write the keys out")
	case strings.ContainsRune(key.Value, 0):
		r.report(at, path, "the key holds a NUL character", "take it out")
	case key.Anchor != "" || key.Style&yaml.TaggedStyle != 0:
		r.report(at, path, "a key must be a plain text", "take away what begins with & or !")
		return !isEmptyScalar(key)
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
