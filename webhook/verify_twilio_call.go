package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// twilioCall is what Twilio signs of a request.
type twilioCall struct {
	// url is the address that Twilio called: the configured origin and the raw
	// request target, never decoded and encoded again.
	url         string
	method      string
	contentType string
	body        []byte
}

// signedBy reports whether the signature is Twilio's, by one of the tokens:
// base64(HMAC-SHA1(token, URL and parameters)). Twilio has written the URL in
// several ways over time, so each of them may be the signed one; they differ in
// the configured part and in how an apostrophe is written, never in what is asked.
func (c twilioCall) signedBy(signature string, tokens []string) bool {
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(given) != sha1.Size {
		return false
	}
	parameters, ok := c.parameters()
	if !ok {
		return false
	}
	found := false
	for _, address := range twilioURLs(c.url) {
		for _, token := range tokens {
			mac := hmac.New(sha1.New, []byte(token))
			// A hash takes every write.
			_, _ = io.WriteString(mac, address)
			_, _ = io.WriteString(mac, parameters)
			if token != "" && hmac.Equal(given, mac.Sum(nil)) {
				found = true
			}
		}
	}
	return found
}

// parameters are the form's names and values, sorted by name: nothing for a GET
// and for any other body, whose hash the URL must then carry.
func (c twilioCall) parameters() (string, bool) {
	if c.method == http.MethodGet {
		return "", true
	}
	// A malformed type is no form.
	mediaType, _, _ := mime.ParseMediaType(c.contentType)
	if mediaType != "application/x-www-form-urlencoded" {
		return "", c.carriesHash()
	}
	form, bad := rawForm(string(c.body))
	if bad >= 0 {
		return "", false
	}
	var b strings.Builder
	slices.Sort(form.names)
	for _, name := range form.names {
		values := slices.Clone(form.values[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name + value)
		}
	}
	return b.String(), true
}

// carriesHash reports whether the URL's bodySHA256 is the body's.
func (c twilioCall) carriesHash() bool {
	_, query, _ := strings.Cut(c.url, "?")
	parameters, bad := rawForm(query)
	if bad >= 0 {
		return false
	}
	given, err := hex.DecodeString(parameters.one("bodySHA256"))
	want := sha256.Sum256(c.body)
	return err == nil && subtle.ConstantTimeCompare(given, want[:]) == 1
}

// twilioURLs are the ways in which Twilio may have written a URL to sign it: port
// as it is, left out or the default one added; user information kept or left
// out; apostrophes in the query as they are or escaped.
func twilioURLs(address string) []string {
	address, _, _ = strings.Cut(address, "#")
	scheme, rest, _ := strings.Cut(address, "://")
	authority, path := rest, ""
	if at := strings.IndexAny(rest, "/?"); at >= 0 {
		authority, path = rest[:at], rest[at:]
	}
	user, host := "", authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, host = authority[:at+1], authority[at+1:]
	}
	target, query, _ := strings.Cut(path, "?")
	queries := []string{path}
	if query != "" {
		queries = append(queries, target+"?"+strings.ReplaceAll(query, "'", "%27"), target+"?"+strings.ReplaceAll(query, "%27", "'"))
	}
	var urls []string
	for _, host := range twilioHosts(scheme, host) {
		for _, query := range queries {
			urls = append(urls, scheme+"://"+user+host+query, scheme+"://"+host+query)
		}
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}

// twilioHosts are a host with its port as it is, without it, and with the
// default one. The colons of an IPv6 address are no port's.
func twilioHosts(scheme, host string) []string {
	bare := host
	if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') {
		bare = host[:at]
	}
	port := ":443"
	if scheme == "http" {
		port = ":80"
	}
	return []string{host, bare, bare + port}
}
