package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

func init() {
	suite["message recorded once"] = testMessageRecordedOnce
	suite["messages in any order"] = testMessagesInAnyOrder
	suite["messages at once"] = testMessagesAtOnce
	suite["resolve people"] = testResolvePeople
	suite["reply attribution"] = testReplyAttribution
	suite["opt-outs follow people"] = testOptOutsFollowPeople
	suite["anonymous messages attached"] = testAnonymousAttached
	suite["provider updates"] = testProviderUpdates
	suite["erased people"] = testErasedPeople
}

const (
	testSender = "+15550100100"
	annNumber  = "+15550100123"
)

var testScopes = []consent.Scope{consent.SenderScope(testSender), consent.WorkspaceScope}

var testTarget = consent.Target{Scopes: testScopes, Category: message.CategoryAll}

// said is a message of a test: an action at a number of seconds after noon.
type said struct {
	id     string
	action consent.Action
	at     int
	wide   bool
}

func (s said) record(address string) RecordMessage {
	at := noon.Add(time.Duration(s.at) * time.Second)
	decision := inbound.DecideConsentResult{Scope: consent.SenderScope(testSender)}
	decision.Rule, decision.Why = "test", "as told"
	switch s.action {
	case consent.Out:
		decision.Verdict = message.VerdictOptOut
	case consent.In:
		decision.Verdict = message.VerdictOptIn
	}
	if s.action != "" {
		decision.Effects = []consent.Effect{{Lane: consent.LaneKeyword, Category: message.CategoryAll, Action: s.action, Wide: s.wide}}
	}
	return RecordMessage{
		Input: inbound.RecordMessageInput{
			Message: message.Inbound{
				ID: s.id, Channel: message.SMS, Provider: "twilio", ProviderID: s.id, Kind: message.KindText, From: address, To: testSender,
				Sender: message.SenderRef{Workspace: workspace.Key, Name: "Test", Address: testSender}, Body: string(s.action), ArrivedAt: at,
			},
			Execution: "execution-" + s.id, Sender: inbound.NormalizeSenderResult{E164: address, Address: address},
			People: inbound.ResolvePeopleResult{Address: address}, Decision: decision,
		},
		Scopes: testScopes, Window: 72 * time.Hour, Now: at,
	}
}

func mustRecord(t *testing.T, s *Store, record RecordMessage) inbound.RecordMessageResult {
	t.Helper()
	result, err := s.RecordMessage(t.Context(), workspace, record)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func testMessageRecordedOnce(t *testing.T, s *Store) {
	record := said{"m1", consent.Out, 0, false}.record(annNumber)
	first := mustRecord(t, s, record)
	if !first.OptedOut() || first.Duplicate {
		t.Fatalf("first %+v", first)
	}
	// The worker died and repeats its activity.
	if again := mustRecord(t, s, record); !cmp.Equal(again, first) {
		t.Error(cmp.Diff(first, again))
	}
	// The execution failed, and another one goes on where it ended.
	record.Input.Execution = "in its place"
	if resumed := mustRecord(t, s, record); !cmp.Equal(resumed, first) {
		t.Error(cmp.Diff(first, resumed))
	}
	// Another execution, long after.
	record.Input.Execution, record.Now = "another", noon.Add(25*time.Hour)
	record.Input.Message.ArrivedAt = noon.Add(-time.Minute)
	if other := mustRecord(t, s, record); !other.Duplicate || other.Changed {
		t.Errorf("another execution got %+v", other)
	}
	page, err := s.ListMessages(t.Context(), workspace.Key, MessageQuery{})
	if err != nil || len(page.Messages) != 1 {
		t.Fatalf("%d messages, %v", len(page.Messages), err)
	}
	if got := page.Messages[0]; !got.ArrivedAt.Equal(noon.Add(-time.Minute)) || got.Person != "" {
		t.Errorf("kept %+v", got)
	}
	log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Activity) != 2 || log.Activity[0].Type != LogConsentChanged || log.Activity[1].Type != LogMessageReceived {
		t.Errorf("logged %+v", log.Activity)
	}
	ledger, err := s.ListLedger(t.Context(), workspace.Key, annNumber, 0, "")
	if err != nil || len(ledger.Entries) != 1 || !strings.Contains(ledger.Entries[0].Evidence, `"body":"out"`) {
		t.Errorf("ledger %+v, %v", ledger, err)
	}
}

