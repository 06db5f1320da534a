package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"replyflow/api"
	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// withSenders is a bench whose workspace has a few senders.
func withSenders(t *testing.T) *bench {
	t.Helper()
	return withSendersOf(t, testSender("US", message.SMS, "+15550100100"), testSender("News", message.SMS, "+15550100200"), testSender("WA", message.WhatsApp, "+15550100300"))
}

func withSendersOf(t *testing.T, senders ...api.Sender) *bench {
	t.Helper()
	b := setup(t)
	router := mux.NewRouter().UseEncodedPath()
	api.New(api.Options{
		Store: b.store, Catalogue: b.catalogue, History: b.history, Simulator: b.simulator,
		Keys: []api.Key{api.NewKey("default", "test", testKey)}, Workspaces: testWorkspace, PublicURL: testWebhooks,
		Senders: func(string) []api.Sender { return senders }, Now: func() time.Time { return testNow },
	}).Register(router)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func testSender(name string, channel message.Channel, address string) api.Sender {
	own := consent.SenderScope(address)
	return api.Sender{Name: name, Channel: channel, Address: address, Own: own, Scopes: []consent.Scope{own, consent.WorkspaceScope}}
}

type optOuts struct {
	OptOuts []struct {
		Channel, Sender, Address, Lane, Category string
		OptOut                                   bool
		People                                   []string
	}
}

// A name that no sender has is a mistake, not an empty list: whoever exports
// opt-outs by it would write to everybody.
func TestUnknownSenderIsRefused(t *testing.T) {
	t.Parallel()
	b := withSenders(t)
	for _, path := range []string{"/optouts?sender=Ness", "/optouts.csv?sender=Ness", "/messages?sender=Ness", "/activity?sender=Ness", "/optouts?sender=%2B15550100999"} {
		told := b.refused(http.StatusUnprocessableEntity, "GET", "/api/v1"+path, "")
		if len(told.Errors) != 1 || told.Errors[0].Location != "query.sender" || !strings.Contains(told.Errors[0].Message, "no sender") {
			t.Errorf("%s: %+v", path, told)
		}
	}
	if told := b.refused(http.StatusUnprocessableEntity, "GET", "/api/v1/optouts?sender=Newz", ""); !strings.Contains(told.Errors[0].Message, "did you mean News?") {
		t.Errorf("told %+v", told)
	}
	// A sender that is no longer configured still has messages.
	b.must(http.StatusOK, "GET", "/api/v1/messages?sender=%2B15550100999", "")
	b.must(http.StatusOK, "GET", "/api/v1/activity?sender=News", "")
}

// A campaign that waits for a sender which nobody has is applied, with a warning.
func TestApplyWarnsOfUnknownSenders(t *testing.T) {
	t.Parallel()
	b := withSenders(t)
	var told struct {
		Problems []struct {
			Line, Column  int
			Path, Message string
		}
	}
	b.must(http.StatusOK, "POST", "/api/v1/campaigns", "campaign: join\nname: Join\ntrigger:\n  inbound:\n    senders: [News, Newz]\nworkflow:\n  - exit: Done\n",
		"Content-Type", "application/yaml").decode(t, &told)
	if len(told.Problems) != 1 || told.Problems[0].Line != 5 || told.Problems[0].Column != 21 ||
		told.Problems[0].Path != "trigger.inbound.senders[1]" || !strings.Contains(told.Problems[0].Message, "did you mean News?") {
		t.Errorf("told %+v", told.Problems)
	}
}

// A messaging service whose numbers keep consent of their own is asked number by
// number, and recorded for all when it is named.
func TestConsentByNumberOfAService(t *testing.T) {
	t.Parallel()
	var pool []api.Sender
	for _, number := range []string{"+15550100101", "+15550100102"} {
		sender := testSender("Pool", message.SMS, number)
		sender.Service = "MG00000000000000000000000000000001"
		pool = append(pool, sender)
	}
	b := withSendersOf(t, pool...)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes":{"phone":"555-010-0123"}}`)
	for sender, want := range map[string]int{"+15550100102": 1, "MG00000000000000000000000000000001": 2} {
		var told optOuts
		b.must(http.StatusOK, "PUT", "/api/v1/people/ann/optouts", `{"optouts":[{"channel":"sms","sender":"`+sender+`","optout":true}]}`).decode(t, &told)
		out := 0
		for _, optOut := range told.OptOuts {
			if optOut.OptOut {
				out++
			}
		}
		if len(told.OptOuts) != 2 || out < want {
			t.Errorf("out of %s: %+v", sender, told)
		}
	}
}

func TestStaffRecordsAnOptOut(t *testing.T) {
	t.Parallel()
	b := withSenders(t)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{"attributes":{"phone":"555-010-0123"}}`)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/nophone", `{"attributes":{}}`)
	b.must(http.StatusOK, "PUT", "/api/v1/people/ann/optouts",
		`{"optouts":[{"channel":"sms","sender":"US","optout":true,"reason":"by telephone","evidence":"call 7","effective_at":"2026-02-28T10:00:00Z"}]}`)

	var person struct {
		OptOuts []struct{ Channel, Sender, Since string } `json:"opt_outs"`
	}
	b.must(http.StatusOK, "GET", "/api/v1/people/ann", "").decode(t, &person)
	if len(person.OptOuts) != 1 || person.OptOuts[0].Sender != "+15550100100" || person.OptOuts[0].Since != "2026-02-28T10:00:00Z" {
		t.Errorf("Ann is opted out of %+v", person.OptOuts)
	}
	var all optOuts
	b.must(http.StatusOK, "GET", "/api/v1/optouts?channel=sms&sender=US", "").decode(t, &all)
	if len(all.OptOuts) != 1 || all.OptOuts[0].Address != "+15550100123" || all.OptOuts[0].People[0] != "ann" || all.OptOuts[0].Lane != "staff" {
		t.Errorf("opt-outs %+v", all)
	}
	b.must(http.StatusOK, "GET", "/api/v1/optouts?channel=sms&sender=News", "").decode(t, &all)
	if len(all.OptOuts) != 0 {
		t.Errorf("another sender's opt-outs %+v", all)
	}
	if csv := b.must(http.StatusOK, "GET", "/api/v1/optouts.csv", "").body; !strings.Contains(csv, "sms,+15550100100,+15550100123,ann,all,staff,,2026-02-28T10:00:00Z") {
		t.Errorf("the export is %s", csv)
	}
	ledger := b.must(http.StatusOK, "GET", "/api/v1/consent/%2B15550100123", "").body
	for _, want := range []string{"by telephone", "call 7", "staff_opt_out"} {
		if !strings.Contains(ledger, want) {
			t.Errorf("the ledger lacks %q: %s", want, ledger)
		}
	}

	for body, why := range map[string]string{
		`{"optouts":[{"channel":"sms","sender":"US","optout":false}]}`:                                      "needs a reason",
		`{"optouts":[{"channel":"sms","sender":"nobody","optout":true}]}`:                                   "no sender",
		`{"optouts":[{"channel":"sms","sender":"US","optout":true,"effective_at":"2099-01-01T00:00:00Z"}]}`: "future",
	} {
		if got := b.must(http.StatusUnprocessableEntity, "PUT", "/api/v1/people/ann/optouts", body).body; !strings.Contains(got, why) {
			t.Errorf("%s got %s", body, got)
		}
	}
	b.must(http.StatusUnprocessableEntity, "PUT", "/api/v1/people/nophone/optouts", `{"optouts":[{"channel":"sms","sender":"US","optout":true}]}`)
	b.must(http.StatusOK, "PUT", "/api/v1/people/ann/optouts", `{"optouts":[{"channel":"sms","sender":"US","optout":false,"reason":"asked again"}]}`)
	b.must(http.StatusOK, "GET", "/api/v1/people/ann", "").decode(t, &person)
	if len(person.OptOuts) != 0 {
		t.Errorf("after opting in Ann is opted out of %+v", person.OptOuts)
	}
}
