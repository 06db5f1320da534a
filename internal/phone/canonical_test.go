package phone

import (
	"slices"
	"testing"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	cases := []struct{ number, want string }{
		{"+5215512345678", "+525512345678"},
		{"+525512345678", "+525512345678"},
		{"+521551234567", "+521551234567"},
		{"+52155123456789", "+52155123456789"},
		{"+5491112345678", "+541112345678"},
		{"+541112345678", "+541112345678"},
		{"+549111234567", "+549111234567"},
		{"+554784178525", "+5547984178525"},
		{"+5547984178525", "+5547984178525"},
		{"+554764178525", "+5547964178525"},
		{"+554754178525", "+554754178525"},
		{"+554724178525", "+554724178525"},
		{"+15550100123", "+15550100123"},
		{"+442071838750", "+442071838750"},
		{"5215512345678", "5215512345678"},
		{"+55", "+55"},
		{"+52155123x5678", "+52155123x5678"},
		{"", ""},
	}
	for _, c := range cases {
		if got := Canonical(c.number); got != c.want {
			t.Errorf("Canonical(%q) = %q, want %q", c.number, got, c.want)
		}
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		id   string
		want []string
	}{
		{"554784178525", []string{"+554784178525", "+5547984178525"}},
		{"5547984178525", []string{"+5547984178525", "+554784178525"}},
		{"554734178525", []string{"+554734178525"}},
		{"5547934178525", []string{"+5547934178525"}},
		{"5215512345678", []string{"+5215512345678", "+525512345678"}},
		{"525512345678", []string{"+525512345678", "+5215512345678"}},
		{"5491112345678", []string{"+5491112345678", "+541112345678"}},
		{"541112345678", []string{"+541112345678"}},
		{"15550100123", []string{"+15550100123"}},
		{"+15550100123", []string{"+15550100123"}},
		{"whatsapp:+5215512345678", []string{"+5215512345678", "+525512345678"}},
		{"US.90000000000000000001", nil},
		{"12345", nil},
		{"0015550100123", nil},
		{"", nil},
	}
	for _, c := range cases {
		if got := Variants(c.id); !slices.Equal(got, c.want) {
			t.Errorf("Variants(%q) = %q, want %q", c.id, got, c.want)
		}
	}
}

// Two forms of one number must find each other's consent.
func TestVariantsHaveOneCanonicalForm(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"554784178525", "5547984178525", "5215512345678", "525512345678", "5491112345678", "15550100123"} {
		for _, variant := range Variants(id) {
			if got, want := Canonical(variant), Canonical("+"+id); got != want {
				t.Errorf("Canonical(%q) = %q, but the id %s has %q", variant, got, id, want)
			}
		}
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{"+5215512345678", "+5491112345678", "+554784178525", "whatsapp:+1", "+", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, number string) {
		once := Canonical(number)
		if again := Canonical(once); again != once {
			t.Fatalf("Canonical(%q) = %q, and again %q", number, once, again)
		}
		for _, variant := range Variants(number) {
			if !form.MatchString(variant) {
				t.Fatalf("Variants(%q) holds %q, which is no E.164", number, variant)
			}
			if Canonical(variant) != Canonical(Variants(number)[0]) {
				t.Fatalf("the variants %q of %q are two numbers", Variants(number), number)
			}
		}
	})
}
