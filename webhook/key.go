package webhook

import (
	"cmp"
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
// Without a signature, the sender's own Idempotency-Key has the first word. No
// signature covers that header, though: whoever captured a signed delivery could
// replay it under one key after another. So what is signed goes first there, and
// the header decides only where nothing signed tells deliveries apart.
func (in *Intake) keyOf(r *http.Request, hook Hook, d delivery) (string, *refusal) {
	header := headerKey(r, "Idempotency-Key", ruleHeader, hook)
	webhookID := headerKey(r, headerWebhookID, ruleWebhookID, hook)
	field, twilio := fieldKey(hook, d), twilioKey(d)
	var key string
	switch verify := hook.Trigger.Verify; {
	case verify == nil || verify.Basic != nil:
		key = cmp.Or(header, field, twilio, webhookID)
	case verify.StandardWebhooks != "":
		// The webhook-id is signed, and always there.
		key = cmp.Or(field, webhookID)
	default:
		key = cmp.Or(field, twilio, header, webhookID)
	}
	if key != "" {
		return key, nil
	}
	key, err := in.randomKey()
	if err != nil {
		return "", in.broken("random", err)
	}
	return key, nil
}

// headerKey is the key by a header, empty when the header is.
func headerKey(r *http.Request, name, rule string, hook Hook) string {
	value := strings.TrimSpace(r.Header.Get(name))
	if value == "" {
		return ""
	}
	return hashKey(rule, hook.Campaign, value)
}

// fieldKey is the key by the field that the trigger names, empty when the
// delivery lacks it.
func fieldKey(hook Hook, d delivery) string {
	value, ok := dedupeValue(hook.Trigger.Dedupe, d.payload)
	switch {
	case !ok:
		return ""
	case d.twilio && hook.Trigger.Dedupe == fieldMessageSID:
		// The same delivery has the same key whether or not the campaign says so.
		return twilioKey(d)
	}
	return hashKey(ruleField, hook.Campaign, hook.Trigger.Dedupe, value)
}

// twilioKey is the key by Twilio's message id, empty when the request isn't
// Twilio's.
func twilioKey(d delivery) string {
	switch {
	case !d.twilio:
		return ""
	case twilioSID.MatchString(d.messageSID):
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
