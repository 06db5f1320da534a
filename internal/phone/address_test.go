package phone

import "testing"

func TestNormalizeAddress(t *testing.T) {
	t.Parallel()
	cases := []struct{ raw, want string }{
		{"whatsapp:+5215512345678", "+525512345678"},
		{"+5215512345678", "+525512345678"},
		{"+15550100123", "+15550100123"},
		{"whatsapp:+15550100123", "+15550100123"},
		{"+554784178525", "+554784178525"},
		{"12345", ""},
		{"US.90000000000000000001", ""},
		{"", ""},
	}
	for _, c := range cases {
		got, err := NormalizeAddress(c.raw, "US")
		if got.E164 != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q is %q, %v; want %q", c.raw, got.E164, err, c.want)
		}
	}
}
