package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"replyflow/api"
	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

func TestSimulate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(greeting)
	yes := true
	b.simulator.result = api.SimulationResult{
		Steps: []api.SimulatedStep{{Node: "Greets", Why: "Body is hi"}},
		Path:  []message.PathEntry{{Node: "Known", Result: &yes}, {Node: "Mark"}}, Matched: []string{"ann"},
		Changes: map[string]map[string]api.Change{"ann": {"big": {Before: json.RawMessage("null"), After: json.RawMessage("12345678901234567890123")}}},
		Failure: "it is too late",
	}
	var got struct {
		Path     []message.PathEntry
		Steps    []api.SimulatedStep
		Matched  []string
		Changes  map[string]map[string]api.Change
		Messages []json.RawMessage
		Problems []definitions.Problem
	}
	b.must(http.StatusOK, "POST", "/api/v1/simulate", `{"campaign": "greeting", "payload": {"From": 12345678901234567890},
		"people": [{"id": "ann", "phone": "1"}, {"id": 7}]}`).decode(t, &got)
	if diff := cmp.Diff(b.simulator.result.Path, got.Path); diff != "" {
		t.Error(diff)
	}
	if string(got.Changes["ann"]["big"].After) != "12345678901234567890123" || got.Messages == nil {
		t.Errorf("answer %+v", got)
	}
	if len(got.Steps) != 1 || got.Steps[0] != (api.SimulatedStep{Node: "Greets", Why: "Body is hi"}) {
		t.Errorf("steps %+v", got.Steps)
	}
	if len(got.Problems) == 0 || !strings.Contains(got.Problems[len(got.Problems)-1].Message, "it is too late") {
		t.Errorf("problems %+v", got.Problems)
	}
	asked := b.simulator.asked
	if string(asked.Payload) != `{"From": 12345678901234567890}` || asked.Definition.Key != "greeting" {
		t.Errorf("asked %+v", asked)
	}
	if len(asked.People) != 2 || asked.People[1].ID != "7" || string(asked.People[0].Attributes["phone"]) != `"1"` {
		t.Errorf("people %+v", asked.People)
	}
}

func TestSimulateForms(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(greeting)
	text, err := json.Marshal(greeting)
	if err != nil {
		t.Fatal(err)
	}
	definition := string(b.campaign("greeting").Definition)
	cases := []struct {
		name, path, body, payload string
		everyone                  bool
	}{
		{"a definition as text", "/simulate", `{"definition": ` + string(text) + `}`, "{}", true},
		{"a definition as JSON", "/simulate", `{"definition": ` + definition + `}`, "{}", true},
		{"a campaign's own address", "/campaigns/greeting/simulate", `{"payload": [1]}`, `{"value":[1]}`, true},
		{"a payload that is null", "/campaigns/greeting/simulate", `{"payload": null}`, `{"value":null}`, true},
		{"nobody", "/simulate", `{"campaign": "greeting", "people": []}`, "{}", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := b.in(t)
			b.must(http.StatusOK, "POST", "/api/v1"+c.path, c.body)
			asked := b.simulator.asked
			if asked.Definition.Key != "greeting" || string(asked.Payload) != c.payload || (asked.People == nil) != c.everyone {
				t.Errorf("asked %+v", asked)
			}
		})
	}
	for _, body := range []string{
		`{}`, `{"campaign": "greeting", "definition": "x"}`, `{"definition": "campaign: x"}`, `{"campaign": "greeting", "people": [{}]}`,
		`{"campaign": "greeting", "people": [{"id": "a"}, {"id": "a"}]}`, `{"campaign": "greeting", "colour": 1}`,
		`{"campaign": "greeting", "person": "ann"}`,
	} {
		b.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/simulate", body)
	}
	b.refused(http.StatusNotFound, "POST", "/api/v1/simulate", `{"campaign": "nothing"}`)
}

const joining = `campaign: joining
name: Joining
trigger: {inbound: {keywords: [JOIN]}}
workflow: [{exit: End}]
`

// TestSimulateAMessage: the answer says whether a run starts and why, and refuses
// what is no message where it stands.
func TestSimulateAMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(joining)
	var got struct {
		Started bool
		Why     string
		Path    []message.PathEntry
	}
	b.simulator.result = api.SimulationResult{Why: "it has none of the keywords"}
	b.must(http.StatusOK, "POST", "/api/v1/simulate", `{"campaign": "joining", "payload": {"body": "hello"}, "person": "ann"}`).decode(t, &got)
	if got.Started || got.Why != "it has none of the keywords" || got.Path == nil || b.simulator.asked.Person != "ann" {
		t.Errorf("%+v, asked %+v", got, b.simulator.asked)
	}
	b.simulator.result = api.SimulationResult{Started: true, Why: "the keyword is JOIN"}
	b.must(http.StatusOK, "POST", "/api/v1/simulate", `{"campaign": "joining", "payload": {"body": "JOIN"}}`).decode(t, &got)
	if !got.Started || got.Why != "the keyword is JOIN" {
		t.Errorf("%+v", got)
	}
	b.simulator.err = &api.PayloadError{Reason: "a message has no \"boddy\" (did you mean body?)"}
	refused := b.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/simulate", `{"campaign": "joining", "payload": {"boddy": "JOIN"}}`)
	if text := fmt.Sprintf("%+v", refused); !strings.Contains(text, "body.payload") || !strings.Contains(text, "did you mean body?") {
		t.Error(text)
	}
	b.simulator.err = store.ErrNotFound
	b.refused(http.StatusNotFound, "POST", "/api/v1/simulate", `{"campaign": "joining", "person": "nobody"}`)
}
