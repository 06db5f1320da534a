package phone

import "testing"

func TestTollFree(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"800", "888", "877", "866", "855", "844", "833", "822"} {
		if !TollFree("+1" + code + "5550100") {
			t.Errorf("+1 %s is toll-free", code)
		}
	}
	for _, number := range []string{
		"+15550100123", "+18105550100", "+1800555010", "+180055501000", "18005550100", "+448005550100", "+1800555010x", "+1900", "",
	} {
		if TollFree(number) {
			t.Errorf("%q is no toll-free number of the US or Canada", number)
		}
	}
}

func TestNorthAmerican(t *testing.T) {
	t.Parallel()
	if !NorthAmerican("+15550100123") || NorthAmerican("+442071838750") || NorthAmerican("12345") || NorthAmerican("+1") {
		t.Error("+15550100123 is North American, +442071838750, 12345 and +1 are not")
	}
}

func TestShortCode(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"911", "12345", "732873", "12345678"} {
		if !ShortCode(code) {
			t.Errorf("%q is a short code", code)
		}
	}
	for _, other := range []string{"", "12", "123456789", "+12345", "+15550100123", "12a45", "REPLYFLOW", "١٢٣٤٥"} {
		if ShortCode(other) {
			t.Errorf("%q is no short code", other)
		}
	}
}
