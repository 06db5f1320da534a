package provider

import (
	"net/url"
	"testing"
)

// TestSignTwilioMakesTheDocumentedSignature signs Twilio's own example.
func TestSignTwilioMakesTheDocumentedSignature(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"Digits": {"1234"}, "To": {"+18005551212"}, "From": {"+14158675310"}, "Caller": {"+14158675310"}, "CallSid": {"CA1234567890ABCDE"},
	}
	got := SignTwilio("https://example.com/myapp.php?foo=1&bar=2", form, "12345")
	if want := "L/OH5YylLD5NRKLltdqwSvS0BnU="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}
