package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"
)

// Headers of Standard Webhooks.
const (
	headerWebhookID        = "Webhook-Id"
	headerWebhookTimestamp = "Webhook-Timestamp"
	headerWebhookSignature = "Webhook-Signature"
)

// standardTolerance is how far the sender's clock may be from ours, as the
// specification's own libraries have it.
const standardTolerance = 5 * time.Minute

// verifyStandardWebhooks demands a symmetric signature ("v1") over id, time and
// raw body. The header may carry several, from a sender that changes secrets;
// signatures of other versions are passed over.
func verifyStandardWebhooks(secret string, r request, now time.Time) *refusal {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return forbid("the campaign's standard_webhooks secret is not whsec_ and base64; correct its trigger")
	}
	id, stamp := r.Header.Get(headerWebhookID), r.Header.Get(headerWebhookTimestamp)
	signatures := strings.Fields(strings.Join(r.Header.Values(headerWebhookSignature), " "))
	if id == "" || stamp == "" || len(signatures) == 0 {
		return forbid("webhook-id, webhook-timestamp or webhook-signature is missing; this address demands a signature")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return forbid("webhook-timestamp is not a time in seconds")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > standardTolerance || age < -standardTolerance {
		return forbid("webhook-timestamp is more than %s away from now; check the clocks", standardTolerance)
	}
	mac := hmac.New(sha256.New, key)
	// A hash takes every write.
	_, _ = io.WriteString(mac, id+"."+stamp+".")
	_, _ = mac.Write(r.body)
	want := mac.Sum(nil)
	for _, signature := range signatures {
		text, isV1 := strings.CutPrefix(signature, "v1,")
		given, err := base64.StdEncoding.DecodeString(text)
		if isV1 && err == nil && hmac.Equal(want, given) {
			return nil
		}
	}
	return forbid("webhook-signature is wrong; check the secret, and that the body is sent unchanged")
}
