package webhook

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"replyflow/internal/form"
)

// Names by which Twilio's requests are known.
const (
	fieldAccountSID = "AccountSid"
	fieldMessageSID = "MessageSid"
)

// delivery is a request, decoded.
type delivery struct {
	// payload is always a JSON object, with every digit that was sent.
	payload json.RawMessage
	// twilio is true for a form with AccountSid and MessageSid.
	twilio     bool
	account    string
	messageSID string
	// form is the body, when it was one.
	form form.Form
}

// decode makes one JSON object of a request: of its body, and of those query
// parameters whose names the body lacks. A GET has its query alone.
//
// Without its query when that isn't part of what was signed: a stranger with a
// captured delivery could add to it.
func decode(r *http.Request, body []byte, withQuery bool) (delivery, *refusal) {
	var query form.Form
	if withQuery {
		var refused *refusal
		if query, refused = decodeForm("query", r.URL.RawQuery); refused != nil {
			return delivery{}, refused
		}
	}
	if r.Method == http.MethodGet {
		return deliver(emptyObject, &query, form.Form{})
	}
	isForm, refused := bodyKind(r.Header)
	switch {
	case refused != nil:
		return delivery{}, refused
	case !isForm:
		root, refused := decodeJSON(body)
		if refused != nil {
			return delivery{}, refused
		}
		return deliver(root, nil, query)
	}
	sent, refused := decodeForm("form", string(body))
	if refused != nil {
		return delivery{}, refused
	}
	return deliver(emptyObject, &sent, query)
}

// emptyObject is the payload of an empty body.
var emptyObject = json.RawMessage("{}")

// deliver puts a payload together: the object that was sent as JSON, or the
// form, then what the query adds.
func deliver(object json.RawMessage, body *form.Form, query form.Form) (delivery, *refusal) {
	var d delivery
	if body != nil {
		object = addFields(object, *body)
		d.account, d.messageSID = body.One(fieldAccountSID), body.One(fieldMessageSID)
		d.twilio = d.account != "" && d.messageSID != ""
		d.form = *body
	}
	d.payload = addFields(object, query)
	if len(d.payload) > maxPayload {
		return delivery{}, refuse(http.StatusRequestEntityTooLarge, "too_large",
			"the decoded request is larger than %d bytes; send less", maxPayload)
	}
	return d, nil
}

// bodyKind reads from the headers what a body is.
func bodyKind(header http.Header) (isForm bool, refused *refusal) {
	unsupported := func(format string, args ...any) (bool, *refusal) {
		return false, refuse(http.StatusUnsupportedMediaType, "unsupported", format, args...)
	}
	if encoding := strings.TrimSpace(header.Get("Content-Encoding")); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return unsupported("Content-Encoding %q is not supported; send the body as it is", clip(encoding))
	}
	contentType := header.Get("Content-Type")
	if strings.TrimSpace(contentType) == "" {
		return false, nil
	}
	mediaType, parameters, err := mime.ParseMediaType(contentType)
	if mediaType == "" {
		return unsupported("Content-Type %q can't be read (%v); send application/json or a form", clip(contentType), err)
	}
	isForm = mediaType == "application/x-www-form-urlencoded"
	isJSON := mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
	if !isForm && !isJSON {
		return unsupported("Content-Type %q is not supported; send application/json or application/x-www-form-urlencoded", clip(mediaType))
	}
	switch charset := parameters["charset"]; strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		return isForm, nil
	default:
		return unsupported("charset %q is not supported; send UTF-8", clip(charset))
	}
}

// addFields adds to an object the fields whose names it lacks, in their order.
// The object's own bytes stay as they are.
func addFields(object json.RawMessage, added form.Form) json.RawMessage {
	if len(added.Names) == 0 {
		return object
	}
	var present map[string]json.RawMessage
	// The object was checked; a name that it repeats is present all the same.
	_ = json.Unmarshal(object, &present)
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(object, []byte("}")))
	for _, name := range added.Names {
		if _, has := present[name]; has {
			continue
		}
		if b.Len() > len("{") {
			b.WriteByte(',')
		}
		b.Write(jsonText(name))
		b.WriteByte(':')
		b.Write(jsonValue(added.Values[name]))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// jsonValue is one value as a text, several as a list of texts.
func jsonValue(values []string) []byte {
	if len(values) == 1 {
		return jsonText(values[0])
	}
	texts := make([][]byte, len(values))
	for i, value := range values {
		texts[i] = jsonText(value)
	}
	return append(append([]byte{'['}, bytes.Join(texts, []byte{','})...), ']')
}

// jsonText is a text in JSON, with no more escapes than JSON needs.
func jsonText(text string) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// A text can always be encoded.
	_ = encoder.Encode(text)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
