package webhook

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"replyflow/internal/condition"
	"replyflow/internal/provider"
)

const headerTwilioSignature = "X-Twilio-Signature"

// verifyTwilio demands Twilio's signature, by a token of the account that the
// request names. Only configured accounts count: anybody has a token of their own.
func (in *Intake) verifyTwilio(workspace string, r request) *refusal {
	signature := r.Header.Get(headerTwilioSignature)
	if signature == "" {
		return forbid("the X-Twilio-Signature header is missing; this address takes requests from Twilio only")
	}
	tokens := in.senders.AuthTokens(workspace, accountOf(r.delivery))
	if len(tokens) == 0 {
		return forbid("no sender is configured for the request's AccountSid")
	}
	call := provider.TwilioCall{
		URL: in.origin() + in.target(r.Request), Method: r.Method, ContentType: r.Header.Get("Content-Type"), Body: r.body,
	}
	if !call.SignedBy(signature, tokens) {
		return forbid("the X-Twilio-Signature header is wrong; check public_url and the auth token")
	}
	return nil
}

// accountOf is the account that a request says it comes from, also when it is
// signed JSON.
func accountOf(d delivery) string {
	value, ok := condition.LookupJSON(d.payload, fieldAccountSID)
	if !ok {
		return ""
	}
	var account string
	if json.Unmarshal(value, &account) != nil {
		return ""
	}
	return account
}

// target is the path and the query that the provider called, as it wrote them.
// The path of the public URL is part of it, also behind a proxy that cuts it off.
func (in *Intake) target(r *http.Request) string {
	target := r.RequestURI
	if !strings.HasPrefix(target, "/") {
		// A proxy may send the whole address as the target.
		if parsed, err := url.ParseRequestURI(target); err == nil {
			target = parsed.RequestURI()
		}
	}
	if in.prefix != "" && !strings.HasPrefix(target, in.prefix+"/") {
		target = in.prefix + target
	}
	return target
}

// origin is the public URL without its path.
func (in *Intake) origin() string { return strings.TrimSuffix(in.publicURL, in.prefix) }
