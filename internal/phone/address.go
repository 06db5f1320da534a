package phone

import "strings"

// NormalizeAddress reads a number as a provider writes the address of a message.
// WhatsApp goes on using forms that their countries have given up, as Mexico's
// +521, and that are no possible numbers any more: such a form is read as the
// number that it stands for.
func NormalizeAddress(raw, region string) (Number, error) {
	number, err := Normalize(raw, region)
	if err == nil {
		return number, nil
	}
	_, text := cutChannel(clean(raw))
	canonical := Canonical(text)
	if canonical == text || !strings.HasPrefix(canonical, "+") {
		return number, err
	}
	read, again := Normalize(canonical, region)
	if again != nil {
		return number, err
	}
	read.Raw = raw
	return read, nil
}
