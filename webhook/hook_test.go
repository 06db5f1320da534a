package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"go.temporal.io/api/serviceerror"

	"replyflow/internal/condition"
)

func TestTwilioGetsAnEmptyResponse(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	example, err := os.ReadFile("testdata/twilio_sms_stop_with_optouttype.urlencoded")
	if err != nil {
		t.Fatal(err)
	}
	body := string(example)
	for attempt, duplicate := range []string{"false", "true"} {
		got := h.send(sent{contentType: formType, body: body})
		if got.status != http.StatusOK || got.header.Get("Content-Type") != "text/xml" || got.body != emptyTwiML {
			t.Errorf("attempt %d: got %d %s %q", attempt, got.status, got.header.Get("Content-Type"), got.body)
		}
		if run := got.header.Get("Replyflow-Run"); run != "sms-opt-out."+testSID {
			t.Errorf("attempt %d: run %q", attempt, run)
		}
		if got.header.Get("Replyflow-Duplicate") != duplicate {
			t.Errorf("attempt %d: duplicate %q", attempt, got.header.Get("Replyflow-Duplicate"))
		}
	}
	in := h.world.lastRun(t)
	if in.Workspace != "default" || in.Version != 3 || in.Definition.Key != "sms-opt-out" || in.Event.Key != testSID {
		t.Errorf("started %+v", in)
	}
	for field, want := range map[string]string{"From": `"+15550100123"`, "OptOutType": `"STOP"`, "FromCity": `""`} {
		if got, _ := condition.LookupJSON(in.Event.Payload, field); string(got) != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
	if want := testArrival.Truncate(time.Microsecond); !in.Event.ArrivedAt.Equal(want) {
		t.Errorf("arrived at %s, want %s", in.Event.ArrivedAt, want)
	}
	if got := h.send(sent{method: http.MethodGet, path: "/hooks/" + testToken + "?" + body}); got.body != emptyTwiML {
		t.Errorf("a GET of Twilio's got %d %q", got.status, got.body)
	}
}

func TestOthersGetJSON(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	for _, s := range []sent{
		{body: `{"a":1}`},
		{contentType: formType, body: "a=1"},
		{contentType: formType, body: "AccountSid=" + testAccount},
		{contentType: "application/json", body: `{"AccountSid":"` + testAccount + `","MessageSid":"` + testSID + `"}`},
		{method: http.MethodGet, path: "/hooks/" + testToken + "?a=1"},
	} {
		got := h.send(s)
		var answer struct {
			Run       string
			Duplicate bool
		}
		if err := json.Unmarshal([]byte(got.body), &answer); err != nil {
			t.Fatalf("%+v: %v in %q", s, err, got.body)
		}
		if got.status != http.StatusAccepted || got.header.Get("Content-Type") != "application/json" || answer.Duplicate {
			t.Errorf("%+v: got %d %q", s, got.status, got.body)
		}
		if !regexp.MustCompile(`^sms-opt-out\.[0-9a-f]{32}$`).MatchString(answer.Run) || got.header.Get("Replyflow-Run") != answer.Run {
			t.Errorf("%+v: run %q, header %q", s, answer.Run, got.header.Get("Replyflow-Run"))
		}
		if got.header.Get("Replyflow-Duplicate") != "false" {
			t.Errorf("%+v: duplicate %q", s, got.header.Get("Replyflow-Duplicate"))
		}
	}
	if runs, _ := h.world.effects(); runs != 5 {
		t.Errorf("%d runs for 5 deliveries without a key", runs)
	}
}

func TestCampaignThatDoesNotRunKeepsTheSample(t *testing.T) {
	t.Parallel()
	for _, status := range []Status{StatusDraft, StatusPaused} {
		h := setup(t, func(w *world, _ *Options) { w.hook.Status = status })
		got := h.send(sent{body: `{"a":1}`})
		if want := fmt.Sprintf("{\"run\":null,\"status\":%q}\n", status); got.status != http.StatusAccepted || got.body != want {
			t.Errorf("%s: got %d %q, want %q", status, got.status, got.body, want)
		}
		got = h.send(sent{contentType: formType, body: "AccountSid=" + testAccount + "&MessageSid=" + testSID})
		if got.status != http.StatusOK || got.body != emptyTwiML || got.header.Get("Replyflow-Status") != string(status) {
			t.Errorf("%s: Twilio got %d %q", status, got.status, got.body)
		}
		if runs, samples := h.world.effects(); runs != 0 || samples != 2 {
			t.Errorf("%s: %d runs, %d samples", status, runs, samples)
		}
		// A sample that can't be kept is no reason to come again.
		full := setup(t, func(w *world, _ *Options) { w.hook.Status, w.keepErr = status, errors.New("down") })
		if got := full.send(sent{body: `{"a":1}`}); got.status != http.StatusAccepted {
			t.Errorf("%s, without the database: got %d %q", status, got.status, got.body)
		}
	}
}

// Every refusal has its status, one line of reason, and no effect.
func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*world, *Options)
		sent   sent
		status int
		reason string
	}{
		{"unknown token", nil, sent{path: "/hooks/unknown"}, 404, "no campaign has this address"},
		{"method", nil, sent{method: http.MethodPut}, 405, "not PUT"},
		{"archived", func(w *world, _ *Options) { w.hook.Status = StatusArchived }, sent{}, 410, "archived"},
		{"malformed", nil, sent{body: "{"}, 400, "line 1, column 2"},
		{"malformed in a draft", func(w *world, _ *Options) { w.hook.Status = StatusDraft }, sent{body: "{"}, 400, "not valid JSON"},
		{"content type", nil, sent{contentType: "text/plain", body: "{}"}, 415, "text/plain"},
		{"too large", func(_ *world, o *Options) { o.Limits.Body = 10 }, sent{body: `{"a":"123"}`}, 413, "larger than 10 bytes"},
		{"no catalogue", func(w *world, _ *Options) { w.findErr = fmt.Errorf("%w: down", ErrTryLater) }, sent{}, 503, "again later"},
		{"broken catalogue", func(w *world, _ *Options) { w.findErr = errors.New("secret cause") }, sent{}, 500, "the log says why"},
		{"unavailable", startFails(serviceerror.NewUnavailable("down")), sent{}, 503, "again later"},
		{"wrapped", startFails(fmt.Errorf("failed reaching server: %w", serviceerror.NewDeadlineExceeded("late"))), sent{}, 503, "again later"},
		{"exhausted", startFails(&serviceerror.ResourceExhausted{Message: "busy"}), sent{}, 503, "again later"},
		{"deadline", startFails(context.DeadlineExceeded), sent{}, 503, "again later"},
		{"refused", startFails(fmt.Errorf("dial: %w", syscall.ECONNREFUSED)), sent{}, 503, "again later"},
		{"invalid start", startFails(serviceerror.NewInvalidArgument("secret cause")), sent{}, 500, "the log says why"},
		{"no randomness", func(_ *world, o *Options) { o.Random = iotest.ErrReader(errors.New("secret cause")) }, sent{}, 500, "the log says why"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := setup(t, c.change)
			got := h.send(c.sent)
			if got.status != c.status || !strings.Contains(got.body, c.reason) {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, c.status, c.reason)
			}
			if strings.Count(got.body, "\n") != 1 || strings.Contains(got.body, "secret cause") {
				t.Errorf("the reason is not one line without internals: %q", got.body)
			}
			if !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
				t.Errorf("content type %q", got.header.Get("Content-Type"))
			}
			if again := got.header.Get("Retry-After"); (again != "") != (c.status == 503) {
				t.Errorf("Retry-After %q with %d", again, got.status)
			}
			if runs, samples := h.world.effects(); runs != 0 || samples != 0 {
				t.Errorf("a refused request left %d runs and %d samples", runs, samples)
			}
		})
	}
}

