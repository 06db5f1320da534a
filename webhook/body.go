package webhook

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// readBody reads the whole body, within the limits. What a client says about
// the length is not asked: it may say nothing, or be wrong.
func (in *Intake) readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, *refusal) {
	if r.Method == http.MethodGet {
		return nil, nil
	}
	control := http.NewResponseController(w)
	// A writer without deadlines leaves them to the server's own.
	_ = control.SetReadDeadline(time.Now().Add(in.limits.BodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, in.refuseBody(err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return body, nil
}

func (in *Intake) refuseBody(err error) *refusal {
	var tooLarge *http.MaxBytesError
	var f *refusal
	switch {
	case errors.As(err, &tooLarge):
		f = refuse(http.StatusRequestEntityTooLarge, "too_large",
			"the body is larger than %d bytes; send less, or raise limits.hook_body", tooLarge.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		f = refuse(http.StatusRequestTimeout, "slow_body", "the body did not arrive within %s", in.limits.BodyTimeout)
	default:
		f = refuse(http.StatusBadRequest, "broken_body", "the body ended before it was complete")
	}
	f.reading = true
	return f
}
