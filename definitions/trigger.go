package definitions

import (
	"bytes"
	"encoding/json"
)

// Webhook is the trigger of a campaign that starts when another system posts to
// the campaign's own address, /hooks/{token}. The webhook is the subject of the
// run, not a person.
type Webhook struct {
	Dedupe string  `json:"dedupe,omitempty" doc:"The field that tells deliveries apart, e.g. MessageSid: two deliveries with the same value are one run." example:"MessageSid"`
	Verify *Verify `json:"verify,omitempty" doc:"The proof a delivery must carry. Without it, the address itself is the secret."`
}

// Verify is the proof of origin that a webhook demands: exactly one of its
// fields. In a file, the bare word twilio stands for {twilio: true}.
type Verify struct {
	Twilio           bool        `json:"twilio,omitempty" doc:"Twilio's X-Twilio-Signature, checked with the auth tokens of the configured senders of the request's AccountSid."`
	StandardWebhooks string      `json:"standard_webhooks,omitempty" doc:"The secret of a Standard Webhooks sender, whsec_ and base64."`
	HMAC             *VerifyHMAC `json:"hmac,omitempty" doc:"An HMAC of the raw body in a header."`
	Basic            *VerifyUser `json:"basic,omitempty" doc:"HTTP Basic authentication."`
}

// VerifyHMAC describes an HMAC of the raw body in a header.
type VerifyHMAC struct {
	Secret    string `json:"secret" doc:"The shared secret."`
	Header    string `json:"header" doc:"The header that carries the signature." example:"X-Hub-Signature-256"`
	Algorithm string `json:"algorithm,omitempty" doc:"sha256 (the default), sha1 or sha512." enum:"sha256,sha1,sha512"`
	Encoding  string `json:"encoding,omitempty" doc:"hex (the default) or base64." enum:"hex,base64"`
	Prefix    string `json:"prefix,omitempty" doc:"What stands before the signature in the header." example:"sha256="`
}

// VerifyUser is a name and a password.
type VerifyUser struct {
	Username string `json:"username" doc:"The user's name."`
	Password string `json:"password" doc:"The password."`
}

// verifyTwilio is the bare word that stands for {twilio: true}.
const verifyTwilio = "twilio"

// UnmarshalJSON reads an object with one kind of proof, or the word twilio.
func (v *Verify) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == `"`+verifyTwilio+`"` {
		*v = Verify{Twilio: true}
		return nil
	}
	type plain Verify
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(v))
}

// MarshalJSON writes the word twilio when that is all, else an object.
func (v Verify) MarshalJSON() ([]byte, error) {
	if v == (Verify{Twilio: true}) {
		return encode(verifyTwilio), nil
	}
	type plain Verify
	return encode(plain(v)), nil
}
