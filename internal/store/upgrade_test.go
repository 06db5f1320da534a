package store

import (
	"testing"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

func init() {
	suite["consent over an upgrade"] = testConsentOverAnUpgrade
	suite["block after an erasure"] = testBlockAfterErasure
	suite["an answer is logged once"] = testAnswerIsLoggedOnce
}

// testConsentOverAnUpgrade: somebody moved to a number, where another one had said
// START, before the database knew when people got their numbers.
func testConsentOverAnUpgrade(t *testing.T, s *Store) {
	migrations, err := s.migrator()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.DownTo(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	at := func(hours int) any { return s.dialect.time(noon.Add(time.Duration(hours) * time.Hour)) }
	run := func(statement string, args ...any) {
		t.Helper()
		if _, err := s.writer.ExecContext(t.Context(), s.writer.Rebind(statement), args...); err != nil {
			t.Fatal(err)
		}
	}
	say := func(address, id string, action consent.Action, hours int) {
		t.Helper()
		entry := ledgerEntry{
			workspace: workspace.Key, channel: message.SMS, address: address, source: sourceMessage, sourceID: id, actor: "person", recordedAt: noon,
			event: consent.Event{Scope: testScopes[0], Lane: consent.LaneKeyword, Category: message.CategoryAll, Action: action, At: noon.Add(time.Duration(hours) * time.Hour), ID: id},
		}
		if err := s.write(t.Context(), func(tx session) error { _, err := tx.addToLedger(t.Context(), entry); return err }); err != nil {
			t.Fatal(err)
		}
	}
	const add = "INSERT INTO people (workspace, id, phone, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"
	run(add, workspace.Key, "ann", annNumber, at(0), at(0))
	run(add, workspace.Key, "bob", "+15550100555", at(0), at(0))
	say(annNumber, "m1", consent.Out, 1)
	say(otherNumber, "m2", consent.In, 2)
	run("UPDATE people SET phone = ?, updated_at = ?", otherNumber, at(3))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ann, bob := personState(t, s, "ann"), personState(t, s, "bob"); !ann.OptedOut || bob.OptedIn {
		t.Errorf("after the upgrade Ann is %+v, Bob %+v", ann, bob)
	}
}

func answerTo(t *testing.T, s *Store, id, number string, person int64) {
	t.Helper()
	if _, err := s.BeginSend(t.Context(), workspace.Key, Outbound{
		ID: id, Channel: message.SMS, Provider: "twilio", Sender: message.SenderRef{Name: "Test", Address: testSender},
		Address: number, To: number, Purpose: answerPurpose + "help", Person: person, Now: noon,
	}); err != nil {
		t.Fatal(err)
	}
}

func answerStatus(t *testing.T, s *Store, id, number, status string, optOut *message.ProviderOptOut) {
	t.Helper()
	if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{{
		Key: id + status, Channel: message.SMS, Sender: message.SenderRef{Workspace: workspace.Key, Name: "Test", Address: testSender}, ArrivedAt: noon,
		Status: &message.DeliveryStatus{ProviderID: "of-" + id, SendID: id, Status: status, To: number, OptOut: optOut},
	}}, scopeOfTest, noon); err != nil {
		t.Fatal(err)
	}
}

// testBlockAfterErasure: the provider refuses a message to somebody who has been
// erased since; their number stays blocked.
func testBlockAfterErasure(t *testing.T, s *Store) {
	blocked := &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"}
	reports := map[string]func(){
		annNumber: func() { answerStatus(t, s, annNumber, annNumber, "undelivered", blocked) },
		otherNumber: func() {
			if err := s.EndSend(t.Context(), workspace.Key, otherNumber, SendResult{Status: sendFailed, Address: otherNumber, OptOut: blocked, Scope: testScopes[0], At: noon}); err != nil {
				t.Fatal(err)
			}
		},
	}
	for number, report := range reports {
		person := put(t, s, "ann", `{"phone":"`+number+`"}`)
		answerTo(t, s, number, number, person.InternalID)
		if err := s.DeletePerson(t.Context(), workspace.Key, "ann"); err != nil {
			t.Fatal(err)
		}
		report()
		state, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, number, testTarget)
		if err != nil || !state.OptedOut {
			t.Errorf("%s: %+v, %v", number, state, err)
		}
	}
}

// testAnswerIsLoggedOnce: Twilio's own "sending" isn't our beginning to send.
func testAnswerIsLoggedOnce(t *testing.T, s *Store) {
	answerTo(t, s, "a1", annNumber, 0)
	if err := s.EndSend(t.Context(), workspace.Key, "a1", SendResult{ProviderID: "of-a1", Status: "queued", At: noon}); err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{"sending", "sent", "delivered"} {
		answerStatus(t, s, "a1", annNumber, status, nil)
	}
	if log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Type: LogKeywordAnswered}); err != nil || len(log.Activity) != 1 {
		t.Errorf("the log says %+v, %v", log.Activity, err)
	}
}
