package webhook

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// refusal is the answer to a request that gets no run and has no effect.
type refusal struct {
	status int
	// kind is a short word for the log; the reason may quote the request.
	kind string
	// reason is one line that says what was wrong and what to do.
	reason string
	// allow are the methods that the address takes, for a 405.
	allow []string
	// cause is the error behind a 5xx, for the log alone.
	cause error
	// incident is what the reason and the log have in common, for a 500.
	incident string
	// reading is true when the body was being read.
	reading bool
}

func refuse(status int, kind, format string, args ...any) *refusal {
	return &refusal{status: status, kind: kind, reason: fmt.Sprintf(format, args...)}
}

// because adds the error behind a refusal.
func (f *refusal) because(cause error) *refusal {
	f.cause = cause
	return f
}

// allowing adds the methods that the address takes.
func (f *refusal) allowing(methods ...string) *refusal {
	f.allow = methods
	return f
}

// writeRefusal answers with the reason as plain text. Twilio would send plain
// text to the person only with a 2xx, which a refusal never is.
//
// The answer is sent before the rest of the body is read, and some of the rest
// is read after it: a client may wait for the answer while it still has to send,
// or send everything before it looks for one, and both must get to read it.
func writeRefusal(w http.ResponseWriter, r *http.Request, f *refusal) {
	text := oneLine(f.reason) + "\n"
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	if len(f.allow) > 0 {
		header.Set("Allow", strings.Join(f.allow, ", "))
	}
	if f.status == http.StatusServiceUnavailable {
		header.Set("Retry-After", strconv.Itoa(retryAfter))
	}
	control := http.NewResponseController(w)
	// A writer that can't do these has no connection to keep open either.
	_ = control.EnableFullDuplex()
	w.WriteHeader(f.status)
	// The client went away if this fails; there is nobody to tell.
	_, _ = io.WriteString(w, text)
	_ = control.Flush()
	if r.Header.Get("Expect") != "" && !f.reading {
		// The client waits for leave to send, and won't get it.
		return
	}
	_ = control.SetReadDeadline(time.Now().Add(drainTimeout))
	_, _ = io.CopyN(io.Discard, r.Body, drainBytes)
}

// oneLine keeps a reason on its line, whatever it quotes.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

// clip shortens what a reason quotes of a request.
func clip(text string) string {
	const limit = 60
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}
