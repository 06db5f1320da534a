package simulate

import (
	"encoding/json"
	"testing"

	"replyflow/definitions"
	"replyflow/internal/message"
)

func TestShippedCampaignsPassTheirOwnTests(t *testing.T) {
	t.Parallel()
	for _, shipped := range definitions.Shipped() {
		t.Run(shipped.File, func(t *testing.T) {
			t.Parallel()
			definition, problems := definitions.Load(shipped.File, shipped.Data)
			if problems.HasErrors() {
				t.Fatal(problems)
			}
			results, err := RunTests(t.Context(), definition)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) == 0 {
				t.Fatal("the campaign has no tests of its own")
			}
			for _, result := range results {
				if !result.Passed {
					t.Errorf("%s: %s", result.Name, result.Message)
				}
			}
		})
	}
}

// A batch update shows the same people whether it is one transaction or goes page
// by page.
func TestLimitDoesNotChangeWhatIsShown(t *testing.T) {
	t.Parallel()
	for _, limit := range []string{"1000", "1001"} {
		definition, problems := definitions.Load("limit.yaml", []byte(`campaign: limit
name: Limit
trigger: {webhook: {}}
workflow:
  - batch_update: Set
    where: person.phone is {{ trigger.From }}
    set: {done: true}
    limit: `+limit+"\n"))
		if problems.HasErrors() {
			t.Fatal(problems)
		}
		result, err := Run(t.Context(), Request{
			Workspace:  message.Workspace{Key: "default", Region: "US", PhoneAttributes: []string{"phone"}},
			Definition: definition, Payload: json.RawMessage(`{"From":"+15550100123"}`), At: testTime,
			People: []Person{{ID: "ann", Attributes: map[string]json.RawMessage{"phone": json.RawMessage(`"555-010-0123"`)}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Matched) != 1 || string(result.Changes["ann"]["done"].After) != "true" {
			t.Errorf("limit %s: %+v", limit, result)
		}
	}
}