func startFails(err error) func(*world, *Options) {
	return func(w *world, _ *Options) { w.startErr = err }
}

func TestMethodNotAllowedNamesTheMethods(t *testing.T) {
	t.Parallel()
	if got := setup(t, nil).send(sent{method: http.MethodDelete}); got.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow: %q", got.header.Get("Allow"))
	}
}

func TestLogHoldsNoTokenNoBodyAndNoNumber(t *testing.T) {
	t.Parallel()
	h := setup(t, startFails(serviceerror.NewInvalidArgument("too wide")))
	got := h.send(sent{contentType: formType, body: "From=%2B15550100123&Body=private"})
	h.send(sent{body: `{"private" x`})
	h.send(sent{contentType: "private/type", body: "x"})
	log := h.log.String()
	for _, secret := range []string{testToken, "15550100123", "private"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	incident := regexp.MustCompile(`[0-9a-f]{32}`).FindString(got.body)
	if incident == "" || !strings.Contains(log, "incident="+incident) || !strings.Contains(log, "too wide") {
		t.Errorf("the log doesn't explain %q:\n%s", got.body, log)
	}
}

// A public URL with a path works behind a proxy that cuts the path off and
// behind one that doesn't.
func TestPublicURLWithAPath(t *testing.T) {
	t.Parallel()
	h := setup(t, func(_ *world, o *Options) { o.PublicURL = "https://example.com/replyflow/" })
	for _, path := range []string{"/hooks/" + testToken, "/replyflow/hooks/" + testToken} {
		if got := h.send(sent{path: path}); got.status != http.StatusAccepted {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
	if got, want := HookURL("https://example.com/replyflow/", "t"), "https://example.com/replyflow/hooks/t"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
