package definitions

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"replyflow/internal/condition"
)

// maxInline is the longest map or list that is written in one line, in characters.
const maxInline = 72

// YAML is the definition as people write it: fields in the order of their
// declaration, conditions in text form where there is one. Reading it gives the
// same definition again.
func (d Definition) YAML() ([]byte, error) {
	canonical, err := d.Canonical()
	if err != nil {
		return nil, err
	}
	walked := &reader{file: d.Key + ".json", data: canonical}
	root := walked.readJSON()
	if root == nil || walked.broken {
		return nil, fmt.Errorf("writing the definition %s: %s", d.Key, walked.problems)
	}
	shortenConditions(root)
	var b bytes.Buffer
	dumper, err := yaml.NewDumper(&b, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, fmt.Errorf("writing the definition %s: %w", d.Key, err)
	}
	if err := dumper.Dump(yamlNode(root)); err != nil {
		return nil, fmt.Errorf("writing the definition %s: %w", d.Key, err)
	}
	if err := dumper.Close(); err != nil {
		return nil, fmt.Errorf("writing the definition %s: %w", d.Key, err)
	}
	return b.Bytes(), nil
}

// shortenConditions writes the conditions of a tree in text form where they have one.
func shortenConditions(parent *value) {
	for _, m := range parent.members {
		if !isNodeList(parent, m.key) {
			continue
		}
		for _, node := range m.value.items {
			name, err := typeAmong(node.keys())
			if err != nil {
				continue
			}
			for _, field := range fieldsOf[condition.Condition](name) {
				if written := node.get(field); written != nil {
					shortenCondition(written)
				}
			}
			shortenConditions(node)
		}
	}
}

func shortenCondition(written *value) {
	read, problems := condition.Decode(written.json())
	if len(problems) > 0 {
		return
	}
	if short, ok := read.Short(); ok {
		*written = value{kind: kindText, text: short, path: written.path}
		return
	}
	for _, m := range written.members {
		switch m.key {
		case "not":
			shortenCondition(m.value)
		case "all", "any":
			for _, item := range m.value.items {
				shortenCondition(item)
			}
		}
	}
}

// yamlNode turns a value into a node of the YAML library with a style that reads
// back as the same value.
func yamlNode(v *value) *yaml.Node {
	switch v.kind {
	case kindText:
		return textNode(v.text)
	case kindList:
		node := &yaml.Node{Kind: yaml.SequenceNode, Style: inlineStyle(v)}
		for _, item := range v.items {
			node.Content = append(node.Content, yamlNode(item))
		}
		return node
	case kindMap:
		node := &yaml.Node{Kind: yaml.MappingNode, Style: inlineStyle(v)}
		for _, m := range v.members {
			node.Content = append(node.Content, textNode(m.key), yamlNode(m.value))
		}
		return node
	case kindNull:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
	}
	// Without a tag the library writes a number or boolean as it stands.
	return &yaml.Node{Kind: yaml.ScalarNode, Value: v.text}
}

// inlineStyle is the style of maps and lists: in one line when they are short and
// hold only single values, or entries of a path.
func inlineStyle(v *value) yaml.Style {
	if len(v.items)+len(v.members) == 0 {
		return yaml.FlowStyle
	}
	if _, err := typeAmong(v.keys()); err == nil {
		return 0
	}
	inner := make([]*value, 0, len(v.items)+len(v.members))
	inner = append(inner, v.items...)
	for _, m := range v.members {
		inner = append(inner, m.value)
	}
	if v.path == "" || slices.ContainsFunc(inner, func(i *value) bool { return !inline(i, v.kind) }) || len(v.json()) > maxInline {
		return 0
	}
	return yaml.FlowStyle
}

// inline reports whether a value may stand within one line of its parent.
func inline(v *value, parent valueKind) bool {
	switch v.kind {
	case kindMap:
		return parent == kindList && len(v.members) == 1 && v.members[0].value.kind == kindBool
	case kindList:
		return false
	case kindText:
		return !strings.Contains(v.text, "\n")
	}
	return true
}

// textNode writes a text without quotes when it reads back as text and looks
// harmless, in lines of its own when it has several, and else in quotes.
func textNode(text string) *yaml.Node {
	node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	switch {
	case blockText(text):
		node.Style = yaml.LiteralStyle
	case !plainText(text):
		node.Style = yaml.DoubleQuotedStyle
	}
	return node
}

// blockText reports whether a text of several lines reads back from a literal block.
func blockText(text string) bool {
	if !strings.Contains(strings.TrimRight(text, "\n"), "\n") || strings.HasSuffix(text, "\n\n") || strings.HasPrefix(text, "\n") {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line != strings.TrimSpace(line) || strings.HasPrefix(line, "#") {
			return false
		}
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) })
}

// confusing are texts that other YAML readers take for something else.
var confusing = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".nan", ".inf", "-.inf", "+.inf"}

// plainText reports whether a text may stand without quotes. It is stricter than
// YAML, so that no reader of YAML takes it for anything but text.
func plainText(text string) bool {
	if text == "" || strings.TrimSpace(text) != text || slices.Contains(confusing, strings.ToLower(text)) {
		return false
	}
	if kind, _ := plainScalar(text); kind != kindText {
		return false
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return false
	}
	first := []rune(text)[0]
	if !unicode.IsLetter(first) && first != '_' && first != '(' && first != '^' {
		return false
	}
	return !strings.Contains(text, ": ") && !strings.Contains(text, " #") && !strings.HasSuffix(text, ":") &&
		!strings.HasPrefix(text, "0x")
}
