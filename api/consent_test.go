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

// withSenders is a bench whose workspace has two senders.
func withSenders(t *testing.T) *bench {
	t.Helper()
	b := setup(t)
	router := mux.NewRouter().UseEncodedPath()
	api.New(api.Options{
		Store: b.store, Catalogue: b.catalogue, History: b.history, Simulator: b.simulator,
		Keys: []api.Key{api.NewKey("default", "test", testKey)}, Workspaces: testWorkspace, PublicURL: testWebhooks,
		Senders: func(string) []api.Sender {
			return []api.Sender{testSender("US", message.SMS, "+15550100100"), testSender("News", message.SMS, "+15550100200"), testSender("WA", message.WhatsApp, "+15550100300")}
		},
		Now: func() time.Time { return testNow },
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
