package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

func init() {
	suite["one address for a number's forms"] = testAddressOfNumber
	suite["opt-ins are not inherited"] = testOptInNotInherited
	suite["another form of the same number"] = testOtherForm
	suite["forms of a number find each other"] = testFormsFindEachOther
	suite["person added between"] = testPersonAddedBetween
	suite["narrow opt-in at a number before"] = testNarrowOptInBefore
	suite["ledger behind a followed opt-out"] = testFollowedOptOutIsKept
	suite["user ids in the list of opt-outs"] = testNamesAreListedByNumber
	suite["user ids out of order"] = testNamesOutOfOrder
	suite["movers in the list of opt-outs"] = testMoversAreListed
	suite["names bring their messages"] = testNamesBringTheirMessages
	suite["campaigns of a message"] = testCampaignsAreNotedOnce
	suite["block of a user id"] = testBlockOfAName
	suite["user ids follow a new number"] = testNamesFollowANewNumber
	suite["user ids heard of late"] = testNamesHeardOfLate
	suite["a user id on another number"] = testNameOnAnotherNumber
}

// testAddressOfNumber: the database and the phone package agree on the one form of
// a number.
func testAddressOfNumber(t *testing.T, s *Store) {
	random := rand.New(rand.NewPCG(11, 12))
	numbers := []string{"+5491112345678", "+541112345678", "+5215512345678", "+525512345678", "+554784178525", "+554724178525", "+5547984178525", "+15550100123"}
	for range 200 {
		digits := make([]byte, 8+random.IntN(5))
		for i := range digits {
			digits[i] = byte('0' + random.IntN(10))
		}
		numbers = append(numbers, []string{"+521", "+549", "+55", "+52", "+54", "+1", "+44"}[random.IntN(7)]+string(digits))
	}
	for i, number := range numbers {
		if _, err := s.writer.ExecContext(t.Context(), s.writer.Rebind("INSERT INTO people (workspace, id, phone, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"),
			workspace.Key, fmt.Sprint(i), number, s.dialect.time(noon), s.dialect.time(noon)); err != nil {
			t.Fatal(err)
		}
		var address string
		if err := s.read().get(t.Context(), &address, "SELECT address FROM people WHERE workspace = ? AND id = ?", workspace.Key, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if want := phone.Canonical(number); address != want {
			t.Errorf("the address of %s is %s in the database, %s elsewhere", number, address, want)
		}
	}
}

// testOptInNotInherited: whoever gets a number isn't in by what somebody said at it
// before, however they get it.
func testOptInNotInherited(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putAt(t, s, "cleo", `{"city":"Rome"}`, 0)
	mustRecord(t, s, said{"m1", consent.In, 60, false}.record(annNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", annNumber, 3600)
	putWith(t, s, "cleo", annNumber, 3600)
	if err := s.PutPeople(t.Context(), workspace, []PutPerson{{ID: "dora", Attributes: attrs(t, `{"phone":"`+annNumber+`"}`), Stamp: stampAt(3600)}}); err != nil {
		t.Fatal(err)
	}
	putAt(t, s, "emma", `{"city":"Oslo"}`, 3600)
	if _, err := s.BatchUpdate(t.Context(), workspace, BatchUpdate{
		RunID: "r", Node: "0#1", Where: where(t, "person.id is emma"), Set: attrs(t, `{"phone":"`+annNumber+`"}`), Limit: 10, Stamp: stampAt(3600), Now: now,
	}); err != nil {
		t.Fatal(err)
	}
	everybody := []string{"ann", "cleo", "dora", "emma"}
	for _, id := range everybody {
		if state := personState(t, s, id); state.OptedIn {
			t.Errorf("%s is opted in by what was said before they had the number", id)
		}
	}
	mustRecord(t, s, said{"m2", consent.In, 7200, false}.record(annNumber))
	for _, id := range everybody {
		if state := personState(t, s, id); !state.OptedIn {
			t.Errorf("%s isn't opted in by what was said at their number", id)
		}
	}
}

// testOtherForm: a number written in its other form is the same number, and its
// owner's opt-in stays.
func testOtherForm(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", "+541123456789", 0)
	mustRecord(t, s, said{"m1", consent.In, 60, false}.record("+541123456789"))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", "+5491123456789", 3600)
	if state := personState(t, s, "ann"); !state.OptedIn {
		t.Error("with her number in its other form Ann's opt-in is gone")
	}
}

// testFormsFindEachOther: a message from one form of a number belongs to whoever
// has another one.
func testFormsFindEachOther(t *testing.T, s *Store) {
	for i, forms := range [][2]string{{"+5491123456789", "+541123456789"}, {"+554784178525", "+5547984178525"}, {"+525512345678", "+525512345678"}} {
		id := fmt.Sprintf("p%d", i)
		stop := said{"m-" + id, consent.Out, 0, false}.record(forms[1])
		stop.Input.Message.ArrivedAt = time.Now().Add(-time.Hour)
		mustRecord(t, s, stop)
		putWith(t, s, id, forms[0], 0)
		pending, err := s.ListPendingAttachments(t.Context(), 10)
		if err != nil || len(pending) != 1 {
			t.Fatalf("%s: pending %+v, %v", forms[0], pending, err)
		}
		attached, err := s.AttachMessages(t.Context(), pending[0], time.Now())
		if err != nil || attached.Attached != 1 || attached.Person != id {
			t.Errorf("%s: attached %+v, %v", forms[0], attached, err)
		}
		page, err := s.ListOptedOutAddresses(t.Context(), workspace.Key, AddressConsentQuery{Channel: string(message.SMS)})
		if err != nil || !slices.ContainsFunc(page.Addresses, func(a AddressConsent) bool {
			return a.Address == forms[1] && slices.Equal(a.People, []string{id})
		}) {
			t.Errorf("%s: opted out are %+v, %v", forms[0], page.Addresses, err)
		}
	}
}

// testPersonAddedBetween: somebody is added after nobody was found and before the
// message is recorded.
func testPersonAddedBetween(t *testing.T, s *Store) {
	hello := said{"m1", "", 0, false}.record(annNumber)
	hello.Input.Message.ArrivedAt = time.Now().Add(-time.Minute)
	putWith(t, s, "ann", annNumber, 0)
	mustRecord(t, s, hello)
	pending, err := s.ListPendingAttachments(t.Context(), 10)
	if err != nil || len(pending) != 1 {
		t.Fatalf("pending %+v, %v", pending, err)
	}
	if attached, err := s.AttachMessages(t.Context(), pending[0], time.Now()); err != nil || attached.Attached != 1 {
		t.Errorf("attached %+v, %v", attached, err)
	}
}

// testNarrowOptInBefore: a number was out of everything and in again with the
// test's sender before Ann got it. She takes along what held while she had it.
func testNarrowOptInBefore(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	mustRecord(t, s, said{"m1", consent.Out, 60, true}.record(annNumber))
	mustRecord(t, s, said{"m2", consent.In, 120, false}.record(annNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", annNumber, 3600)
	now = noon.Add(2 * time.Hour)
	putWith(t, s, "ann", otherNumber, 7200)
	if state := personState(t, s, "ann"); state.OptedOut {
		t.Errorf("an opt-out that was over followed Ann: %+v", state)
	}
}

// testFollowedOptOutIsKept: what follows a person stays in the ledger, also when
// the number's next owner has said the same since.
func testFollowedOptOutIsKept(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", annNumber, 0)
	mustRecord(t, s, said{"m1", consent.Out, 60, false}.record(annNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", otherNumber, 3600)
	mustRecord(t, s, said{"m2", consent.Out, 7200, false}.record(annNumber))
	if _, err := s.DeleteOlder(t.Context(), Retention{Ledger: noon.Add(24 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if state := personState(t, s, "ann"); !state.OptedOut {
		t.Error("with the old entries of the ledger the opt-out went that followed Ann")
	}
}

// whatsapp is what somebody says under a name of WhatsApp, with or without a number.
func whatsapp(said said, address, bsuid string) RecordMessage {
	record := said.record(address)
	record.Input.Message.Channel = message.WhatsApp
	record.Input.Message.Aliases = []message.Alias{{Kind: message.AliasBSUID, Value: bsuid}}
	if address == namelessPrefix+bsuid {
		record.Input.Sender.E164 = ""
	}
	return record
}

// testNamesAreListedByNumber: what was said under a name is listed under the number
// that the name leads to.
func testNamesAreListedByNumber(t *testing.T, s *Store) {
	listed := func(want string, out bool) {
		t.Helper()
		page, err := s.ListOptedOutAddresses(t.Context(), workspace.Key, AddressConsentQuery{})
		if err != nil || len(page.Addresses) != 1 || page.Addresses[0].Address != want {
			t.Fatalf("listed are %+v, %v; want %s alone", page.Addresses, err, want)
		}
		if state := consent.Status(page.Addresses[0].Rows, testTarget); state.OptedOut != out {
			t.Errorf("%s is %+v", want, state)
		}
	}
	mustRecord(t, s, whatsapp(said{"m1", consent.Out, 0, false}, "bsuid:US.1", "US.1"))
	listed("bsuid:US.1", true)
	mustRecord(t, s, whatsapp(said{"m2", "", 60, false}, annNumber, "US.1"))
	listed(annNumber, true)
	mustRecord(t, s, whatsapp(said{"m3", consent.In, 120, false}, annNumber, "US.1"))
	listed(annNumber, false)
	mustRecord(t, s, whatsapp(said{"m4", consent.Out, 180, false}, annNumber, "US.1"))
	listed(annNumber, true)
}

// testNamesOutOfOrder: a name changes twice, and the second change is heard of first.
func testNamesOutOfOrder(t *testing.T, s *Store) {
	mustRecord(t, s, whatsapp(said{"m1", consent.Out, 0, false}, "bsuid:X", "X"))
	for i, change := range [][2]string{{"Y", "Z"}, {"X", "Y"}} {
		renamed := message.Update{Key: fmt.Sprintf("k%d", i), Channel: message.WhatsApp, ArrivedAt: noon, Identity: &message.IdentityChange{
			Previous: message.Alias{Kind: message.AliasBSUID, Value: change[0]}, Current: message.Alias{Kind: message.AliasBSUID, Value: change[1]},
		}}
		if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{renamed}, scopeOfTest, noon); err != nil {
			t.Fatal(err)
		}
	}
	found, err := s.ResolvePeople(t.Context(), inbound.ResolvePeopleInput{
		Workspace: workspace.Key, Channel: message.WhatsApp, Address: "bsuid:Z", Aliases: []message.Alias{{Kind: message.AliasBSUID, Value: "Z"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, found.Address, testTarget)
	if err != nil || !state.OptedOut {
		t.Errorf("Z is %s and %+v, %v", found.Address, state, err)
	}
}

// testMoversAreListed: an opt-out that followed somebody is listed under the number
// that they have now, for them alone, on whatever page.
func testMoversAreListed(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	putWith(t, s, "ann", annNumber, 0)
	putWith(t, s, "bob", otherNumber, 0)
	mustRecord(t, s, said{"m1", consent.Out, 60, false}.record(annNumber))
	now = noon.Add(time.Hour)
	putWith(t, s, "ann", otherNumber, 3600)
	var listed []AddressConsent
	query := AddressConsentQuery{Limit: 1}
	for {
		page, err := s.ListOptedOutAddresses(t.Context(), workspace.Key, query)
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, page.Addresses...)
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	if len(listed) != 2 || listed[0].Address != annNumber || listed[1].Address != otherNumber {
		t.Fatalf("listed are %+v", listed)
	}
	if movers := listed[1].Movers; len(movers) != 1 || movers[0].ID != "ann" || !movers[0].Consent.State(message.SMS, testTarget).OptedOut {
		t.Errorf("moved to %s: %+v", otherNumber, movers)
	}
}

// testNamesBringTheirMessages: what somebody wrote before their number was known
// becomes theirs once it is.
func testNamesBringTheirMessages(t *testing.T, s *Store) {
	hello := whatsapp(said{"m1", "", 0, false}, "bsuid:US.1", "US.1")
	hello.Input.Message.ArrivedAt = time.Now().Add(-time.Hour)
	mustRecord(t, s, hello)
	putWith(t, s, "ann", annNumber, 0)
	linked := whatsapp(said{"m2", "", 60, false}, annNumber, "US.1")
	linked.Input.People.People = []inbound.Person{{ID: "ann", Internal: 1}}
	mustRecord(t, s, linked)
	pending, err := s.ListPendingAttachments(t.Context(), 10)
	if err != nil || len(pending) != 1 {
		t.Fatalf("pending %+v, %v", pending, err)
	}
	if attached, err := s.AttachMessages(t.Context(), pending[0], time.Now()); err != nil || attached.Attached != 1 || attached.Person != "ann" {
		t.Errorf("attached %+v, %v", attached, err)
	}
}

// testCampaignsAreNotedOnce: what a message starts stands with it and in the log.
func testCampaignsAreNotedOnce(t *testing.T, s *Store) {
	mustRecord(t, s, said{"m1", "", 0, false}.record(annNumber))
	started := StartedCampaigns{Message: "m1", Sender: testSender, Channel: message.SMS, Campaigns: []StartedCampaign{{"a", "the first word is JOIN"}, {"b", "any"}}}
	for range 2 {
		if err := s.NoteCampaigns(t.Context(), workspace.Key, started); err != nil {
			t.Fatal(err)
		}
	}
	m, err := s.GetMessage(t.Context(), workspace.Key, "m1")
	if err != nil || string(m.Started) != `[{"campaign":"a","why":"the first word is JOIN"},{"campaign":"b","why":"any"}]` {
		t.Errorf("the message says %s, %v", m.Started, err)
	}
	if log, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Type: LogCampaignsStarted}); err != nil || len(log.Activity) != 1 {
		t.Errorf("the log says %+v, %v", log.Activity, err)
	}
}

// testBlockOfAName: the provider blocks somebody whom it calls by a user id alone.
func testBlockOfAName(t *testing.T, s *Store) {
	mustRecord(t, s, whatsapp(said{"m1", "", 0, false}, annNumber, "US.1"))
	for i, name := range []string{"US.1", "US.7"} {
		alias := message.Alias{Kind: message.AliasBSUID, Value: name}
		update := message.Update{Key: fmt.Sprintf("k%d", i), Channel: message.WhatsApp, ArrivedAt: noon, Status: &message.DeliveryStatus{
			ProviderID: "elsewhere", Status: "failed", To: name, Aliases: []message.Alias{alias}, ErrorCode: "131050",
			OptOut: &message.ProviderOptOut{Category: message.CategoryMarketing, Rule: "meta_131050"},
		}}
		if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{update}, scopeOfTest, noon); err != nil {
			t.Fatal(err)
		}
	}
	marketing := consent.Target{Scopes: testScopes, Category: message.CategoryMarketing}
	for _, address := range []string{annNumber, "bsuid:US.7"} {
		state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, address, marketing)
		if err != nil || !state.OptedOut {
			t.Errorf("%s is %+v, %v", address, state, err)
		}
	}
}

// testNamesFollowANewNumber: somebody's number and user id change together, and they
// set a preference by the new id alone.
func testNamesFollowANewNumber(t *testing.T, s *Store) {
	mustRecord(t, s, whatsapp(said{"m1", "", 0, false}, annNumber, "US.1"))
	alias := func(kind message.AliasKind, value string) message.Alias {
		return message.Alias{Kind: kind, Value: value}
	}
	updates := []message.Update{
		{Key: "k1", Identity: &message.IdentityChange{Previous: alias(message.AliasBSUID, "US.1"), Current: alias(message.AliasBSUID, "US.2")}},
		{Key: "k2", Identity: &message.IdentityChange{Previous: alias(message.AliasWAID, "15550100123"), Current: alias(message.AliasWAID, "15550100999")}},
		{Key: "k3", Preference: &message.Preference{
			From: "US.2", Aliases: []message.Alias{alias(message.AliasBSUID, "US.2")}, Category: message.CategoryMarketing, Verdict: message.VerdictOptOut, At: noon,
		}},
		// A preference that gives both teaches the name.
		{Key: "k4", Preference: &message.Preference{
			From: "15550100777", Aliases: []message.Alias{alias(message.AliasWAID, "15550100777"), alias(message.AliasBSUID, "US.5")},
			Category: message.CategoryMarketing, Verdict: message.VerdictOptIn, At: noon,
		}},
		{Key: "k5", Preference: &message.Preference{
			From: "US.5", Aliases: []message.Alias{alias(message.AliasBSUID, "US.5")}, Category: message.CategoryMarketing, Verdict: message.VerdictOptOut, At: noon.Add(time.Second),
		}},
	}
	for i := range updates {
		updates[i].Channel, updates[i].ArrivedAt = message.WhatsApp, noon
	}
	if _, err := s.RecordUpdates(t.Context(), workspace, updates, scopeOfTest, noon); err != nil {
		t.Fatal(err)
	}
	marketing := consent.Target{Scopes: testScopes, Category: message.CategoryMarketing}
	for number, out := range map[string]bool{otherNumber: true, annNumber: false, "+15550100777": true} {
		state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, number, marketing)
		if err != nil || state.OptedOut != out {
			t.Errorf("%s is %+v, %v", number, state, err)
		}
	}
}

// testNamesHeardOfLate: who an id belongs to is the same in whatever order it is heard.
func testNamesHeardOfLate(t *testing.T, s *Store) {
	alias := func(kind message.AliasKind, value string) message.Alias {
		return message.Alias{Kind: kind, Value: value}
	}
	heard := func(key string, change message.IdentityChange) {
		t.Helper()
		if _, err := s.RecordUpdates(t.Context(), workspace, []message.Update{{Key: key, Channel: message.WhatsApp, ArrivedAt: noon, Identity: &change}}, scopeOfTest, noon); err != nil {
			t.Fatal(err)
		}
	}
	// The new id comes with a number before the change of ids is heard of.
	mustRecord(t, s, whatsapp(said{"m1", consent.Out, 0, false}, "bsuid:U1", "U1"))
	mustRecord(t, s, whatsapp(said{"m2", "", 10, false}, annNumber, "U2"))
	heard("k1", message.IdentityChange{Previous: alias(message.AliasBSUID, "U1"), Current: alias(message.AliasBSUID, "U2")})
	// The system message that tells of a new number is recorded after what it tells.
	heard("k2", message.IdentityChange{
		Previous: alias(message.AliasBSUID, "U3"), Current: alias(message.AliasBSUID, "U4"), Also: []message.Alias{alias(message.AliasWAID, "15550100999")},
	})
	system := whatsapp(said{"m3", "", 20, false}, "+15550100666", "U3")
	system.Input.Message.Kind = message.KindSystem
	mustRecord(t, s, system)
	found, err := s.ResolvePeople(t.Context(), inbound.ResolvePeopleInput{Workspace: workspace.Key, Channel: message.WhatsApp, Address: "bsuid:U4", Aliases: []message.Alias{alias(message.AliasBSUID, "U4")}})
	if err != nil || found.Address != otherNumber {
		t.Errorf("U4 leads to %+v, %v", found, err)
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, annNumber, testTarget)
	if err != nil || !state.OptedOut {
		t.Errorf("the STOP under U1 is %+v, %v", state, err)
	}
}

// testNameOnAnotherNumber: somebody writes under a known id from another number. What
// they opted out of comes along, in whatever order the two messages are recorded.
func testNameOnAnotherNumber(t *testing.T, s *Store) {
	stop, hello := whatsapp(said{"m1", consent.Out, 0, false}, annNumber, "U1"), whatsapp(said{"m2", "", 10, false}, otherNumber, "U1")
	late := whatsapp(said{"m3", "", 5, false}, annNumber, "U1")
	for _, record := range []RecordMessage{stop, hello, late} {
		mustRecord(t, s, record)
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.WhatsApp, otherNumber, testTarget)
	if err != nil || !state.OptedOut {
		t.Errorf("at the other number %+v, %v", state, err)
	}
	found, err := s.ResolvePeople(t.Context(), inbound.ResolvePeopleInput{
		Workspace: workspace.Key, Channel: message.WhatsApp, Address: "bsuid:U1", Aliases: []message.Alias{{Kind: message.AliasBSUID, Value: "U1"}},
	})
	if err != nil || found.Address != otherNumber {
		t.Errorf("U1 leads to %s, %v", found.Address, err)
	}
}
