// Package phone turns what people write into numbers that compare: E.164, with
// libphonenumber. It is pure.
//
// Possible is enough, valid is not asked: the documents' own 555-123-4567 is a
// possible number and no valid one, and real numbers outrun the metadata. What
// can't be read is refused with a reason and never guessed.
package phone

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
)

// maxRaw is how many bytes a number may be written in; longer is rubbish.
const maxRaw = 64

// Number is a phone number that was read.
type Number struct {
	// Raw is what was written.
	Raw string `json:"raw"`
	// E164 is the number as +, country code and national number.
	E164 string `json:"e164"`
	// Region is the ISO 3166 region that the raw number was read in.
	Region string `json:"region"`
	// Extension was written after the number, empty when none was.
	Extension string `json:"extension,omitempty"`
	// Channel was written before the number, as in whatsapp:, lower-case and
	// without the colon.
	Channel string `json:"channel,omitempty"`
}

// Key is what numbers are compared by. It is empty for a number with an
// extension: many people share its E.164 part, so it matches nobody.
func (n Number) Key() string {
	if n.Extension != "" {
		return ""
	}
	return n.E164
}

// Refusal says why a text is no number.
type Refusal struct{ Reason string }

// Error implements error.
func (r *Refusal) Error() string { return r.Reason }

func refuse(format string, args ...any) error { return &Refusal{fmt.Sprintf(format, args...)} }

// channels are the prefixes that providers put before a number.
var channels = []string{"whatsapp", "rcs", "messenger", "sms", "tel"}

// Normalize reads a number as written in a region (ISO 3166, "US"). It fails
// with a Refusal for everything that isn't a possible number.
func Normalize(raw, region string) (Number, error) {
	number := Number{Raw: raw, Region: region}
	if len(raw) > maxRaw {
		return number, refuse("it has more than %d characters: no phone number is that long", maxRaw)
	}
	text := clean(raw)
	number.Channel, text = cutChannel(text)
	text, number.Extension = cutExtension(text)
	if err := checkCharacters(text); err != nil {
		return number, err
	}
	parsed, err := phonenumbers.Parse(text, region)
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return number, refuse("%q has a country code that doesn't exist", short(text))
	case err != nil:
		return number, refuse("%q is no phone number", short(text))
	}
	if err := checkPossible(parsed, text, region); err != nil {
		return number, err
	}
	e164 := phonenumbers.Format(parsed, phonenumbers.E164)
	if !readsBack(e164) {
		return number, refuse("%q can be read as more than one number", short(text))
	}
	number.E164 = e164
	return number, nil
}

// form is what E.164 allows: 15 digits at most, with the country code.
var form = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// readsBack reports whether a number in E.164 is read as itself. Some aren't:
// of +358 0000, the library cuts one zero more each time that it reads it, and
// two ways of writing it would be two numbers.
func readsBack(e164 string) bool {
	again, err := phonenumbers.Parse(e164, "")
	return err == nil && form.MatchString(e164) && phonenumbers.Format(again, phonenumbers.E164) == e164 &&
		phonenumbers.IsPossibleNumberWithReason(again) == phonenumbers.IS_POSSIBLE
}

// ValidRegion reports whether numbers can be read in a region.
func ValidRegion(region string) bool { return phonenumbers.GetSupportedRegions()[region] }

// clean folds full-width digits and drops what can't be seen.
func clean(raw string) string {
	visible := strings.Map(func(r rune) rune {
		if r == utf8Error || unicode.In(r, unicode.Cf, unicode.Cc, unicode.Mn) {
			return -1
		}
		return r
	}, norm.NFKC.String(raw))
	return strings.TrimSpace(visible)
}

const utf8Error = '\uFFFD'

func cutChannel(text string) (channel, rest string) {
	before, after, found := strings.Cut(text, ":")
	if !found {
		return "", text
	}
	lower := strings.ToLower(strings.TrimSpace(before))
	for _, known := range channels {
		if lower == known {
			return known, strings.TrimSpace(after)
		}
	}
	return "", text
}

// extensionMarks introduce an extension, longest first.
var extensionMarks = []string{";ext=", "extension", "extn", "ext.", "ext", "x", "#", ","}

// cutExtension cuts off a mark and the digits after it, when nothing else follows.
// It is done here and not left to the library, which knows fewer marks and would
// read the digits of the others as part of the number.
func cutExtension(text string) (number, extension string) {
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return text, ""
	}
	for _, mark := range extensionMarks {
		before, after, found := strings.Cut(lower, mark)
		digits := strings.Trim(after, " .:")
		if found && before != "" && digits != "" && strings.Trim(digits, "0123456789") == "" {
			return strings.TrimSpace(text[:len(before)]), digits
		}
	}
	return text, ""
}

// checkCharacters refuses what libphonenumber would read more into: letters,
// which it dials (1-800-FLOWERS), and the parameters of a tel: address.
func checkCharacters(text string) error {
	if text == "" {
		return refuse("it is empty")
	}
	for _, r := range text {
		switch {
		case unicode.IsDigit(r), unicode.IsSpace(r), strings.ContainsRune("+-().·/‐‑‒–—―−", r):
		case unicode.IsLetter(r):
			return refuse("%q has letters: a sender's name or a word is no phone number", short(text))
		default:
			return refuse("%q has characters that no phone number has", short(text))
		}
	}
	if strings.Count(text, "+") > 1 || strings.LastIndex(text, "+") > strings.IndexFunc(text, unicode.IsDigit) {
		return refuse("%q has a plus where none belongs", short(text))
	}
	return nil
}

// checkPossible asks for IS_POSSIBLE exactly: a local-only number, which the
// neighbours could dial, says nothing to us.
func checkPossible(parsed *phonenumbers.PhoneNumber, text, region string) error {
	switch phonenumbers.IsPossibleNumberWithReason(parsed) {
	case phonenumbers.IS_POSSIBLE:
		if looksLikeShortCode(text) && !phonenumbers.IsValidNumber(parsed) {
			return refuse("%q is a short code, or too short for a phone number of %s", short(text), region)
		}
		return nil
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return refuse("%q lacks its area code", short(text))
	case phonenumbers.TOO_SHORT:
		return refuse("%q is too short for a phone number of %s, or is a short code", short(text), regionOf(text, region))
	case phonenumbers.TOO_LONG:
		return refuse("%q is too long for a phone number of %s", short(text), regionOf(text, region))
	case phonenumbers.INVALID_COUNTRY_CODE:
		return refuse("%q has a country code that doesn't exist", short(text))
	}
	return refuse("%q has a length that no phone number of %s has", short(text), regionOf(text, region))
}

// maxShortCode is how many digits the short codes have that in some regions,
// Germany's for one, are possible numbers.
const maxShortCode = 6

// looksLikeShortCode reports whether a text is written like a short code: few
// digits and no country code. A few small countries have numbers as short, so
// such a text counts when it is valid there; this is the one place that asks.
func looksLikeShortCode(text string) bool {
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return digits <= maxShortCode && !strings.Contains(text, "+")
}

func regionOf(text, region string) string {
	if strings.HasPrefix(text, "+") {
		return "its country"
	}
	return region
}

// maxQuoted is how many characters of a text a reason quotes.
const maxQuoted = 30

func short(text string) string {
	runes := []rune(text)
	if len(runes) <= maxQuoted {
		return text
	}
	return string(runes[:maxQuoted]) + "…"
}
