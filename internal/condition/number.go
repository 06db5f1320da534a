package condition

import (
	"regexp"
	"strconv"
	"strings"
)

// NumberPattern is JSON's grammar of numbers with an exponent of at most three
// digits. What follows it, and has at most MaxNumberLength bytes when written
// without an exponent, is a number, whether it came as a JSON number or as
// text; everything else is text. The bound keeps 1e999999999 from filling memory, here and in a database's casts.
const NumberPattern = `^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`

var numberPattern = regexp.MustCompile(NumberPattern)

// IsNumber reports whether a text is compared as a number.
func IsNumber(text string) bool {
	if len(text) > MaxNumberLength || !numberPattern.MatchString(text) {
		return false
	}
	return !strings.ContainsAny(text, "eE") || len(withoutExponent(text)) <= MaxNumberLength
}

// decimal is an exact number: 0.digits times ten to the power of point. Zero
// has no digits; digits neither begins nor ends with 0.
type decimal struct {
	negative bool
	digits   string
	point    int
}

// readDecimal reads a text that IsNumber accepts.
func readDecimal(text string) (decimal, bool) {
	if !IsNumber(text) {
		return decimal{}, false
	}
	negative, whole, fraction, exponent := numberParts(text)
	digits := whole + fraction
	point := len(whole) + exponent
	trimmed := strings.TrimLeft(digits, "0")
	point -= len(digits) - len(trimmed)
	trimmed = strings.TrimRight(trimmed, "0")
	if trimmed == "" {
		return decimal{}, true
	}
	return decimal{negative, trimmed, point}, true
}

// numberParts takes a number that follows NumberPattern apart.
func numberParts(text string) (negative bool, whole, fraction string, exponent int) {
	text, negative = strings.CutPrefix(text, "-")
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		// The pattern allows three digits, which always fit.
		exponent, _ = strconv.Atoi(text[i+1:])
		text = text[:i]
	}
	whole, fraction, _ = strings.Cut(text, ".")
	return negative, whole, fraction, exponent
}

// compare is -1, 0 or 1.
func (d decimal) compare(other decimal) int {
	if d.sign() != other.sign() {
		return order(d.sign(), other.sign())
	}
	magnitude := order(d.point, other.point)
	if magnitude == 0 {
		magnitude = strings.Compare(d.digits, other.digits)
	}
	return magnitude * d.sign()
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func order(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// plainNumber writes a JSON number without an exponent, keeping its digits:
// 1.50e1 is 15.0. It is the text of a number for the operators that look at
// text, so that they don't depend on how a database wrote the number down
// (PostgreSQL's jsonb writes it like this). What isn't compared as a number stays as it is.
func plainNumber(literal string) string {
	if !IsNumber(literal) {
		return literal
	}
	return withoutExponent(literal)
}

func withoutExponent(number string) string {
	negative, whole, fraction, exponent := numberParts(number)
	switch {
	case exponent > 0:
		fraction += strings.Repeat("0", max(0, exponent-len(fraction)))
		whole, fraction = whole+fraction[:exponent], fraction[exponent:]
	case exponent < 0:
		whole = strings.Repeat("0", max(0, -exponent-len(whole)+1)) + whole
		cut := len(whole) + exponent
		whole, fraction = whole[:cut], whole[cut:]+fraction
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	plain := whole
	if fraction != "" {
		plain += "." + fraction
	}
	if negative && strings.Trim(plain, "0.") != "" {
		plain = "-" + plain
	}
	return plain
}
