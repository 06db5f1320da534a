package provider

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// bodySignature is a header of the form sha256=HEX with the body that it signs:
// the HMAC-SHA256 of the raw bytes. It is made once for a request and asked about
// the secrets of many senders.
type bodySignature struct {
	given []byte
	body  []byte
	// known are the secrets that were asked about: many senders share one.
	known map[string]bool
}

// readBodySignature reports false when the header has the wrong shape. Bytes are
// compared, so the case of the hex digits makes no difference.
func readBodySignature(header string, body []byte) (*bodySignature, bool) {
	encoded, found := strings.CutPrefix(strings.TrimSpace(header), "sha256=")
	given, err := hex.DecodeString(encoded)
	if !found || err != nil || len(given) != sha256.Size {
		return nil, false
	}
	return &bodySignature{given: given, body: body, known: map[string]bool{}}, true
}

// by reports whether one of a sender's app secrets made the signature. It asks
// about all of them in any case.
func (s *bodySignature) by(sender Sender) bool {
	found := false
	for _, secret := range sender.AppSecrets {
		made, asked := s.known[string(secret)]
		if !asked {
			mac := hmac.New(sha256.New, []byte(secret))
			// A hash takes every write.
			_, _ = mac.Write(s.body)
			made = secret != "" && hmac.Equal(s.given, mac.Sum(nil))
			s.known[string(secret)] = made
		}
		found = found || made
	}
	return found
}
