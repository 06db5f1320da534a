package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/workflows"
)

// serveHook answers POST and GET /hooks/{token}.
func (in *Intake) serveHook(w http.ResponseWriter, r *http.Request) {
	arrived := in.now().UTC().Truncate(time.Microsecond)
	token := mux.Vars(r)["token"]
	hook, answer, refused := in.take(w, r, token, arrived)
	if refused != nil {
		in.logRefusal(r.Context(), token, hook, refused)
		writeRefusal(w, r, refused)
		return
	}
	answer.write(w)
}

// take is the story of a delivery: find the campaign, read, decode and verify
// the request, name the delivery, start its run.
func (in *Intake) take(w http.ResponseWriter, r *http.Request, token string, arrived time.Time) (Hook, answer, *refusal) {
	hook, refused := in.findHook(r.Context(), token)
	if refused != nil {
		return hook, answer{}, refused
	}
	if r.Method == http.MethodGet && signsBodyOnly(hook.Trigger.Verify) {
		return hook, answer{}, refuse(http.StatusMethodNotAllowed, "method",
			"the campaign demands a signed body, and a GET has none; send a POST").allowing(http.MethodPost)
	}
	body, refused := in.readBody(w, r, in.limits.Body)
	if refused != nil {
		return hook, answer{}, refused
	}
	// A body that can't be decoded may still prove where it comes from, and
	// only who proves it learns what is wrong with the body.
	taken, malformed := decode(r, body, !signsBodyOnly(hook.Trigger.Verify))
	if refused := in.verify(hook, request{Request: r, body: body, delivery: taken}); refused != nil {
		return hook, answer{}, refused
	}
	if malformed != nil {
		return hook, answer{}, malformed
	}
	key, refused := in.keyOf(r, hook, taken)
	if refused != nil {
		return hook, answer{}, refused
	}
	// The client may give up now; what it sent is ours to finish.
	ctx := context.WithoutCancel(r.Context())
	event := message.Event{Key: key, ArrivedAt: arrived, Payload: taken.payload}
	result, refused := in.run(ctx, hook, event, in.messageIn(hook, request{Request: r, body: body, delivery: taken}, arrived))
	result.twilio = taken.twilio
	return hook, result, refused
}

func (in *Intake) findHook(ctx context.Context, token string) (Hook, *refusal) {
	hook, err := in.catalogue.FindHook(ctx, token)
	switch {
	case errors.Is(err, ErrUnknownToken):
		return hook, refuse(http.StatusNotFound, "unknown_token", "no campaign has this address; copy it again from the campaign")
	case errors.Is(err, ErrTryLater):
		return hook, refuse(http.StatusServiceUnavailable, "no_catalogue",
			"the campaigns can't be read at the moment; send this again later").because(err)
	case err != nil:
		return hook, in.broken("catalogue", err)
	case hook.Status == StatusArchived && !bringsMessages(hook):
		return hook, refuseArchived()
	}
	return hook, nil
}

func refuseArchived() *refusal {
	return refuse(http.StatusGone, "archived", "the campaign of this address is archived; stop sending to it")
}

// bringsMessages reports whether a verified request to a campaign's address may be
// an inbound message as well.
func bringsMessages(hook Hook) bool { return hook.Trigger.Verify != nil && hook.Trigger.Verify.Twilio }

// messageIn is the inbound message, or the status of a message of ours, that a
// verified request of Twilio's is as well, whichever address it came by: a STOP
// must reach the ledger.
func (in *Intake) messageIn(hook Hook, r request, arrived time.Time) []Entry {
	if !bringsMessages(hook) || in.providers == nil {
		return nil
	}
	sent := r.delivery.form
	if len(sent.Names) == 0 {
		// Twilio signs JSON as well.
		sent, _ = provider.TwilioParameters(r.body)
	}
	var ours []provider.Sender
	for _, sender := range in.providers.List("twilio") {
		if sender.Workspace == hook.Workspace && sender.Account == sent.First(fieldAccountSID) {
			ours = append(ours, sender)
		}
	}
	return entriesOf(provider.ReadTwilio(in.origin()+in.target(r.Request), arrived, sent, ours))
}

// run starts the campaign's run, or keeps the event as a sample when the campaign
// doesn't run. What else the delivery is, is started in any case.
func (in *Intake) run(ctx context.Context, hook Hook, event message.Event, beside []Entry) (answer, *refusal) {
	if hook.Status != StatusStarted {
		if err := in.launchAll(ctx, beside); err != nil {
			return answer{}, in.notLaunched(err)
		}
		if hook.Status == StatusArchived {
			return answer{}, refuseArchived()
		}
		if err := in.samples.KeepSample(ctx, hook.Workspace, hook.Campaign, event); err != nil {
			// A sample helps a marketer; no sender has to come again for it.
			in.logger.WarnContext(ctx, "a sample can't be kept", "workspace", hook.Workspace, "campaign", hook.Campaign, "error", err)
		}
		return answer{status: hook.Status}, nil
	}
	run := runEntry(workflows.CampaignRunInput{
		Workspace: hook.Workspace, Version: hook.Version, Event: event, Definition: hook.Definition,
	})
	launched := in.launcher.LaunchAll(ctx, append([]Entry{run}, beside...))
	for _, each := range launched {
		if each.Err != nil {
			return answer{}, in.notLaunched(each.Err)
		}
	}
	taken := launched[0].Started
	taken.Run = workflows.RunID(hook.Definition.Key, event.Key)
	in.logger.DebugContext(ctx, "a webhook was taken", "workspace", hook.Workspace, "campaign", hook.Campaign,
		"run", taken.Run, "duplicate", taken.Duplicate, "queued", launched[0].Queued)
	return answer{started: taken, queued: launched[0].Queued}, nil
}

// launchAll makes entries durable, all of them.
func (in *Intake) launchAll(ctx context.Context, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	for _, launched := range in.launcher.LaunchAll(ctx, entries) {
		if launched.Err != nil {
			return launched.Err
		}
	}
	return nil
}

// notLaunched is the answer to a delivery that nothing took.
func (in *Intake) notLaunched(err error) *refusal {
	if passing(err) || in.launcher.overflows() {
		return refuse(http.StatusServiceUnavailable, "no_intake",
			"the run can't be started at the moment; send this again later").because(err)
	}
	return in.broken("start", err)
}

// broken is the answer to what no repetition mends. Strangers get a number to
// ask for; the reason goes to the log.
func (in *Intake) broken(kind string, cause error) *refusal {
	incident, err := in.randomKey()
	if err != nil {
		incident = "unnumbered"
	}
	f := refuse(http.StatusInternalServerError, kind, "the run could not be started; the log says why under %s", incident)
	f.incident = incident
	return f.because(cause)
}

// logRefusal tells operators. It names the token by a hash that can be compared
// with another line's, and leaves out the reason, which may quote the request.
func (in *Intake) logRefusal(ctx context.Context, token string, hook Hook, refused *refusal) {
	level := slog.LevelInfo
	switch {
	case refused.status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case refused.status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	attributes := []slog.Attr{
		slog.Int("status", refused.status), slog.String("kind", refused.kind), slog.String("token_hash", tokenHash(token)),
	}
	if hook.Campaign != "" {
		attributes = append(attributes, slog.String("workspace", hook.Workspace), slog.String("campaign", hook.Campaign))
	}
	if refused.incident != "" {
		attributes = append(attributes, slog.String("incident", refused.incident))
	}
	if refused.cause != nil {
		attributes = append(attributes, slog.Any("error", refused.cause))
	}
	in.logger.LogAttrs(ctx, level, "a webhook was refused", attributes...)
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:6])
}
