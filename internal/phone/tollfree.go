package phone

import (
	"slices"
	"strings"
)

// tollFreeCodes are the area codes of toll-free numbers in the US and Canada.
var tollFreeCodes = []string{"800", "888", "877", "866", "855", "844", "833", "822"}

// tollFreeDigits is the length of a North American number in E.164.
const tollFreeDigits = len("+18005550100")

// TollFree reports whether a number in E.164 is a toll-free one of the US or
// Canada, where the network itself acts on STOP, START and UNSTOP, and not on YES.
func TollFree(e164 string) bool {
	return len(e164) == tollFreeDigits && form.MatchString(e164) &&
		strings.HasPrefix(e164, "+1") && slices.Contains(tollFreeCodes, e164[2:5])
}

// NorthAmerican reports whether a number in E.164 begins with +1, where a clear
// wish to get no more messages binds in whatever words.
func NorthAmerican(e164 string) bool {
	return form.MatchString(e164) && strings.HasPrefix(e164, "+1")
}

// A short code has between three and eight digits, by country, and no plus.
const (
	shortCodeMin = 3
	shortCodeMax = 8
)

// ShortCode reports whether an address, as a provider writes it, is a short code.
func ShortCode(raw string) bool {
	return len(raw) >= shortCodeMin && len(raw) <= shortCodeMax && strings.Trim(raw, "0123456789") == ""
}