// testMessagesInAnyOrder records random words in random orders, some twice: the
// state is that of the order in which they took effect.
func testMessagesInAnyOrder(t *testing.T, s *Store) {
	random := rand.New(rand.NewPCG(1, 2))
	actions := []consent.Action{consent.Out, consent.In, consent.Lift}
	for round := range 25 {
		address := fmt.Sprintf("+1555020%04d", round)
		var words []said
		rows := []consent.Row{}
		for i := range 1 + random.IntN(6) {
			word := said{fmt.Sprintf("r%d-%d", round, i), actions[random.IntN(3)], random.IntN(5), random.IntN(4) == 0}
			words = append(words, word)
			row := consent.Row{Scope: testScopes[0], Lane: consent.LaneKeyword, Category: message.CategoryAll}
			if word.wide {
				row.Scope = consent.WorkspaceScope
			}
			row.Marks.Add(consent.Event{Action: word.action, At: noon.Add(time.Duration(word.at) * time.Second), ID: word.id})
			rows = append(rows, row)
		}
		want := consent.Status(rows, testTarget)
		for i := range words {
			if random.IntN(3) == 0 {
				words = append(words, words[i])
			}
		}
		random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		for _, word := range words {
			mustRecord(t, s, word.record(address))
		}
		got, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, address, testTarget)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v gave another state:\n%s", words, diff)
		}
	}
}

// testMessagesAtOnce records STOPs and STARTs of one number from many goroutines:
// one of them, and only one, sees itself change the state to what it ends as.
func testMessagesAtOnce(t *testing.T, s *Store) {
	const each = 8
	results := make(chan inbound.RecordMessageResult, each)
	errs := make(chan error, each)
	for i := range each {
		go func() {
			result, err := s.RecordMessage(t.Context(), workspace, said{fmt.Sprintf("c%d", i), consent.Out, i, false}.record(annNumber))
			results <- result
			errs <- err
		}()
	}
	changed := 0
	for range each {
		if err := <-errs; err != nil {
			t.Error(err)
		}
		if result := <-results; result.OptedOut() {
			changed++
		}
	}
	if changed != 1 {
		t.Errorf("%d of %d STOPs opted the number out", changed, each)
	}
}

