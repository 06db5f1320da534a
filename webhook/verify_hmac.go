package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"

	"replyflow/definitions"
)

// verifyHMAC demands an HMAC of the raw body in a header, as GitHub, Shopify,
// Meta and many others send it.
func verifyHMAC(want definitions.VerifyHMAC, r request) *refusal {
	algorithm, known := hmacAlgorithm(want.Algorithm)
	if !known || want.Secret == "" || want.Header == "" {
		return forbid("the campaign's hmac lacks a secret, a header or a known algorithm; correct its trigger")
	}
	header := strings.TrimSpace(r.Header.Get(want.Header))
	if header == "" {
		return forbid("the %s header is missing; this address demands a signature", want.Header)
	}
	text, hasPrefix := strings.CutPrefix(header, want.Prefix)
	if !hasPrefix {
		return forbid("the %s header does not begin with %s", want.Header, want.Prefix)
	}
	given, err := decodeSignature(want.Encoding, text)
	if err != nil {
		return forbid("the signature in %s is not %s", want.Header, encodingName(want.Encoding))
	}
	mac := hmac.New(algorithm, []byte(want.Secret))
	// A hash takes every write.
	_, _ = mac.Write(r.body)
	if !hmac.Equal(mac.Sum(nil), given) {
		return forbid("the signature in %s is wrong; check the secret, and that the body is sent unchanged", want.Header)
	}
	return nil
}

func hmacAlgorithm(name string) (func() hash.Hash, bool) {
	switch name {
	case "", "sha256":
		return sha256.New, true
	case "sha1":
		return sha1.New, true
	case "sha512":
		return sha512.New, true
	default:
		return nil, false
	}
}

func encodingName(encoding string) string {
	if encoding == "" {
		return "hex"
	}
	return encoding
}

func decodeSignature(encoding, text string) ([]byte, error) {
	if encoding == "base64" {
		return base64.StdEncoding.DecodeString(text)
	}
	return hex.DecodeString(text)
}
