package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"

	"replyflow/definitions"
)

// request is what a proof of origin is checked against.
type request struct {
	*http.Request
	// body holds the raw bytes.
	body []byte
	// delivery is the decoded request; empty when it can't be decoded.
	delivery delivery
}

// verify demands the proof that the campaign's trigger names. Without one, the
// token is the secret and signature headers mean nothing.
func (in *Intake) verify(hook Hook, r request) *refusal {
	verify := hook.Trigger.Verify
	switch {
	case verify == nil:
		return nil
	case verify.Twilio:
		return in.verifyTwilio(hook.Workspace, r)
	case verify.StandardWebhooks != "":
		return verifyStandardWebhooks(verify.StandardWebhooks, r, in.now())
	case verify.HMAC != nil:
		return verifyHMAC(*verify.HMAC, r)
	case verify.Basic != nil:
		return verifyBasic(*verify.Basic, r)
	default:
		// A proof that nobody here knows proves nothing.
		return forbid("the campaign demands a proof of origin that is not supported; correct its trigger")
	}
}

// signsBodyOnly reports whether a proof covers the body and not the query.
func signsBodyOnly(verify *definitions.Verify) bool {
	return verify != nil && (verify.StandardWebhooks != "" || verify.HMAC != nil)
}

func forbid(format string, args ...any) *refusal {
	return refuse(http.StatusForbidden, "signature", format, args...)
}

// sameText compares in a time that tells nothing about either text.
func sameText(a, b string) bool {
	hashA, hashB := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(hashA[:], hashB[:]) == 1
}
