package main

import (
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"replyflow/api"
	"replyflow/internal/config"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// simulated is a terminal whose server simulates, with two senders for SMS.
func simulated(t *testing.T) *terminal {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.Workspaces[0].Senders = []config.Sender{
		{Name: "English", Channel: "sms", Provider: "twilio", Account: "AC1", Address: "+15550100100", Languages: []string{"en"}},
		{Name: "French", Channel: "sms", Provider: "twilio", Account: "AC1", Address: "+15550100101", Languages: []string{"fr"}},
	}
	for i := range cfg.Workspaces[0].Senders {
		cfg.Workspaces[0].Senders[i].FillDefaults()
	}
	served := &app{config: cfg, store: db}
	router := mux.NewRouter().UseEncodedPath()
	api.New(api.Options{
		Store: db, Catalogue: unmoved{}, History: noHistory{}, Keys: []api.Key{api.NewKey("default", "test", terminalKey)},
		Workspaces: served.workspace, Simulator: simulator{served}, PublicURL: "https://hooks.example.com", Now: time.Now,
	}).Register(router)
	server := httptest.NewServer(router)
	t.Cleanup(func() {
		server.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &terminal{t: t, url: server.URL, store: db}
}

// TestSimulateMessages tries an inbound campaign over the API: it knows the senders
// as they are configured, and says why nothing starts.
func TestSimulateMessages(t *testing.T) {
	t.Parallel()
	term := simulated(t)
	term.run("campaign", "apply", writeFile(t, "any.yaml", `campaign: any
name: Any message
trigger: {inbound: {}}
workflow:
  - {update_person: Note it, person: "{{ person.id }}", set: {said: "{{ message.body }}"}}
`)).check(t, exitDone, "any: version 1")
	ann := store.PutPerson{
		ID: "ann", Attributes: map[string]json.RawMessage{"phone": json.RawMessage(`"(555) 010-0123"`)}, Stamp: message.NewStamp(time.Now(), "test", 0),
	}
	if _, _, err := term.store.PutPerson(t.Context(), config.Default().Workspaces[0].Settings(), ann); err != nil {
		t.Fatal(err)
	}
	try := func(payload string) result {
		return term.run("campaign", "simulate", "any", "--payload", writeFile(t, "payload.json", payload))
	}
	try(`{"from": "+15550100123", "body": "hello"}`).check(t, exitDone, "it starts: any message", "1. Note it", `ann     said       null    "hello"`)
	try(`{"from": "+15550100123", "body": "ARRET", "sender": "English"}`).check(t, exitDone, "it starts: ", "1. Note it")
	try(`{"from": "+15550100123", "body": "ARRET", "to": "+15550100101"}`).check(t, exitDone, "nothing starts: it is about consent")
	try(`{"from": "+15550100123", "body": "hello", "OptOutType": "START"}`).check(t, exitDone, "nothing starts: it is about consent")
	try(`{"from": "+15550100123", "body": "hello", "sender": "Frensh"}`).check(t, exitDone, "nothing starts: ", "did you mean French?")
	try(`{"from": "+15550100123", "boddy": "hello"}`).check(t, exitFailed, "did you mean body?")
	term.run("campaign", "simulate", "any", "--payload", writeFile(t, "payload.json", `{"from": "+15550100123", "body": "STOP"}`), "--output", "json").
		check(t, exitDone, `"started": false`, `"why": "it is about consent`)
}
