// Package form reads application/x-www-form-urlencoded text byte for byte. It is
// pure. The standard library's reader decodes and forgets: a signature is over
// what was sent, and a repeated name has an order.
package form

import "strings"

// Form are the names and values of a form or a query, names in the order of their
// first appearance.
type Form struct {
	Names  []string
	Values map[string][]string
}

// One is the value of a name that has exactly one, else empty.
func (f Form) One(name string) string {
	if values := f.Values[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// First is the first value of a name, empty when it has none.
func (f Form) First(name string) string {
	if values := f.Values[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Add adds a value to a name.
func (f *Form) Add(name, value string) {
	if f.Values == nil {
		f.Values = map[string][]string{}
	}
	if _, known := f.Values[name]; !known {
		f.Names = append(f.Names, name)
	}
	f.Values[name] = append(f.Values[name], value)
}

// Parse reads a form. Pairs are separated by & alone, as
// browsers and Twilio write them: a semicolon is part of its value. bad is the
// index of a % without its two hex digits, or -1.
func Parse(text string) (parsed Form, bad int) {
	for at := 0; at < len(text); {
		pair, _, _ := strings.Cut(text[at:], "&")
		if pair != "" {
			name, value, _ := strings.Cut(pair, "=")
			plainName, badName := unescape(name)
			plainValue, badValue := unescape(value)
			switch {
			case badName >= 0:
				return Form{}, at + badName
			case badValue >= 0:
				return Form{}, at + len(name) + 1 + badValue
			}
			parsed.Add(plainName, plainValue)
		}
		at += len(pair) + 1
	}
	return parsed, -1
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
