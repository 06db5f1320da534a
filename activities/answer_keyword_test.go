package activities_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"replyflow/activities"
	"replyflow/internal/config"
	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/internal/provider/providertest"
	"replyflow/internal/store"
)

const writer = "+15550100123"

// answering is the activities with one Twilio sender, whose API is a server of the test.
func answering(t *testing.T, twilio *providertest.Twilio) (*activities.Activities, *store.Store, provider.Sender) {
	return answeringFor(t, config.Sender{
		Name: "Test", Channel: "sms", Provider: "twilio", Account: providertest.TwilioAccount, Address: "+15550100100",
		AuthTokens: []config.Secret{providertest.TwilioToken}, KeywordReplies: "replyflow", APIBase: twilio.URL,
	})
}

func answeringFor(t *testing.T, configured config.Sender) (*activities.Activities, *store.Store, provider.Sender) {
	t.Helper()
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sender := provider.Sender{Workspace: workspace.Key, Region: "US", Sender: configured}
	sender.FillDefaults()
	senders, err := activities.NewSenders([]provider.Sender{sender}, func(string) string { return "US" })
	if err != nil {
		t.Fatal(err)
	}
	return activities.New(activities.Options{
		Store: db, Workspaces: func(string) (message.Workspace, bool) { return workspace, true }, Senders: senders, Now: func() time.Time { return arrived },
	}), db, sender
}

func keyword(sender provider.Sender, id string, kind message.Verdict, age time.Duration) inbound.AnswerKeywordInput {
	return inbound.AnswerKeywordInput{
		Message: message.Inbound{
			ID: id, Channel: message.SMS, Provider: "twilio", Sender: sender.Ref(), From: writer, To: sender.Address, ArrivedAt: arrived.Add(-age),
		},
		Address: writer, Kind: kind,
	}
}

// HELP is answered three times a day, and never to somebody who has opted out.
func TestHelpIsAnsweredWithinLimits(t *testing.T) {
	t.Parallel()
	twilio := providertest.NewTwilio(t)
	a, db, sender := answering(t, twilio)
	for i, want := range []string{"sent", "sent", "sent", "rate_limited"} {
		result, err := a.AnswerKeyword(t.Context(), keyword(sender, fmt.Sprintf("h%d", i), message.VerdictHelp, 0))
		if err != nil || result.Reason != want {
			t.Errorf("HELP number %d: %+v, %v; want %s", i+1, result, err, want)
		}
	}
	optOut(t, db, sender)
	result, err := a.AnswerKeyword(t.Context(), keyword(sender, "h9", message.VerdictHelp, 0))
	if err != nil || result.Reason != "opted_out" {
		t.Errorf("HELP of somebody who has opted out: %+v, %v", result, err)
	}
	if sent := len(twilio.Messages()); sent != 3 {
		t.Errorf("%d answers were sent", sent)
	}
	log, err := db.ListActivity(t.Context(), workspace.Key, store.ActivityQuery{Type: store.LogKeywordUnanswered})
	if err != nil || len(log.Activity) != 2 {
		t.Errorf("logged %+v, %v", log.Activity, err)
	}
}

// A confirmation counts as one within five minutes only, needs an opt-out that is
// in force, and is sent once however often the activity runs.
func TestConfirmationIsSentOnceAndInTime(t *testing.T) {
	t.Parallel()
	twilio := providertest.NewTwilio(t)
	a, db, sender := answering(t, twilio)
	cases := []struct {
		id   string
		age  time.Duration
		want string
	}{{"lifted", 0, "overtaken"}, {"old", 6 * time.Minute, "too_old"}, {"now", time.Minute, "sent"}, {"now", time.Minute, "already"}}
	for i, c := range cases {
		if i == 1 {
			optOut(t, db, sender)
		}
		result, err := a.AnswerKeyword(t.Context(), keyword(sender, c.id, message.VerdictOptOut, c.age))
		if err != nil || result.Reason != c.want {
			t.Errorf("%s: %+v, %v; want %s", c.id, result, err, c.want)
		}
	}
	if sent := len(twilio.Messages()); sent != 1 {
		t.Errorf("%d confirmations were sent", sent)
	}
}

// An answer that the provider put off isn't one that was given.
func TestHelpThatWasPutOffDoesNotCount(t *testing.T) {
	t.Parallel()
	twilio := providertest.NewTwilio(t)
	a, _, sender := answering(t, twilio)
	for i := range 3 {
		twilio.Fail(providertest.TooMany("1"))
		in := keyword(sender, fmt.Sprintf("h%d", i), message.VerdictHelp, 0)
		if result, err := a.AnswerKeyword(t.Context(), in); err == nil {
			t.Errorf("a provider that asks to slow down gave %+v", result)
		}
		if result, err := a.AnswerKeyword(t.Context(), in); err != nil || result.Reason != "sent" {
			t.Errorf("HELP number %d, again: %+v, %v", i+1, result, err)
		}
	}
	if lookups := len(twilio.Lookups()); lookups != 0 {
		t.Errorf("%d attempts were looked up that surely failed", lookups)
	}
}

