package webhook

import (
	"encoding/json"
	"net/http"
	"strconv"

	"replyflow/workflows"
)

// emptyTwiML tells Twilio to do nothing. Any text/plain with a 2xx would be
// sent to the person.
const emptyTwiML = `<?xml version="1.0" encoding="UTF-8"?><Response/>`

// Headers of every accepted delivery, for who can't read the body.
const (
	headerRun       = "Replyflow-Run"
	headerDuplicate = "Replyflow-Duplicate"
	// headerStatus stands where there is no run: why there is none.
	headerStatus = "Replyflow-Status"
)

// answer is the answer to a delivery that was taken.
type answer struct {
	started workflows.Started
	// status is set when there is no run: the campaign doesn't run.
	status Status
	twilio bool
	// queued is true when the run starts later.
	queued bool
}

type runAnswer struct {
	Run       string `json:"run"`
	Duplicate bool   `json:"duplicate"`
	Queued    bool   `json:"queued,omitempty"`
}

type sampleAnswer struct {
	Run    *string `json:"run"`
	Status Status  `json:"status"`
}

func (a answer) write(w http.ResponseWriter) {
	header := w.Header()
	header.Set(headerDuplicate, strconv.FormatBool(a.started.Duplicate))
	var body any = runAnswer{Run: a.started.Run, Duplicate: a.started.Duplicate, Queued: a.queued}
	if a.status != "" {
		header.Set(headerStatus, string(a.status))
		body = sampleAnswer{Status: a.status}
	} else {
		header.Set(headerRun, a.started.Run)
	}
	if a.twilio {
		writeAnswer(w, http.StatusOK, "text/xml", []byte(emptyTwiML))
		return
	}
	// Texts and booleans can always be encoded.
	text, _ := json.Marshal(body)
	writeAnswer(w, http.StatusAccepted, "application/json", append(text, '\n'))
}

func writeAnswer(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// The client went away if this fails; the delivery is taken all the same.
	_, _ = w.Write(body)
}
