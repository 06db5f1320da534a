package webhook

import (
	"net/http"
	"strings"

	"replyflow/internal/form"
)

// decodeForm reads application/x-www-form-urlencoded text for a payload. Bytes
// that are no UTF-8 are replaced, because old phones send them and a STOP with a
// broken name beside it is still a STOP. what names the text in a reason.
func decodeForm(what, text string) (form.Form, *refusal) {
	raw, bad := form.Parse(text)
	if bad >= 0 {
		return form.Form{}, refuse(http.StatusBadRequest, "malformed_"+what,
			"the %s is malformed at byte %d: a %% must be followed by two hex digits (write %%25 for a percent sign)", what, bad+1)
	}
	var decoded form.Form
	for _, name := range raw.Names {
		for _, value := range raw.Values[name] {
			decoded.Add(validUTF8(name), validUTF8(value))
		}
	}
	return decoded, nil
}

func validUTF8(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