func putWith(t *testing.T, s *Store, id, number string, created int) {
	t.Helper()
	at := noon.Add(time.Duration(created) * time.Second)
	_, _, err := s.PutPerson(t.Context(), workspace, PutPerson{
		ID: id, Attributes: attrs(t, `{"phone":"`+number+`"}`), CreatedAt: &at, Stamp: stampAt(created),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testResolvePeople(t *testing.T, s *Store) {
	putWith(t, s, "young", annNumber, 10)
	putWith(t, s, "old", annNumber, 5)
	putWith(t, s, "brazilian", "+554784178525", 1)
	resolve := func(in inbound.ResolvePeopleInput) inbound.ResolvePeopleResult {
		t.Helper()
		in.Workspace, in.Channel = workspace.Key, message.WhatsApp
		result, err := s.ResolvePeople(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	ids := func(people []inbound.Person) (found []string) {
		for _, person := range people {
			found = append(found, person.ID)
		}
		return found
	}
	got := resolve(inbound.ResolvePeopleInput{Address: annNumber, Candidates: []string{annNumber}})
	if !slices.Equal(ids(got.People), []string{"old", "young"}) || got.Match != inbound.MatchPhone || got.Count != 2 {
		t.Errorf("by number %+v", got)
	}
	got = resolve(inbound.ResolvePeopleInput{Address: "+5547984178525", Candidates: []string{"+5547984178525", "+554784178525"}})
	if !slices.Equal(ids(got.People), []string{"brazilian"}) || got.Match != inbound.MatchVariant {
		t.Errorf("by variant %+v", got)
	}
	putWith(t, s, "other", "+15550100777", 2)
	got = resolve(inbound.ResolvePeopleInput{Address: "x", Candidates: []string{"+15550100000", "+554784178525", "+15550100777"}})
	if got.Match != inbound.MatchNone || got.Count != 0 {
		t.Errorf("two variants gave %+v", got)
	}
	got = resolve(inbound.ResolvePeopleInput{Address: "bsuid:US.1", Aliases: []message.Alias{{Kind: message.AliasBSUID, Value: "US.1"}}})
	if got.Match != inbound.MatchNone || got.Address != "bsuid:US.1" {
		t.Errorf("an unknown id gave %+v", got)
	}
	// A message that has both teaches that they are one.
	both := said{"m1", "", 0, false}.record(annNumber)
	both.Input.Message.Channel = message.WhatsApp
	both.Input.Message.Aliases = []message.Alias{{Kind: message.AliasBSUID, Value: "US.1"}}
	mustRecord(t, s, both)
	got = resolve(inbound.ResolvePeopleInput{Address: "bsuid:US.1", Aliases: []message.Alias{{Kind: message.AliasBSUID, Value: "US.1"}}})
	if !slices.Equal(ids(got.People), []string{"old", "young"}) || got.Match != inbound.MatchAlias || got.Address != annNumber {
		t.Errorf("by alias %+v", got)
	}
}

func testReplyAttribution(t *testing.T, s *Store) {
	send := func(id, providerID string, at int) {
		t.Helper()
		_, err := s.BeginSend(t.Context(), workspace.Key, Outbound{
			ID: id, Channel: message.SMS, Provider: "twilio", Sender: message.SenderRef{Name: "Test", Address: testSender},
			Address: annNumber, To: annNumber, Body: "Hello", Campaign: "greeting", Run: "greeting.1", Now: noon.Add(time.Duration(at) * time.Second),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.EndSend(t.Context(), workspace.Key, id, SendResult{ProviderID: providerID, Status: "queued"}); err != nil {
			t.Fatal(err)
		}
	}
	send("o1", "SM1", 0)
	send("o2", "SM2", 10)
	reply := mustRecord(t, s, said{"m1", "", 20, false}.record(annNumber)).Reply
	if reply == nil || reply.Message != "o2" || reply.By != "window" || reply.Campaign != "greeting" {
		t.Errorf("within the window %+v", reply)
	}
	quoted := said{"m2", "", 30, false}.record(annNumber)
	quoted.Input.Message.ReplyTo = "SM1"
	if reply := mustRecord(t, s, quoted).Reply; reply == nil || reply.Message != "o1" || reply.By != "reference" {
		t.Errorf("by reference %+v", reply)
	}
	if reply := mustRecord(t, s, said{"m3", "", 4 * 24 * 3600, false}.record(annNumber)).Reply; reply != nil {
		t.Errorf("after the window %+v", reply)
	}
	reaction := said{"m4", "", 40, false}.record(annNumber)
	reaction.Input.Message.Kind = message.KindReaction
	if reply := mustRecord(t, s, reaction).Reply; reply != nil {
		t.Errorf("a reaction answers %+v", reply)
	}
	send("o3", "SM3", 50)
	if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{{
		Key: "k1", Channel: message.SMS, ArrivedAt: noon, Status: &message.DeliveryStatus{ProviderID: "SM3", Status: "undelivered", To: annNumber},
	}}, scopeOfTest, noon); err != nil {
		t.Fatal(err)
	}
	if reply := mustRecord(t, s, said{"m5", "", 60, false}.record(annNumber)).Reply; reply == nil || reply.Message != "o2" {
		t.Errorf("after one that never arrived %+v", reply)
	}
	send("o4", "SM4", 70)
	whole := said{"m6", "", 75, false}.record(annNumber)
	second := noon.Add(70 * time.Second)
	whole.Input.Message.SentAt = &second
	if _, err := s.writer.ExecContext(t.Context(), s.writer.Rebind("UPDATE messages SET effective_at = ? WHERE id = ?"), s.dialect.time(second.Add(300*time.Millisecond)), "o4"); err != nil {
		t.Fatal(err)
	}
	if reply := mustRecord(t, s, whole).Reply; reply == nil || reply.Message != "o4" {
		t.Errorf("within the second that the provider names %+v", reply)
	}
	claim, err := s.BeginSend(t.Context(), workspace.Key, Outbound{ID: "o1", Now: noon})
	if err != nil || !claim.Done || claim.ProviderID != "SM1" {
		t.Errorf("a repeated send got %+v, %v", claim, err)
	}
}

// testOptOutsFollowPeople: Ann opts out, then gets a new number. Ben gets her old one.
func testOptOutsFollowPeople(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", annNumber, 0)
	mustRecord(t, s, said{"m1", consent.Out, 60, false}.record(annNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", "+15550100999", 3600)
	putWith(t, s, "ben", annNumber, 3601)
	isOut := func(id string) bool {
		t.Helper()
		person, err := s.GetPerson(t.Context(), workspace.Key, id)
		if err != nil {
			t.Fatal(err)
		}
		known, err := s.GetPersonConsent(t.Context(), workspace.Key, person)
		if err != nil {
			t.Fatal(err)
		}
		return known.State(message.SMS, testTarget).OptedOut
	}
	if !isOut("ann") {
		t.Error("the opt-out did not follow Ann")
	}
	if !isOut("ben") {
		t.Error("the opt-out did not stay on the number")
	}
	mustRecord(t, s, said{"m2", consent.In, 7200, false}.record(annNumber))
	if isOut("ben") || !isOut("ann") {
		t.Errorf("after Ben's START Ben is out: %v, Ann: %v", isOut("ben"), isOut("ann"))
	}
	mustRecord(t, s, said{"m3", consent.In, 7300, false}.record("+15550100999"))
	if isOut("ann") {
		t.Error("Ann's fresh opt-in did not count")
	}
	// A STOP that Ann sent before she left, and that is processed only now.
	mustRecord(t, s, said{"m4", consent.Out, 7400, false}.record(annNumber))
	if isOut("ann") {
		t.Error("Ben's later STOP opted Ann out")
	}
}

func testAnonymousAttached(t *testing.T, s *Store) {
	recent := said{"m1", consent.In, 0, false}.record(annNumber)
	recent.Input.Message.ArrivedAt = time.Now().Add(-time.Hour)
	old := said{"m2", "", 0, false}.record(annNumber)
	old.Input.Message.ArrivedAt = time.Now().Add(-31 * 24 * time.Hour)
	mustRecord(t, s, recent)
	mustRecord(t, s, old)
	if pending, err := s.ListPendingAttachments(t.Context(), 10); err != nil || len(pending) != 0 {
		t.Fatalf("pending %+v, %v", pending, err)
	}
	putWith(t, s, "nobody", "+15550100124", 0)
	if _, _, err := s.PutPerson(t.Context(), workspace, PutPerson{ID: "ann", Stamp: stampAt(0)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.BatchUpdate(t.Context(), workspace, BatchUpdate{
		RunID: "r", Node: "0#1", Where: where(t, "person.id is ann"), Set: attrs(t, `{"phone":"555-010-0123"}`), Limit: 10, Stamp: stampAt(1), Now: noon,
	}); err != nil {
		t.Fatal(err)
	}
	pending, err := s.ListPendingAttachments(t.Context(), 10)
	if err != nil || len(pending) != 1 || pending[0].Address != annNumber {
		t.Fatalf("pending %+v, %v", pending, err)
	}
	for range 2 {
		if _, err := s.AttachMessages(t.Context(), pending[0], time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	page, err := s.ListMessages(t.Context(), workspace.Key, MessageQuery{Person: "ann"})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].ID != "m1" {
		t.Errorf("Ann has %+v, %v", page.Messages, err)
	}
	log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Type: LogAnonymousAttached})
	if err != nil || len(log.Activity) != 1 || log.Activity[0].Person != "ann" {
		t.Errorf("logged %+v, %v", log.Activity, err)
	}
}

func testProviderUpdates(t *testing.T, s *Store) {
	if _, err := s.BeginSend(t.Context(), workspace.Key, Outbound{ID: "o1", Channel: message.SMS, Sender: message.SenderRef{Address: testSender}, Address: annNumber, Now: noon}); err != nil {
		t.Fatal(err)
	}
	if err := s.EndSend(t.Context(), workspace.Key, "o1", SendResult{ProviderID: "SM1", Status: "queued"}); err != nil {
		t.Fatal(err)
	}
	update := func(key string, status message.DeliveryStatus) message.Update {
		return message.Update{Key: key, Channel: message.SMS, Sender: message.SenderRef{Workspace: workspace.Key, Address: testSender}, ArrivedAt: noon.Add(time.Hour), Status: &status}
	}
	blocked := message.DeliveryStatus{ProviderID: "SM1", Status: "undelivered", To: annNumber, ErrorCode: "21610",
		OptOut: &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"}}
	updates := []message.Update{
		update("k1", message.DeliveryStatus{ProviderID: "SM1", Status: "delivered", To: annNumber}),
		update("k2", message.DeliveryStatus{ProviderID: "SM1", Status: "sent", To: annNumber}),
		update("k3", message.DeliveryStatus{ProviderID: "elsewhere", Status: "undelivered", To: "+15550100124", ErrorCode: "21610", OptOut: blocked.OptOut}),
	}
	for range 2 {
		if _, err := s.RecordUpdates(t.Context(), workspace, updates, scopeOfTest, noon); err != nil {
			t.Fatal(err)
		}
	}
	sent, err := s.GetMessage(t.Context(), workspace.Key, "o1")
	if err != nil || sent.Status != "delivered" {
		t.Errorf("the message is %q, %v", sent.Status, err)
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, "+15550100124", testTarget)
	if err != nil || !state.OptedOut || state.Lane != consent.LaneBlock {
		t.Errorf("a block of somebody else's message gave %+v, %v", state, err)
	}
	if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{update("k4", blocked)}, scopeOfTest, noon); err != nil {
		t.Fatal(err)
	}
	state, err = s.ConsentState(t.Context(), workspace.Key, message.SMS, annNumber, testTarget)
	if err != nil || !state.OptedOut || !state.Since.Equal(noon) {
		t.Errorf("the block is effective at %v, want the time of the send, %v", state.Since, err)
	}
	// A START of the person's own doesn't lift it, one that the provider acts on does.
	mustRecord(t, s, said{"m1", consent.In, 7200, false}.record(annNumber))
	if state, _ = s.ConsentState(t.Context(), workspace.Key, message.SMS, annNumber, testTarget); !state.OptedOut {
		t.Error("a START lifted the provider's block")
	}
}

func testErasedPeople(t *testing.T, s *Store) {
	putWith(t, s, "ann", annNumber, 0)
	record := said{"m1", consent.Out, 0, false}.record(annNumber)
	ann, err := s.GetPerson(t.Context(), workspace.Key, "ann")
	if err != nil {
		t.Fatal(err)
	}
	record.Input.People.People = []inbound.Person{{ID: "ann", Internal: ann.InternalID}}
	record.Input.People.Count = 1
	mustRecord(t, s, record)
	if err := s.DeletePerson(t.Context(), workspace.Key, "ann"); err != nil {
		t.Fatal(err)
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, annNumber, testTarget)
	if err != nil || !state.OptedOut {
		t.Errorf("erasing Ann gave %+v, %v", state, err)
	}
	ledger, err := s.ListLedger(t.Context(), workspace.Key, annNumber, 0, "")
	if err != nil || len(ledger.Entries) != 1 || ledger.Entries[0].Evidence != "" || ledger.Entries[0].Person != "" {
		t.Errorf("ledger %+v, %v", ledger, err)
	}
	found, err := s.GetMessage(t.Context(), workspace.Key, "m1")
	if err != nil || found.Body != "" || found.Address != "" || strings.Contains(string(found.Data), annNumber) {
		t.Errorf("what Ann wrote is still there: %+v, %v", found, err)
	}
	deleted, err := s.DeleteOlder(t.Context(), Retention{Ledger: noon.Add(time.Hour), Messages: noon.Add(time.Hour)})
	if err != nil || deleted != 1 {
		t.Errorf("deleted %d rows, %v", deleted, err)
	}
	if ledger, err := s.ListLedger(t.Context(), workspace.Key, annNumber, 0, ""); err != nil || len(ledger.Entries) != 1 {
		t.Errorf("an entry that decides went with its age: %+v, %v", ledger, err)
	}
}

func init() { suite["evidence of a decision"] = testEvidenceOfADecision }

// testEvidenceOfADecision: what proves a decision says by which rules it was made,
// and everybody with the number finds it in their log, however many they are.
func testEvidenceOfADecision(t *testing.T, s *Store) {
	for i := range inbound.MaxPeople + 3 {
		putWith(t, s, fmt.Sprintf("p%02d", i), annNumber, i)
	}
	record := said{"m1", consent.Out, 60, false}.record(annNumber)
	record.Input.Message.Button = &message.Button{Text: "Stop promotions", Payload: "STOP"}
	record.Input.Decision.Rules, record.Input.Decision.Language = "2-abc", "en"
	record.Input.People.Count, record.Input.People.People = inbound.MaxPeople+3, []inbound.Person{{ID: "p00", Internal: 1}}
	mustRecord(t, s, record)
	ledger, err := s.ListLedger(t.Context(), workspace.Key, annNumber, 0, "")
	if err != nil || len(ledger.Entries) != 1 {
		t.Fatalf("%+v, %v", ledger, err)
	}
	for _, part := range []string{`"rules":"2-abc"`, `"language":"en"`, `"payload":"STOP"`} {
		if !strings.Contains(ledger.Entries[0].Evidence, part) {
			t.Errorf("the evidence %s lacks %s", ledger.Entries[0].Evidence, part)
		}
	}
	log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Type: LogConsentChanged})
	if err != nil || len(log.Activity) != inbound.MaxPeople+3 {
		t.Errorf("%d logs, %v", len(log.Activity), err)
	}
}

// A WhatsApp user changes their number: the opt-out comes along, the opt-in of
// whoever had the new number doesn't matter.
func init() { suite["opt-outs follow a new number"] = testOptOutsFollowNewNumber }

func testOptOutsFollowNewNumber(t *testing.T, s *Store) {
	stop := said{"m1", consent.Out, 0, false}.record(annNumber)
	stop.Input.Message.Channel = message.WhatsApp
	mustRecord(t, s, stop)
	moved := message.Update{Key: "k1", Channel: message.WhatsApp, ArrivedAt: noon.Add(time.Hour), Identity: &message.IdentityChange{
		Previous: message.Alias{Kind: message.AliasWAID, Value: "15550100123"}, Current: message.Alias{Kind: message.AliasWAID, Value: "15550100999"},
	}}
	for range 2 {
		if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{moved}, scopeOfTest, noon); err != nil {
			t.Fatal(err)
		}
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, "+15550100999", testTarget)
	if err != nil || !state.OptedOut {
		t.Errorf("the new number is %+v, %v", state, err)
	}
	// Another STOP of before the change is recorded after it, and after a second change.
	again := moved
	again.Key = "k2"
	again.Identity = &message.IdentityChange{
		Previous: message.Alias{Kind: message.AliasWAID, Value: "15550100777"}, Current: message.Alias{Kind: message.AliasWAID, Value: "15550100888"},
	}
	further := again
	further.Key, further.ArrivedAt = "k3", noon.Add(2*time.Hour)
	further.Identity = &message.IdentityChange{
		Previous: message.Alias{Kind: message.AliasWAID, Value: "15550100888"}, Current: message.Alias{Kind: message.AliasWAID, Value: "15550100666"},
	}
	if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{again, further}, scopeOfTest, noon); err != nil {
		t.Fatal(err)
	}
	late := said{"m2", consent.Out, 30, false}.record("+15550100777")
	late.Input.Message.Channel = message.WhatsApp
	mustRecord(t, s, late)
	// What the number's next owner says stays with the number.
	next := said{"m3", consent.Out, 7200, false}.record("+15550100777")
	next.Input.Message.Channel, next.Scopes = message.WhatsApp, testScopes
	mustRecord(t, s, next)
	for number, want := range map[string]time.Time{"+15550100888": noon.Add(30 * time.Second), "+15550100666": noon.Add(30 * time.Second), "+15550100777": noon.Add(2 * time.Hour)} {
		state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, number, testTarget)
		if err != nil || !state.OptedOut || !state.Since.Equal(want) {
			t.Errorf("%s is %+v, %v", number, state, err)
		}
	}
}

// scopeOfTest is the scope of every consent that a provider reports in tests.
func scopeOfTest(message.SenderRef, string) (consent.Scope, bool) { return testScopes[0], true }
