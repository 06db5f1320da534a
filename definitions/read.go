package definitions

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"
)

// reader turns a file into a tree and collects what is wrong with its form.
type reader struct {
	file     string
	data     []byte
	problems Problems
	values   int
	// lines are the file's lines, split when the first is asked for.
	lines [][]byte
	// broken is set when the file is larger than is read: the rest is unknown.
	broken bool
}

// read reads YAML or JSON. The tree is nil when it isn't worth checking.
func read(file string, data []byte) (*value, Problems) {
	r := &reader{file: file, data: data}
	root := r.root()
	if root == nil || r.broken || root.refused {
		return nil, r.problems
	}
	if root.kind != kindMap {
		r.report(root.at, rootPath, "a definition is a map with campaign, name, trigger and workflow, not "+kindNames[root.kind], "")
		return nil, r.problems
	}
	return root, r.problems
}

// rootPath is the path of problems that concern the whole file.
const rootPath = "definition"

func (r *reader) root() *value {
	start := position{1, 1}
	if len(r.data) > MaxSize {
		r.report(start, rootPath, fmt.Sprintf("the file has %d bytes, the limit is %d", len(r.data), MaxSize), "")
		return nil
	}
	r.data = bytes.TrimPrefix(r.data, []byte("\ufeff"))
	isJSON := r.isJSON()
	if at, message, suggestion := r.unreadable(isJSON); message != "" {
		r.report(positionAt(r.data, at), rootPath, message, suggestion)
		return nil
	}
	if len(bytes.TrimSpace(r.data)) == 0 {
		r.report(start, rootPath, "the file is empty", "begin with campaign: and the campaign's key")
		return nil
	}
	if isJSON {
		return r.readJSON()
	}
	return r.readYAML()
}

// isJSON reports whether the file is JSON rather than YAML. Most JSON is YAML
// too, but the two read escapes and repeated keys differently.
func (r *reader) isJSON() bool {
	switch extension := strings.ToLower(path.Ext(r.file)); {
	case extension == ".json":
		return true
	case !bytes.HasPrefix(bytes.TrimSpace(r.data), []byte("{")):
		return false
	case extension == ".yaml", extension == ".yml":
		return json.Valid(r.data)
	}
	return true
}

// unreadable is the first byte of the file that no text has, and what it is; the
// message is empty when there is none. Control characters of JSON are left to
// its own reader, which takes some of them.
func (r *reader) unreadable(isJSON bool) (at int, message, suggestion string) {
	for at := 0; at < len(r.data); {
		letter, size := utf8.DecodeRune(r.data[at:])
		switch {
		case letter == utf8.RuneError && size == 1:
			return at, "the file isn't UTF-8 text here", "save it as UTF-8"
		case letter == 0:
			return at, "a NUL character stands here", "take it out; when the file is full of them it was saved as UTF-16: save it as UTF-8"
		case !isJSON && isForbidden(letter):
			return at, fmt.Sprintf("the control character %U stands here", letter), "take it out"
		}
		at += size
	}
	return 0, "", ""
}

// isForbidden reports whether YAML takes a character nowhere.
func isForbidden(letter rune) bool {
	return letter < ' ' && letter != '\t' && letter != '\n' && letter != '\r' || letter == 0xFFFE || letter == 0xFFFF
}

func (r *reader) report(at position, path, message, suggestion string) {
	if path == "" {
		path = rootPath
	}
	r.problems = append(r.problems, Problem{
		File: r.file, Line: at.line, Column: at.column, Path: path,
		Message: message, Suggestion: suggestion, Severity: SeverityError,
	})
}

// enter counts a value and its depth; false says that it is too much.
func (r *reader) enter(at position, depth int) bool {
	r.values++
	if depth > MaxDepth || r.values > MaxValues {
		r.broken = true
	}
	switch {
	case depth > MaxDepth:
		r.report(at, rootPath, fmt.Sprintf("lists and maps nest more than %d deep", MaxDepth), "")
		return false
	case r.values > MaxValues:
		if r.values == MaxValues+1 {
			r.report(at, rootPath, fmt.Sprintf("the file holds more than %d values", MaxValues), "")
		}
		return false
	}
	return true
}

// add puts a key into a map unless it stands there already. seen holds the lines
// of the map's keys.
func (r *reader) add(to *value, seen map[string]int, m member) {
	if line, repeated := seen[m.key]; repeated {
		r.report(m.at, m.value.path, fmt.Sprintf("%q stands twice in the same map, first at line %d", m.key, line), "keep one of them")
		return
	}
	seen[m.key] = m.at.line
	to.members = append(to.members, m)
}

// checkScalar reports texts and numbers that nothing can keep.
func (r *reader) checkScalar(v *value) {
	switch {
	case v.kind == kindText && strings.ContainsRune(v.text, 0):
		r.report(v.at, v.path, "the text holds a NUL character", "take it out")
		v.text = strings.ReplaceAll(v.text, "\x00", "")
	case v.kind == kindNumber && hugeExponent(v.text):
		r.report(v.at, v.path, fmt.Sprintf("the exponent of a number goes to %d at most", maxExponent), "quote it if it is text")
		v.kind = kindText
	}
}
