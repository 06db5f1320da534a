package webhook

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"replyflow/internal/condition"
)

// keyLength is how many hex digits a key that is hashed or drawn has.
const keyLength = 32

// twilioSID is a message id of Twilio's that may stand in a run's id as it is:
// it says nothing about the person.
var twilioSID = regexp.MustCompile(`^(SM|MM)[0-9a-fA-F]{32}$`)

// The rules that may name a delivery; a hash begins with the rule's, so that the
// same text under two rules stays two deliveries.
const (
	ruleHeader    = "idempotency-key"
	ruleField     = "field"
	ruleTwilio    = "twilio"
	ruleWebhookID = "webhook-id"
)

// keyOf names a delivery: two deliveries with one key are one run. The first
// rule that finds a value decides; with none, each delivery is a run of its own.
//
// Where what was signed names the delivery, as with Twilio and Standard Webhooks,
// the Idempotency-Key is asked last: nobody signed it, and whoever captured a
// delivery could replay it under another one.
func (in *Intake) keyOf(r *http.Request, hook Hook, d delivery) (string, *refusal) {
	header := strings.TrimSpace(r.Header.Get("Idempotency-Key"))
	verify := hook.Trigger.Verify
	unsigned := verify != nil && (verify.Twilio || verify.StandardWebhooks != "")
	if header != "" && !unsigned {
		return hashKey(ruleHeader, hook.Campaign, header), nil
	}
	if value, ok := dedupeValue(hook.Trigger.Dedupe, d.payload); ok {
		if d.twilio && hook.Trigger.Dedupe == fieldMessageSID {
			// The same delivery has the same key whether or not the campaign says so.
			return twilioKey(d), nil
		}
		return hashKey(ruleField, hook.Campaign, hook.Trigger.Dedupe, value), nil
	}
	if d.twilio {
		return twilioKey(d), nil
	}
	if value := strings.TrimSpace(r.Header.Get(headerWebhookID)); value != "" {
		return hashKey(ruleWebhookID, hook.Campaign, value), nil
	}
	if header != "" {
		return hashKey(ruleHeader, hook.Campaign, header), nil
	}
	key, err := in.randomKey()
	if err != nil {
		return "", in.broken("random", err)
	}
	return key, nil
}

func twilioKey(d delivery) string {
	if twilioSID.MatchString(d.messageSID) {
		return d.messageSID
	}
	return hashKey(ruleTwilio, d.account, d.messageSID)
}

// dedupeValue is the value of the field that tells deliveries apart. A missing,
// null or empty one tells nothing: taking it for a value would make one run of
// deliveries that have nothing to do with each other.
func dedupeValue(field string, payload json.RawMessage) (string, bool) {
	if field == "" {
		return "", false
	}
	value, ok := condition.LookupJSON(payload, field)
	if !ok || string(value) == "null" || string(value) == `""` {
		return "", false
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		// One text may be escaped in several ways.
		return string(jsonText(text)), true
	}
	return string(value), true
}

// hashKey is 32 hex digits over the parts. Each part is preceded by its length,
// so that no two lists of parts are the same bytes.
func hashKey(parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		// A hash takes every write.
		_, _ = hash.Write(length[:])
		_, _ = io.WriteString(hash, part)
	}
	return hex.EncodeToString(hash.Sum(nil))[:keyLength]
}

func (in *Intake) randomKey() (string, error) {
	var drawn [keyLength / 2]byte
	if _, err := io.ReadFull(in.random, drawn[:]); err != nil {
		return "", fmt.Errorf("webhook: drawing a delivery's key: %w", err)
	}
	return hex.EncodeToString(drawn[:]), nil
}
