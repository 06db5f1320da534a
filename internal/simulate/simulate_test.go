package simulate

import (
	"testing"

	"replyflow/definitions"
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
