package config

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// positions say where in a file a setting stands: by its path, as in
// workspaces[0].senders[1].address.
type positions struct {
	file   string
	byPath map[string]*yaml.Node
	byMark map[mark]string
}

// mark is a line and a column, both from 1.
type mark struct{ line, column int }

func newPositions(file string, root *yaml.Node) *positions {
	p := &positions{file, map[string]*yaml.Node{}, map[mark]string{}}
	p.add("", root)
	return p
}

func (p *positions) add(path string, node *yaml.Node) {
	p.byPath[path] = node
	p.byMark[mark{node.Line, node.Column}] = path
	switch node.Kind {
	case yaml.SequenceNode:
		for i, item := range node.Content {
			p.add(fmt.Sprintf("%s[%d]", path, i), item)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			p.add(below(path, node.Content[i].Value), node.Content[i+1])
		}
	}
}

func below(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }

// problem is a line of an Error: file:line:column: path: message. What isn't
// written in the file has the place of what it is missing from.
func (p *positions) problem(path, message string) string {
	for at := path; ; at = parent(at) {
		if node, ok := p.byPath[at]; ok {
			return fmt.Sprintf("%s:%d:%d: %s: %s", p.file, node.Line, node.Column, path, message)
		}
	}
}

// parent is the path without its last part; of a first part it is the file's root.
func parent(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// problemAt is a line of an Error about what stands at a mark.
func (p *positions) problemAt(at mark, message string) string {
	if path := p.byMark[at]; path != "" {
		message = path + ": " + message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.file, at.line, at.column, message)
}
