package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"unicode/utf8"
)

// byteOrderMark may stand before JSON; RFC 8259 lets a reader pass over it.
var byteOrderMark = []byte("\xef\xbb\xbf")

// decodeJSON checks a JSON body and returns it as an object, without the space
// between its tokens: numbers keep every digit, names their order. A root that
// is no object becomes {"value": …}, an empty body {}.
func decodeJSON(body []byte) (json.RawMessage, *refusal) {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if len(bytes.TrimSpace(body)) == 0 {
		return emptyObject, nil
	}
	if refused := checkJSON(body); refused != nil {
		return nil, refused
	}
	var compact bytes.Buffer
	// Checked JSON can be compacted.
	_ = json.Compact(&compact, body)
	if compact.Bytes()[0] == '{' {
		return compact.Bytes(), nil
	}
	return append(append([]byte(`{"value":`), compact.Bytes()...), '}'), nil
}

func checkJSON(body []byte) *refusal {
	if index := invalidUTF8(body); index >= 0 {
		line, column := position(body, index)
		return refuse(http.StatusBadRequest, "malformed_json",
			"the body is not UTF-8 at line %d, column %d; JSON must be", line, column)
	}
	if index := tooDeep(body); index >= 0 {
		line, column := position(body, index)
		return refuse(http.StatusBadRequest, "malformed_json",
			"the body nests deeper than %d levels at line %d, column %d", maxDepth, line, column)
	}
	var whole json.RawMessage
	err := json.Unmarshal(body, &whole)
	if err == nil {
		return nil
	}
	index := len(body)
	var syntax *json.SyntaxError
	// The offset counts the bytes read, the offending one among them, unless
	// the body ended too early.
	if errors.As(err, &syntax) && syntax.Offset > 0 && syntax.Error() != "unexpected end of JSON input" {
		index = int(syntax.Offset) - 1
	}
	line, column := position(body, index)
	return refuse(http.StatusBadRequest, "malformed_json",
		"the body is not valid JSON at line %d, column %d: %v", line, column, err)
}

// invalidUTF8 is the index of the first byte that is no UTF-8, or -1.
func invalidUTF8(body []byte) int {
	if utf8.Valid(body) {
		return -1
	}
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// tooDeep is the index of the first bracket that nests too deep, or -1. It
// reads brackets outside texts, whether or not the rest is JSON.
func tooDeep(body []byte) int {
	depth, inText := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}

// position is the line and the column, in characters, of a byte; both from 1.
func position(body []byte, index int) (line, column int) {
	before := body[:min(index, len(body))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
