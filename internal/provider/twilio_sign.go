package provider

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// SignTwilio signs a form as Twilio signs what it posts: the value of
// X-Twilio-Signature for a URL, as the provider calls it, and an auth token.
// Whoever plays Twilio, as replyflow send sms does, needs it.
// The fragment of the URL, in which Twilio's settings stand, is not signed.
func SignTwilio(address string, form url.Values, token string) string {
	address, _, _ = strings.Cut(address, "#")
	call := TwilioCall{
		URL: address, Method: http.MethodPost, ContentType: "application/x-www-form-urlencoded", Body: []byte(form.Encode()),
	}
	// A form that was just encoded can be read.
	parameters, _ := call.parameters()
	mac := hmac.New(sha1.New, []byte(token))
	// A hash takes every write.
	_, _ = io.WriteString(mac, address+parameters)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
