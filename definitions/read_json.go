package definitions

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// readJSON reads the file as JSON. The YAML library would do for most files,
// but it reads escapes such as "\ud83d\ude00" and "\/" otherwise.
func (r *reader) readJSON() *value {
	if !json.Valid(r.data) {
		r.reportJSON()
		return nil
	}
	walker := &jsonWalker{reader: r, decoder: json.NewDecoder(bytes.NewReader(r.data))}
	walker.decoder.UseNumber()
	return walker.value("", 1)
}

func (r *reader) reportJSON() {
	var ignored json.RawMessage
	err := json.Unmarshal(r.data, &ignored)
	offset, message := int64(len(r.data)), "it ends too early"
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		message = syntax.Error()
		// The offset counts the offending byte as read.
		offset = syntax.Offset - 1
	}
	r.report(positionAt(r.data, int(offset)), rootPath, "this isn't JSON: "+message, jsonHint(r.data, int(offset)))
}

func jsonHint(data []byte, offset int) string {
	before := bytes.TrimRight(data[:min(max(offset, 0), len(data))], " \t\r\n")
	if bytes.HasSuffix(before, []byte(",")) {
		return "take the comma before it away"
	}
	return "check that quotes and brackets close and that a comma stands between values"
}

// jsonWalker reads valid JSON token by token, keeping positions.
type jsonWalker struct {
	reader  *reader
	decoder *json.Decoder
	// counted is the byte at which counting stopped, line and column its place
	// from 0.
	counted, line, column int
}

// value reads the next value. nil says that it is too much, which is reported.
func (w *jsonWalker) value(path string, depth int) *value {
	at, offset := w.next()
	token, err := w.decoder.Token()
	if err != nil {
		if !errors.Is(err, io.EOF) {
			w.reader.report(at, rootPath, "this isn't JSON: "+err.Error(), "")
		}
		return nil
	}
	if !w.reader.enter(at, depth) {
		return nil
	}
	v := &value{at: at, path: path}
	switch token := token.(type) {
	case json.Delim:
		return w.composite(v, token, depth)
	case bool:
		v.kind, v.text = kindBool, fmt.Sprint(token)
	case json.Number:
		v.kind, v.text = kindNumber, token.String()
	case string:
		v.kind, v.text = kindText, token
		if bytes.HasPrefix(w.reader.data[offset+1:], []byte(token)) && !strings.ContainsAny(token, "\\\"") {
			v.inside = position{at.line, at.column + 1}
		}
	}
	w.reader.checkScalar(v)
	return v
}

// composite reads a list or a map after its opening bracket.
func (w *jsonWalker) composite(v *value, opening json.Delim, depth int) *value {
	seen := map[string]int{}
	v.kind = kindList
	v.items = []*value{}
	if opening == '{' {
		v.kind, v.items = kindMap, nil
	}
	for w.decoder.More() {
		var m member
		if v.kind == kindMap {
			m.at, _ = w.next()
			token, err := w.decoder.Token()
			key, isText := token.(string)
			if err != nil || !isText {
				return nil
			}
			m.key = key
		}
		path := indexPath(v.path, len(v.items))
		if v.kind == kindMap {
			path = joinPath(v.path, m.key)
		}
		m.value = w.value(path, depth+1)
		switch {
		case m.value == nil:
			return nil
		case v.kind == kindList:
			v.items = append(v.items, m.value)
		case strings.ContainsRune(m.key, 0):
			w.reader.report(m.at, v.path, "the key holds a NUL character", "take it out")
		default:
			w.reader.add(v, seen, m)
		}
	}
	if _, err := w.decoder.Token(); err != nil {
		return nil
	}
	return v
}

// next is where the next token begins.
func (w *jsonWalker) next() (position, int) {
	data, offset := w.reader.data, int(w.decoder.InputOffset())
	for offset < len(data) && strings.IndexByte(" \t\r\n,:", data[offset]) >= 0 {
		offset++
	}
	passed := data[w.counted:offset]
	w.line += bytes.Count(passed, []byte("\n"))
	if newline := bytes.LastIndexByte(passed, '\n'); newline >= 0 {
		passed, w.column = passed[newline+1:], 0
	}
	w.column += utf8.RuneCount(passed)
	w.counted = offset
	return position{w.line + 1, w.column + 1}, offset
}
