package store

import (
	"strings"
	"testing"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

func init() {
	suite["opt-out ended before its new owner"] = testOptOutEndedBefore
	suite["opt-in at a number between"] = testOptInBetween
	suite["opt-out before the number was known"] = testOptOutBeforeNumber
	suite["odd addresses"] = testOddAddresses
	suite["provider opt-outs in people's logs"] = testProviderOptOutLog
	suite["erased stranger"] = testErasedStranger
	suite["erased evidence of staff"] = testErasedStaffEvidence
	suite["evidence goes with its entry"] = testEvidenceRetention
}

const otherNumber = "+15550100999"

// personState is a person's consent towards the test's sender.
func personState(t *testing.T, s *Store, id string) consent.State {
	t.Helper()
	person, err := s.GetPerson(t.Context(), workspace.Key, id)
	if err != nil {
		t.Fatal(err)
	}
	known, err := s.GetPersonConsent(t.Context(), workspace.Key, person)
	if err != nil {
		t.Fatal(err)
	}
	return known.State(message.SMS, testTarget)
}

// testOptOutEndedBefore: somebody says STOP and then START at a number, and Ann
// gets the number later. She is neither out nor in.
func testOptOutEndedBefore(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", annNumber, 0)
	mustRecord(t, s, said{"m1", consent.Out, 60, false}.record(otherNumber))
	mustRecord(t, s, said{"m2", consent.In, 120, false}.record(otherNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", otherNumber, 3600)
	if state := personState(t, s, "ann"); state.OptedOut || state.OptedIn {
		t.Errorf("by a former owner's STOP and START Ann is %+v", state)
	}
	// The former owner's START is no fresh opt-in of Ann's own.
	mustRecord(t, s, said{"m3", consent.Out, 30, false}.record(annNumber))
	if state := personState(t, s, "ann"); !state.OptedOut {
		t.Error("a former owner's START lifted the opt-out that followed Ann")
	}
}

// testOptInBetween: Ann opts out at one number, in at the next, and gets a third.
func testOptInBetween(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", annNumber, 0)
	mustRecord(t, s, said{"m1", consent.Out, 60, false}.record(annNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", otherNumber, 3600)
	mustRecord(t, s, said{"m2", consent.In, 3660, false}.record(otherNumber))
	now = noon.Add(2 * time.Hour)
	putWith(t, s, "ann", "+15550100777", 7200)
	if state := personState(t, s, "ann"); state.OptedOut || state.OptedIn {
		t.Errorf("after a fresh opt-in at the number before, Ann is %+v at the third", state)
	}
}

// testOptOutBeforeNumber: a WhatsApp user says STOP, gets another id, and only
// then writes with a number.
func testOptOutBeforeNumber(t *testing.T, s *Store) {
	stop := said{"m1", consent.Out, 0, false}.record("bsuid:US.1")
	stop.Input.Message.Channel, stop.Input.Sender.E164 = message.WhatsApp, ""
	mustRecord(t, s, stop)
	renamed := message.Update{Key: "k1", Channel: message.WhatsApp, ArrivedAt: noon.Add(time.Hour), Identity: &message.IdentityChange{
		Previous: message.Alias{Kind: message.AliasBSUID, Value: "US.1"}, Current: message.Alias{Kind: message.AliasBSUID, Value: "US.2"},
	}}
	if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{renamed}, scopeOfTest, noon); err != nil {
		t.Fatal(err)
	}
	both := said{"m2", "", 7200, false}.record(annNumber)
	both.Input.Message.Channel = message.WhatsApp
	both.Input.Message.Aliases = []message.Alias{{Kind: message.AliasBSUID, Value: "US.2"}}
	mustRecord(t, s, both)
	state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, annNumber, testTarget)
	if err != nil || !state.OptedOut {
		t.Errorf("the STOP that came before the number gave %+v, %v", state, err)
	}
}

// testOddAddresses: what no database can keep must not fail for good.
func testOddAddresses(t *testing.T, s *Store) {
	odd := "a\x00b\xff"
	if _, err := s.ResolvePeople(t.Context(), inbound.ResolvePeopleInput{
		Workspace: workspace.Key, Channel: message.WhatsApp, Address: "id:" + odd, Aliases: []message.Alias{{Kind: message.AliasBSUID, Value: odd}},
	}); err != nil {
		t.Errorf("resolving: %v", err)
	}
	record := said{"m1", consent.Out, 0, false}.record("id:" + odd)
	record.Input.Sender.E164 = ""
	if _, err := s.RecordMessage(t.Context(), workspace, record); err != nil {
		t.Errorf("recording: %v", err)
	}
	updates := []message.Update{
		{Key: "k1", Channel: message.WhatsApp, ArrivedAt: noon, Other: odd},
		{Key: "k2", Channel: message.WhatsApp, ArrivedAt: noon, Preference: &message.Preference{
			From: odd, Aliases: []message.Alias{{Kind: message.AliasBSUID, Value: odd}}, Category: message.CategoryMarketing, Verdict: message.VerdictOptOut, At: noon,
		}},
	}
	for _, update := range updates {
		if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{update}, scopeOfTest, noon); err != nil {
			t.Errorf("update %s: %v", update.Key, err)
		}
	}
	if _, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, "id:"+odd, testTarget); err != nil {
		t.Errorf("asking: %v", err)
	}
}

// testProviderOptOutLog: what a provider reports stands in the log of the people
// with the number, as a change only when it is one.
func testProviderOptOutLog(t *testing.T, s *Store) {
	putWith(t, s, "ann", annNumber, 0)
	for _, key := range []string{"k1", "k2"} {
		blocked := message.Update{Key: key, Channel: message.SMS, Sender: message.SenderRef{Workspace: workspace.Key, Address: testSender}, ArrivedAt: noon,
			Status: &message.DeliveryStatus{ProviderID: "SM" + key, Status: "undelivered", To: annNumber, ErrorCode: "21610",
				OptOut: &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"}}}
		if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{blocked}, scopeOfTest, noon); err != nil {
			t.Fatal(err)
		}
	}
	log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Person: "ann", Type: LogConsentChanged})
	if err != nil || len(log.Activity) != 1 {
		t.Errorf("Ann's log has %d changes, want 1: %+v, %v", len(log.Activity), log.Activity, err)
	}
	anonymous := true
	log, err = s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Anonymous: &anonymous})
	if err != nil || len(log.Activity) != 0 {
		t.Errorf("anonymous entries about Ann: %+v, %v", log.Activity, err)
	}
}

