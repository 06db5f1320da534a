package webhook

import (
	"net/http"
	"strings"
)

// fields are the names and values of a form or a query, names in the order of
// their first appearance.
type fields struct {
	names  []string
	values map[string][]string
}

// one is the value of a name that has exactly one, else empty.
func (f fields) one(name string) string {
	if values := f.values[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

func (f *fields) add(name, value string) {
	if f.values == nil {
		f.values = map[string][]string{}
	}
	if _, known := f.values[name]; !known {
		f.names = append(f.names, name)
	}
	f.values[name] = append(f.values[name], value)
}

// decodeForm reads application/x-www-form-urlencoded text for a payload. Bytes
// that are no UTF-8 are replaced, because old phones send them and a STOP with a
// broken name beside it is still a STOP. what names the text in a reason.
func decodeForm(what, text string) (fields, *refusal) {
	raw, bad := rawForm(text)
	if bad >= 0 {
		return fields{}, refuse(http.StatusBadRequest, "malformed_"+what,
			"the %s is malformed at byte %d: a %% must be followed by two hex digits (write %%25 for a percent sign)", what, bad+1)
	}
	var decoded fields
	for _, name := range raw.names {
		for _, value := range raw.values[name] {
			decoded.add(validUTF8(name), validUTF8(value))
		}
	}
	return decoded, nil
}

func validUTF8(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// rawForm reads a form byte for byte. Pairs are separated by & alone, as
// browsers and Twilio write them: a semicolon is part of its value. bad is the
// index of a % without its two hex digits, or -1.
func rawForm(text string) (form fields, bad int) {
	for at := 0; at < len(text); {
		pair, _, _ := strings.Cut(text[at:], "&")
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			plainName, badName := unescape(name)
			plainValue, badValue := unescape(value)
			switch {
			case badName >= 0:
				return fields{}, at + badName
			case badValue >= 0:
				return fields{}, at + len(name) + 1 + badValue
			}
			form.add(plainName, plainValue)
		}
		at += len(pair) + 1
	}
	return form, -1
}

// unescape decodes a name or a value; bad is the index of a % without its two
// hex digits, or -1.
func unescape(text string) (plain string, bad int) {
	if !strings.ContainsAny(text, "%+") {
		return text, -1
	}
	decoded := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			decoded = append(decoded, ' ')
		case text[i] != '%':
			decoded = append(decoded, text[i])
		case i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			decoded = append(decoded, hexDigit(text[i+1])<<4|hexDigit(text[i+2]))
			i += 2
		default:
			return "", i
		}
	}
	return string(decoded), -1
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func hexDigit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&^0x20 - 'A' + 10
}
