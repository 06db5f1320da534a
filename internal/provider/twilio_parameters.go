package provider

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"replyflow/internal/form"
)

// twilioEncoding is where a request has its parameters.
type twilioEncoding int

const (
	inQuery twilioEncoding = iota
	inForm
	inJSON
)

// twilioContent says where a request has its parameters: by its method and its
// Content-Type, of which Twilio knows two.
func twilioContent(r Request) (twilioEncoding, error) {
	if r.Method == http.MethodGet {
		return inQuery, nil
	}
	// A malformed type is none of the two.
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch mediaType {
	case "application/x-www-form-urlencoded":
		return inForm, nil
	case "application/json":
		return inJSON, nil
	}
	return 0, refuse(http.StatusBadRequest, "content_type",
		"Twilio posts application/x-www-form-urlencoded or signed application/json, not %q", clip(mediaType))
}

// twilioParameters are what Twilio sent. A GET's query is read from the very URL
// that was signed.
func twilioParameters(r Request) (form.Form, error) {
	encoding, err := twilioContent(r)
	if err != nil {
		return form.Form{}, err
	}
	text, what := string(r.Body), "form"
	switch encoding {
	case inJSON:
		return jsonParameters(r.Body)
	case inQuery:
		_, text, _ = strings.Cut(r.URL, "?")
		what = "query"
	}
	sent, bad := form.Parse(text)
	if bad >= 0 {
		return form.Form{}, refuse(http.StatusBadRequest, "malformed", "the %s is malformed at byte %d: a %% must be followed by two hex digits", what, bad+1)
	}
	return sent, nil
}

// jsonParameters are the members of a JSON object, as a form has them: a member
// that is no text is the JSON that stands there.
func jsonParameters(body []byte) (form.Form, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return form.Form{}, refuse(http.StatusBadRequest, "malformed", "the body is no JSON object")
	}
	var sent form.Form
	for _, name := range slices.Sorted(maps.Keys(members)) {
		var text string
		if json.Unmarshal(members[name], &text) != nil {
			text = string(members[name])
		}
		sent.Add(name, text)
	}
	return sent, nil
}

// formJSON is every parameter as JSON: one value is a text, a repeated name a
// list, in the order in which they came.
func formJSON(sent form.Form) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range sent.Names {
		if i > 0 {
			b.WriteByte(',')
		}
		var value any = sent.First(name)
		if values := sent.Values[name]; len(values) > 1 {
			value = values
		}
		// Texts always encode; bytes that are no UTF-8 are replaced.
		key, _ := json.Marshal(name)
		encoded, _ := json.Marshal(value)
		b.Write(key)
		b.WriteByte(':')
		b.Write(encoded)
	}
	b.WriteByte('}')
	return kept(b.Bytes())
}