// testErasedStranger: Ann's STOP came before she was known. Erasing her erases its words.
func testErasedStranger(t *testing.T, s *Store) {
	record := said{"m1", consent.Out, 0, false}.record(annNumber)
	record.Input.Message.ArrivedAt, record.Input.Message.Body = time.Now().Add(-time.Hour), "secret words"
	mustRecord(t, s, record)
	putWith(t, s, "ann", annNumber, 0)
	pending, err := s.ListPendingAttachments(t.Context(), 1)
	if err != nil || len(pending) != 1 {
		t.Fatalf("pending %+v, %v", pending, err)
	}
	if _, err := s.AttachMessages(t.Context(), pending[0], time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := s.DeletePerson(t.Context(), workspace.Key, "ann"); err != nil {
		t.Fatal(err)
	}
	ledger, err := s.ListLedger(t.Context(), workspace.Key, annNumber, 0, "")
	if err != nil || len(ledger.Entries) != 1 {
		t.Fatalf("ledger %+v, %v", ledger, err)
	}
	if strings.Contains(ledger.Entries[0].Evidence, "secret words") {
		t.Errorf("erasing Ann left %s", ledger.Entries[0].Evidence)
	}
}

// testErasedStaffEvidence: what staff wrote about Ann goes with her, also under a
// number that she had before; what they wrote about Ben stays.
func testErasedStaffEvidence(t *testing.T, s *Store) {
	putWith(t, s, "ann", annNumber, 0)
	putWith(t, s, "ben", otherNumber, 0)
	for id, address := range map[string]string{"ann": annNumber, "ben": otherNumber} {
		if err := s.RecordConsents(t.Context(), workspace.Key, []RecordConsent{{
			Channel: message.SMS, Address: address, Scope: testScopes[0], Category: message.CategoryAll, Action: consent.Out, EffectiveAt: noon,
			Evidence: "said so by telephone", Actor: "test", Person: id, Sender: testSender, ID: "api-" + id, Now: noon,
		}}); err != nil {
			t.Fatal(err)
		}
	}
	putWith(t, s, "ann", "+15550100777", 3600)
	if err := s.DeletePerson(t.Context(), workspace.Key, "ann"); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{annNumber: false, otherNumber: true} {
		ledger, err := s.ListLedger(t.Context(), workspace.Key, address, 0, "")
		if err != nil || len(ledger.Entries) != 1 {
			t.Fatalf("ledger %+v, %v", ledger, err)
		}
		if has := strings.Contains(ledger.Entries[0].Evidence, "telephone"); has != want {
			t.Errorf("%s has evidence: %v, want %v", address, has, want)
		}
	}
}

// testEvidenceRetention: words don't outlive the entry that they stand behind.
func testEvidenceRetention(t *testing.T, s *Store) {
	mustRecord(t, s, said{"m1", consent.Out, 0, false}.record(annNumber))
	mustRecord(t, s, said{"m2", consent.Out, 60, false}.record(annNumber))
	if _, err := s.DeleteOlder(t.Context(), Retention{Ledger: noon.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	var left []string
	if err := s.read().list(t.Context(), &left, "SELECT source_id FROM consent_evidence"); err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || left[0] != "m2" {
		t.Errorf("evidence is left of %v, want only m2, which decides", left)
	}
}
