package phone

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

func TestNormalize(t *testing.T) {
	t.Parallel()
	cases := []struct{ raw, region, key string }{
		{"(555) 010-0123", "US", "+15550100123"},
		{"555.010.0123", "US", "+15550100123"},
		{"+1 555 010 0123", "US", "+15550100123"},
		{"1-555-010-0123", "US", "+15550100123"},
		{"+15550100123", "GB", "+15550100123"},
		{"555-123-4567", "US", "+15551234567"},
		{"whatsapp:+15550100123", "US", "+15550100123"},
		{"WhatsApp: +1 555 010 0123", "US", "+15550100123"},
		{"tel:+15550100123", "US", "+15550100123"},
		{"５５５ ０１０ ０１２３", "US", "+15550100123"},
		{"\u200e+15550100123\u202c", "US", "+15550100123"},
		{"020 7183 8750", "GB", "+442071838750"},
		{"+44 20 7183 8750", "US", "+442071838750"},
		{"020 7183 8750", "US", ""},
		{"+15550100123 x12", "US", ""},
		{"+15550100123;ext=7", "US", ""},
		{"(555) 010-0123 ext. 9", "US", ""},
		{"+15550100123;phone-context=+44", "US", ""},
		{"12345", "US", ""},
		{"12345", "DE", ""},
		{"32665", "AT", ""},
		{"201234", "FO", "+298201234"},
		{"030 123456", "DE", "+4930123456"},
		{"+1 (0) 555 010 0123", "US", ""},
		{"+5215512345678", "MX", ""},
		{"+554784178525", "US", "+554784178525"},
		{"5550100123,1", "US", ""},
		{"5550100123#1", "US", ""},
		{"555/010/0123", "US", "+15550100123"},
		{"٥٥٥٠١٠٠١٢٣", "US", "+15550100123"},
		{"rcs:brand_agent", "US", ""},
		{"messenger:12345678901234567", "US", ""},
		{"whatsapp:", "US", ""},
		{"+35800000000", "US", ""},
		{"010-0123", "US", ""},
		{"1-800-FLOWERS", "US", ""},
		{"REPLYFLOW", "US", ""},
		{"", "US", ""},
		{"   ", "US", ""},
		{"+", "US", ""},
		{"+1+5550100123", "US", ""},
		{"555010012345678901234567890", "US", ""},
		{"5550100123 or 5550100124", "US", ""},
		{"\x00", "US", ""},
		{strings.Repeat("5", 10_000), "US", ""},
		{"5550100123", "XX", ""},
	}
	for _, c := range cases {
		number, err := Normalize(c.raw, c.region)
		if (err != nil || number.Key() == "") != (c.key == "") || err == nil && number.Key() != c.key {
			t.Errorf("Normalize(%.40q, %s) = %+v, %v; want key %q", c.raw, c.region, number, err, c.key)
		}
	}
}

// An extension is told, so that a person's profile can show the number.
func TestExtensionIsKeptApart(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"555-010-0123 x12", "(555) 010-0123 ext. 12", "+15550100123;ext=12", "5550100123 #12", "555.010.0123, 12"} {
		number, err := Normalize(raw, "US")
		if err != nil || number.E164 != "+15550100123" || number.Extension != "12" || number.Key() != "" {
			t.Errorf("Normalize(%q) = %+v, %v", raw, number, err)
		}
	}
}

// A refusal is read by a marketer: it says which rule the text broke.
func TestRefusalsSayWhy(t *testing.T) {
	t.Parallel()
	cases := []struct{ raw, want string }{
		{"", "empty"},
		{"STOP", "letters"},
		{"123-4567", "area code"},
		{"12345", "short code"},
		{"+999 1234567", "country code"},
		{"555;010", "characters that no"},
		{"55501001234567", "too long"},
		{strings.Repeat("5", 10_000), "more than"},
	}
	for _, c := range cases {
		_, err := Normalize(c.raw, "US")
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Reason, c.want) {
			t.Errorf("Normalize(%.20q) fails with %v, want %q", c.raw, err, c.want)
		}
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	if !ValidRegion("GB") || ValidRegion("UK") || ValidRegion("") {
		t.Error("GB is a region, UK and nothing are none")
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"(555) 010-0123", "whatsapp:+1", "x12", "+٣", "1;ext=2", "\xff"} {
		f.Add(seed, "US")
	}
	f.Fuzz(func(t *testing.T, raw, region string) {
		number, err := Normalize(raw, region)
		if err != nil {
			return
		}
		if !e164.MatchString(number.E164) {
			t.Fatalf("Normalize(%q, %q) = %q", raw, region, number.E164)
		}
		again, err := Normalize(number.E164, region)
		if err != nil || again.E164 != number.E164 {
			t.Fatalf("%q normalises again to %q, %v", number.E164, again.E164, err)
		}
	})
}
