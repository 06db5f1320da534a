package store

import (
	"testing"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

func init() {
	suite["a wish that waits"] = testHeldWish
	suite["what decides a wish that waits"] = testWhatDecidesAWish
	suite["a wish that waits, of a mover"] = testHeldWishOfAMover
	suite["a wish that waits, and its person"] = testHeldWishAndStart
}

// perhaps is a wish in other words that waits for a decision.
func perhaps(id string, at int) RecordMessage {
	record := said{id, "", at, false}.record(annNumber)
	record.Input.Decision.Review = true
	record.Input.Decision.Effects = []consent.Effect{{Lane: consent.LaneReview, Category: message.CategoryAll, Action: consent.Out}}
	return record
}

func decide(t *testing.T, s *Store, id string, action consent.Action, at int) {
	t.Helper()
	now := noon.Add(time.Duration(at) * time.Second)
	if err := s.RecordConsents(t.Context(), workspace.Key, []RecordConsent{{
		Channel: message.SMS, Address: annNumber, Scope: testScopes[0], Category: message.CategoryAll, Action: action,
		EffectiveAt: now, Reason: "asked her", Actor: "test", Sender: testSender, ID: id, Now: now,
	}}); err != nil {
		t.Fatal(err)
	}
}

func wantConsent(t *testing.T, s *Store, when string, want consent.State) {
	t.Helper()
	state, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, annNumber, testTarget)
	if err != nil || !state.Same(want) || state.Lane != want.Lane {
		t.Errorf("%s she is %+v, %v", when, state, err)
	}
}

// testHeldWish: what may be an opt-out keeps messages back and is none before
// somebody has decided; deciding opts nobody in.
func testHeldWish(t *testing.T, s *Store) {
	held := mustRecord(t, s, perhaps("m1", 0))
	if held.OptedOut() || held.OptedIn() || !held.Held() || !held.Changed {
		t.Errorf("a wish that waits is %+v", held)
	}
	wantConsent(t, s, "waiting,", consent.State{OptedOut: true, Lane: consent.LaneReview})
	decide(t, s, "d1", consent.In, 10)
	wantConsent(t, s, "after a no", consent.State{})
	mustRecord(t, s, perhaps("m2", 20))
	decide(t, s, "d2", consent.Out, 30)
	wantConsent(t, s, "after a yes", consent.State{OptedOut: true, Lane: consent.LaneStaff})
	mustRecord(t, s, perhaps("m3", 40))
	decide(t, s, "d3", consent.In, 50)
	wantConsent(t, s, "out by staff, after a no to another wish,", consent.State{OptedOut: true, Lane: consent.LaneStaff})
	if stop := mustRecord(t, s, said{"m4", consent.Out, 60, false}.record("+15550100777")); !stop.OptedOut() {
		t.Errorf("a STOP is %+v", stop)
	}
}

// testWhatDecidesAWish: one request decides it for all senders of a scope, and opts
// nobody in; what is said of an earlier time decides nothing.
func testWhatDecidesAWish(t *testing.T, s *Store) {
	record := func(id string, action consent.Action, effective int) RecordConsent {
		return RecordConsent{
			Channel: message.SMS, Address: annNumber, Scope: testScopes[0], Category: message.CategoryAll, Action: action, Reason: "asked her",
			EffectiveAt: noon.Add(time.Duration(effective) * time.Second), Actor: "test", Sender: testSender, ID: id, Now: noon.Add(time.Minute),
		}
	}
	mustRecord(t, s, perhaps("m1", 20))
	for _, early := range []RecordConsent{record("d1", consent.In, 10), record("d2", consent.Out, 5)} {
		if err := s.RecordConsents(t.Context(), workspace.Key, []RecordConsent{early}); err != nil {
			t.Fatal(err)
		}
		wantConsent(t, s, "after something about an earlier time", consent.State{OptedOut: true, Lane: consent.LaneReview})
	}
	if err := s.RecordConsents(t.Context(), workspace.Key, []RecordConsent{record("d3", consent.In, 30), record("d4", consent.In, 30)}); err != nil {
		t.Fatal(err)
	}
	ledger, err := s.ListLedger(t.Context(), workspace.Key, annNumber, 0, "")
	if err != nil || len(ledger.Entries) != 5 || ledger.Entries[0].Lane != consent.LaneReview || ledger.Entries[1].Lane != consent.LaneReview {
		t.Errorf("two senders of a scope: %+v, %v", ledger.Entries, err)
	}
}

// testHeldWishOfAMover: a wish that waits comes along to a new number, and is decided
// there.
func testHeldWishOfAMover(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", annNumber, 0)
	mustRecord(t, s, perhaps("m1", 60))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", otherNumber, 3600)
	if state := personState(t, s, "ann"); !state.Held() {
		t.Fatalf("with a new number Ann is %+v", state)
	}
	if err := s.RecordConsents(t.Context(), workspace.Key, []RecordConsent{{
		Channel: message.SMS, Address: otherNumber, Scope: testScopes[0], Category: message.CategoryAll, Action: consent.In, Person: "ann",
		EffectiveAt: now.Add(time.Minute), Reason: "asked her", Actor: "test", Sender: testSender, ID: "d1", Now: now.Add(time.Minute),
	}}); err != nil {
		t.Fatal(err)
	}
	if state := personState(t, s, "ann"); state.OptedOut || state.OptedIn {
		t.Errorf("after a no Ann is %+v", state)
	}
}

// testHeldWishAndStart: a STOP while a wish waits is an opt-out of its own, and a
// START ends both.
func testHeldWishAndStart(t *testing.T, s *Store) {
	mustRecord(t, s, perhaps("m1", 0))
	if stop := mustRecord(t, s, said{"m2", consent.Out, 10, false}.record(annNumber)); !stop.OptedOut() {
		t.Errorf("a STOP while a wish waits is %+v", stop)
	}
	wantConsent(t, s, "after STOP", consent.State{OptedOut: true, Lane: consent.LaneKeyword})
	start := said{"m3", consent.In, 20, false}.record(annNumber)
	start.Input.Decision.Effects = append(start.Input.Decision.Effects, consent.Effect{Lane: consent.LaneReview, Category: message.CategoryAll, Action: consent.Lift})
	if result := mustRecord(t, s, start); !result.OptedIn() {
		t.Errorf("a START is %+v", result)
	}
	wantConsent(t, s, "after START", consent.State{OptedIn: true, Lane: consent.LaneKeyword})
	if log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Type: LogConsentHeld}); err != nil || len(log.Activity) != 1 {
		t.Errorf("the log says of wishes that wait %+v, %v", log.Activity, err)
	}
}
