package definitions

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/message"
)

func TestNodesAreDecodedStrictly(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		`[{"branch": "A", "if": "Body exists", "tehn": []}]`: "unknown field",
		`[{"brunch": "A"}]`:              "none of the node's keys is a node type",
		`[{"exit": "A", "branch": "B"}]`: "the node has the types branch and exit",
		`[null]`:                         "a node must be an object",
		`{"exit": "A"}`:                  "nodes must be a list",
		`[{"exit": 5}]`:                  "exit",
		`[{"branch": "A", "if": "Body exists", "then": [{"exit": "B"}, {"exit": "C", "x": 1}]}]`: "node 1",
	}
	for text, want := range cases {
		var nodes Nodes
		err := json.Unmarshal([]byte(text), &nodes)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
}

// TestNodesBeginWithTheirType: histories and exports show the type and name first.
func TestNodesBeginWithTheirType(t *testing.T) {
	t.Parallel()
	text := `[{"branch":"A","if":{"field":"Body","operator":"exists"},"then":[{"exit":"B"}]}]`
	var nodes Nodes
	if err := json.Unmarshal([]byte(text), &nodes); err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(nodes)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestPathHasTwoForms(t *testing.T) {
	t.Parallel()
	yes := true
	want := Path{{Node: "Opted out", Result: &yes}, {Node: "Set it"}, {Node: "node", Result: &yes}}
	for _, text := range []string{
		`[{"Opted out": true}, "Set it", {"node": true}]`,
		`[{"node": "Opted out", "result": true}, {"node": "Set it"}, {"node": "node", "result": true}]`,
	} {
		var got Path
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	for _, text := range []string{`["A", 5]`, `[{}]`, `[{"A": true, "B": true}]`, `[{"A": "yes"}]`, `"A"`} {
		var got Path
		if json.Unmarshal([]byte(text), &got) == nil {
			t.Errorf("%s was taken for a path", text)
		}
	}
}

func TestVerifyHasAShortForm(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Verify{
		`"twilio"`:                        {Twilio: true},
		`{"twilio":true}`:                 {Twilio: true},
		`{"standard_webhooks":"whsec_x"}`: {StandardWebhooks: "whsec_x"},
	} {
		var got Verify
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	var got Verify
	if json.Unmarshal([]byte(`"twillio"`), &got) == nil || json.Unmarshal([]byte(`{"twillio": true}`), &got) == nil {
		t.Error("a misspelt proof was accepted: every delivery would pass")
	}
}

func TestCompiledLeavesOutSecretsAndTests(t *testing.T) {
	t.Parallel()
	definition := Definition{
		Key: "a", Name: "A", Workflow: Nodes{&Exit{Name: "End"}}, Tests: []Test{{Name: "T"}},
		Trigger: Trigger{Webhook: &Webhook{Verify: &Verify{StandardWebhooks: "whsec_c2VjcmV0"}}},
	}
	canonical, err := definition.Compiled().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(canonical), "whsec_") || strings.Contains(string(canonical), "tests") {
		t.Errorf("compiled: %s", canonical)
	}
	if definition.Trigger.Webhook.Verify == nil {
		t.Error("compiling changed the definition itself")
	}
}

func TestMethodNames(t *testing.T) {
	t.Parallel()
	branch := Method[Activities, message.EvaluateBranchInput, message.EvaluateBranchResult](Activities.EvaluateBranch)
	if got := branch.Name(); got != "EvaluateBranch" {
		t.Errorf("the name of Activities.EvaluateBranch is %q", got)
	}
	paged := Method[Activities, message.BatchUpdateInput, message.BatchUpdateResult](Activities.BatchUpdatePaged)
	if got := paged.Name(); got != "BatchUpdatePaged" {
		t.Errorf("the name of Activities.BatchUpdatePaged is %q", got)
	}
}

func TestLargeUpdatesWorkLong(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]bool{0: false, LocalBatchLimit: false, LocalBatchLimit + 1: true} {
		inner := Nodes{&Branch{Name: "A", Else: Nodes{&BatchUpdate{Name: "B", Limit: limit}}}}
		if got := (Definition{Workflow: inner}).WorksLong(); got != want {
			t.Errorf("with a limit of %d, WorksLong is %t", limit, got)
		}
	}
}
