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

// answering is the activities with one sender, whose provider is a server of the test.
func answering(t *testing.T, twilio *providertest.Twilio) (*activities.Activities, *store.Store, provider.Sender) {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sender := provider.Sender{Workspace: workspace.Key, Region: "US", Sender: config.Sender{
		Name: "Test", Channel: "sms", Provider: "twilio", Account: providertest.TwilioAccount, Address: "+15550100100",
		AuthTokens: []config.Secret{providertest.TwilioToken}, KeywordReplies: "replyflow", APIBase: twilio.URL,
	}}
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