// What became of an attempt whose answer was lost is found out also when it is too
// late to send: the log must not say that nothing was sent.
func TestLostAnswerIsLookedUpThoughItIsLate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault providertest.Fault
		want  string
		sent  int
	}{{providertest.ClosedAfterTaking(), "sent", 1}, {providertest.ClosedBeforeTaking(), "refused", 0}}
	for _, c := range cases {
		twilio := providertest.NewTwilio(t)
		a, db, sender := answering(t, twilio)
		optOut(t, db, sender)
		twilio.Fail(c.fault)
		if result, err := a.AnswerKeyword(t.Context(), keyword(sender, "m1", message.VerdictOptOut, time.Minute)); err == nil {
			t.Errorf("a lost answer gave %+v", result)
		}
		late := keyword(sender, "m1", message.VerdictOptOut, 6*time.Minute)
		if result, err := a.AnswerKeyword(t.Context(), late); err != nil || result.Reason != c.want {
			t.Errorf("%s: %+v, %v", c.want, result, err)
		}
		if result, err := a.AnswerKeyword(t.Context(), late); err != nil || result.Reason != "already" {
			t.Errorf("%s, again: %+v, %v", c.want, result, err)
		}
		if sent := len(twilio.Messages()); sent != c.sent {
			t.Errorf("%s: %d confirmations were sent", c.want, sent)
		}
	}
}

// Meta can't be asked: after an attempt that may have been taken nothing is sent
// again, and nothing is called refused.
func TestMetaIsNeverGivenAnAnswerTwice(t *testing.T) {
	t.Parallel()
	meta := providertest.NewMeta(t)
	a, db, sender := answeringFor(t, config.Sender{
		Name: "Test", Channel: "whatsapp", Provider: "meta", PhoneNumberID: providertest.MetaPhoneNumberID, Address: "+15550100100",
		AppSecrets: []config.Secret{"secret"}, VerifyToken: "verify", AccessToken: providertest.MetaToken, KeywordReplies: "replyflow", APIBase: meta.URL,
	})
	for id, began := range map[string]time.Time{"fresh": time.Now(), "settled": time.Now().Add(-2 * time.Minute)} {
		in := keyword(sender, id, message.VerdictHelp, 0)
		in.Message.Channel = message.WhatsApp
		if _, err := db.BeginSend(t.Context(), workspace.Key, store.Outbound{ID: "answer-" + id, Channel: message.WhatsApp, Purpose: "answer_help", Now: began}); err != nil {
			t.Fatal(err)
		}
		result, err := a.AnswerKeyword(t.Context(), in)
		if id == "fresh" && err == nil || id == "settled" && (err != nil || result.Reason != "unknown" || result.Sent) {
			t.Errorf("%s: %+v, %v", id, result, err)
		}
	}
	if sent := len(meta.Messages()); sent != 0 {
		t.Errorf("%d answers were sent a second time", sent)
	}
	log, err := db.ListActivity(t.Context(), workspace.Key, store.ActivityQuery{Type: store.LogKeywordUnanswered})
	if err != nil || len(log.Activity) != 1 {
		t.Errorf("logged %+v, %v", log.Activity, err)
	}
}

func optOut(t *testing.T, db *store.Store, sender provider.Sender) {
	t.Helper()
	err := db.RecordConsents(t.Context(), workspace.Key, []store.RecordConsent{{
		Channel: message.SMS, Address: writer, Scope: sender.Scope(""), Category: message.CategoryAll, Action: consent.Out,
		EffectiveAt: arrived, ID: "staff", Now: arrived, Actor: "test",
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// Every attempt that Twilio may have taken gets its minute to show up: three lost
// answers are not three messages.
func TestTwilioIsAskedAfterEachAttempt(t *testing.T) {
	t.Parallel()
	twilio := providertest.NewTwilio(t)
	twilio.Fail(providertest.ClosedBeforeTaking(), providertest.ClosedBeforeTaking(), providertest.ClosedBeforeTaking())
	a, db, sender := answering(t, twilio)
	if _, err := db.BeginSend(t.Context(), workspace.Key, store.Outbound{ID: "answer-h", Channel: message.SMS, Purpose: "answer_help", Now: time.Now().Add(-2 * time.Minute)}); err != nil {
		t.Fatal(err)
	}
	sends := []int{}
	for range 2 {
		if result, err := a.AnswerKeyword(t.Context(), keyword(sender, "h", message.VerdictHelp, 0)); err == nil {
			t.Errorf("got %+v", result)
		}
		sends = append(sends, twilio.Sends())
	}
	if sends[0] != 0 || sends[1] != 1 {
		t.Errorf("after each attempt there were %v sends: the look-up and the next attempt are two", sends)
	}
}
