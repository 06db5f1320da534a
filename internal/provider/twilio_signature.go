package provider

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

	"replyflow/internal/form"
)

// TwilioCall is what Twilio signs of a request.
type TwilioCall struct {
	// URL is the address that Twilio called: the configured origin and the raw
	// request target, never decoded and encoded again.
	URL         string
	Method      string
	ContentType string
	Body        []byte
}

// SignedBy reports whether the signature is Twilio's, by one of the tokens:
// base64(HMAC-SHA1(token, URL and parameters)). Twilio has written the URL in
// several ways over time, so each of them may be the signed one; they differ in
// the configured part and in how an apostrophe is written, never in what is asked.
func (c TwilioCall) SignedBy(signature string, tokens []string) bool {
	signed, ok := c.signed(signature)
	return ok && signed.by(tokens)
}

// twilioSigned is a signature with all that it may be over. It is made once for a
// call and asked about many tokens.
type twilioSigned struct {
	given      []byte
	urls       []string
	parameters string
	// known are the tokens that were asked about: many senders share one.
	known map[string]bool
}

// signed reports false when the signature has the wrong shape or the call can't
// have been signed.
func (c TwilioCall) signed(signature string) (*twilioSigned, bool) {
	given, err := base64.StdEncoding.DecodeString(signature)
	if err != nil || len(given) != sha1.Size {
		return nil, false
	}
	parameters, ok := c.parameters()
	if !ok {
		return nil, false
	}
	return &twilioSigned{given: given, urls: twilioURLs(c.URL), parameters: parameters, known: map[string]bool{}}, true
}

// by reports whether one of the tokens made the signature. It asks about all of
// them in any case.
func (s *twilioSigned) by(tokens []string) bool {
	found := false
	for _, token := range tokens {
		made, asked := s.known[token]
		if !asked {
			made = token != "" && s.madeBy(token)
			s.known[token] = made
		}
		found = found || made
	}
	return found
}

func (s *twilioSigned) madeBy(token string) bool {
	found := false
	for _, address := range s.urls {
		mac := hmac.New(sha1.New, []byte(token))
		// A hash takes every write.
		_, _ = io.WriteString(mac, address)
		_, _ = io.WriteString(mac, s.parameters)
		if hmac.Equal(s.given, mac.Sum(nil)) {
			found = true
		}
	}
	return found
}

// parameters are the form's names and values, sorted by name: nothing for a GET
// and for any other body, whose hash the URL must then carry.
func (c TwilioCall) parameters() (string, bool) {
	if c.Method == http.MethodGet {
		return "", true
	}
	// A malformed type is no form.
	mediaType, _, _ := mime.ParseMediaType(c.ContentType)
	if mediaType != "application/x-www-form-urlencoded" {
		return "", c.carriesHash()
	}
	sent, bad := form.Parse(string(c.Body))
	if bad >= 0 {
		return "", false
	}
	var b strings.Builder
	for _, name := range slices.Sorted(slices.Values(sent.Names)) {
		values := slices.Clone(sent.Values[name])
		slices.Sort(values)
		for _, value := range slices.Compact(values) {
			b.WriteString(name + value)
		}
	}
	return b.String(), true
}

// carriesHash reports whether the URL's bodySHA256 is the body's.
func (c TwilioCall) carriesHash() bool {
	_, query, _ := strings.Cut(c.URL, "?")
	parameters, bad := form.Parse(query)
	if bad >= 0 {
		return false
	}
	given, err := hex.DecodeString(parameters.One("bodySHA256"))
	want := sha256.Sum256(c.Body)
	return err == nil && subtle.ConstantTimeCompare(given, want[:]) == 1
}

// twilioURLs are the ways in which Twilio may have written a URL to sign it: port
// as it is, left out or the default one added; user information kept or left
// out; apostrophes in the query as they are or escaped. A # is no fragment's here:
// none is ever sent, so what stands behind one must be signed like the rest.
func twilioURLs(address string) []string {
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
