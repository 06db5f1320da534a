package template

import (
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// Numbers are exact: a number is what its digits say, however many there are.
// The limits keep a payload's 1e999999999 from being written out.
const (
	// maxNumber is how many characters a number that is reckoned with may have.
	maxNumber = 400
	// maxExponent is the largest power of ten, up or down.
	maxExponent = 400
	// maxDecimals is how many decimals a division that never ends is given.
	maxDecimals = 16
)

var errNumberTooLong = errors.New("the number has too many digits to reckon with")

// decimal is an exact number. Like in Liquid, it remembers whether it was
// written as a whole one: 5 divided by 2 is 2, 5.0 divided by 2 is 2.5.
type decimal struct {
	rat   *big.Rat
	whole bool
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?$`)

// exact is the number that a value is: a number, or a text written like one.
func exact(value any) (decimal, bool) {
	var text string
	switch value := value.(type) {
	case json.Number:
		text = value.String()
	case string:
		text = value
	default:
		return decimal{}, false
	}
	if len(text) > maxNumber || !jsonNumber.MatchString(text) {
		return decimal{}, false
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil || exponent > maxExponent || exponent < -maxExponent {
			return decimal{}, false
		}
	}
	rat, ok := new(big.Rat).SetString(text)
	return decimal{rat, !strings.ContainsAny(text, ".eE")}, ok
}

// reckonable is the number that a filter reckons with. As in Liquid, what is
// missing or no number counts as 0.
func reckonable(value any) (decimal, error) {
	if text, ok := value.(string); ok {
		value = strings.TrimSpace(text)
	}
	if number, ok := value.(json.Number); ok && len(number) > maxNumber {
		return decimal{}, errNumberTooLong
	}
	if number, ok := exact(value); ok {
		return number, nil
	}
	if number, ok := value.(json.Number); ok {
		return decimal{}, errors.New(clip(number.String()) + " is too large or too small to reckon with")
	}
	return decimal{new(big.Rat), true}, nil
}

// number is the decimal as a value. One that isn't whole keeps a decimal point.
func (d decimal) number() (any, error) {
	if d.rat.Num().BitLen()+d.rat.Denom().BitLen() > 8*maxNumber {
		return nil, errNumberTooLong
	}
	if d.whole {
		return json.Number(d.rat.Num().String()), nil
	}
	digits := maxDecimals
	if needed, finite := d.rat.FloatPrec(); finite {
		digits = needed
	}
	text := d.rat.FloatString(max(digits, 1))
	if whole, decimals, _ := strings.Cut(text, "."); strings.Trim(decimals, "0") == "" {
		text = whole + ".0"
	} else {
		text = strings.TrimRight(text, "0")
	}
	if len(text) > maxNumber {
		return nil, errNumberTooLong
	}
	return json.Number(text), nil
}

// floor is the largest whole number not above a number.
func floor(rat *big.Rat) *big.Rat {
	quotient, remainder := new(big.Int).QuoRem(rat.Num(), rat.Denom(), new(big.Int))
	if remainder.Sign() < 0 {
		quotient.Sub(quotient, big.NewInt(1))
	}
	return new(big.Rat).SetInt(quotient)
}

// wholeNumber is the int that a value is.
func wholeNumber(value any) (int, bool) {
	number, ok := exact(value)
	if !ok || !number.rat.IsInt() || !number.rat.Num().IsInt64() {
		return 0, false
	}
	return int(number.rat.Num().Int64()), true
}
