package phone

import "strings"

// Some countries changed how their mobile numbers are written, and WhatsApp still
// gives the old form to people who joined before. Both forms are one telephone.
const (
	mexico, mexicoMobile       = "+52", "+521"
	argentina, argentinaMobile = "+54", "+549"
	brazil                     = "+55"
	brazilNinth                = "9"
	// nationalDigits is how many digits a number of these countries has without
	// what the old or new form adds.
	nationalDigits = 10
	brazilArea     = 2
)

// Canonical is the one form of a number in E.164 that has several: consent is
// kept by it. A number that has one form, and what is no E.164, stays as it is.
func Canonical(e164 string) string {
	if !form.MatchString(e164) {
		return e164
	}
	if national, ok := cutCountry(e164, mexicoMobile); ok {
		return mexico + national
	}
	if national, ok := cutCountry(e164, argentinaMobile); ok {
		return argentina + national
	}
	if national, ok := cutCountry(e164, brazil); ok && brazilianMobile(national[brazilArea:]) {
		return brazil + national[:brazilArea] + brazilNinth + national[brazilArea:]
	}
	return e164
}

// Variants are the numbers in E.164 that a WhatsApp id may stand for, the most
// exact first. There are none when the id is no number: nothing is guessed.
func Variants(waID string) []string {
	exact := "+" + strings.TrimPrefix(strings.TrimPrefix(waID, "whatsapp:"), "+")
	if !form.MatchString(exact) {
		return nil
	}
	if other := otherForm(exact); other != "" {
		return []string{exact, other}
	}
	return []string{exact}
}

// otherForm is the second way of writing a number, empty when there is none. An
// Argentine number without the 9 may be a landline, so the 9 is never added.
func otherForm(e164 string) string {
	if canonical := Canonical(e164); canonical != e164 {
		return canonical
	}
	if national, ok := cutCountry(e164, mexico); ok {
		return mexicoMobile + national
	}
	national, ok := strings.CutPrefix(e164, brazil)
	if !ok || len(national) != nationalDigits+1 {
		return ""
	}
	local, ok := strings.CutPrefix(national[brazilArea:], brazilNinth)
	if !ok || !brazilianMobile(local) {
		return ""
	}
	return brazil + national[:brazilArea] + local
}

// cutCountry cuts a prefix off a number that has the usual digits after it.
func cutCountry(e164, prefix string) (national string, ok bool) {
	national, ok = strings.CutPrefix(e164, prefix)
	return national, ok && len(national) == nationalDigits
}

// brazilianMobile reports whether a local part of eight digits was a mobile one:
// those that begin with 2 to 5 are landlines and never get a ninth digit.
func brazilianMobile(local string) bool { return local[0] >= '6' && local[0] <= '9' }
