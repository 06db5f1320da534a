package provider

import (
	"strings"

	"replyflow/internal/phone"
)

// has reports whether an address is one of the sender's own.
func (s Sender) has(address string) bool {
	for _, own := range append([]string{s.Address}, s.Numbers...) {
		_, own = cutChannel(own)
		if s.same(own, address) {
			return true
		}
	}
	return false
}

// same reports whether an address of ours, as configured, is the one that a
// provider wrote: names and short codes as they stand, numbers however they are
// written.
func (s Sender) same(own, written string) bool {
	switch {
	case own == "" || written == "":
		return false
	case strings.EqualFold(own, written):
		return true
	case isNumeric(own) && isNumeric(written) && digits(own) == digits(written):
		return true
	}
	ours, err := phone.NormalizeAddress(own, s.Region)
	if err != nil || ours.Key() == "" {
		return false
	}
	theirs, err := phone.NormalizeAddress(written, s.Region)
	return err == nil && phone.Canonical(theirs.Key()) == phone.Canonical(ours.Key())
}

// isNumeric reports whether a text is digits and what people put between them.
func isNumeric(text string) bool {
	return digits(text) != "" && strings.Trim(text, "+0123456789-. ()") == ""
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
