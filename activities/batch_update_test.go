package activities_test

import (
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"replyflow/internal/message"
)

// TestBatchSaysWhatMatchesNobody: a value that is no number, or a pattern that
// doesn't compile, must not look like one that merely nobody has.
func TestBatchSaysWhatMatchesNobody(t *testing.T) {
	t.Parallel()
	cases := []struct {
		where, trigger string
		matched        int
		why            string
	}{
		{"person.phone is {{ trigger.From }}", `{"From":"+15550100124"}`, 0, "nobody matches"},
		{"person.phone is {{ trigger.From }}", `{"From":"anonymous"}`, 0, `nobody matches; "anonymous" is no phone number (`},
		{"person.phone is not {{ trigger.From }}", `{}`, 0, `nobody matches; "" is no phone number (`},
		{"person.phone is {{ trigger.From }}", `{"From":"+15550100123 ext. 4"}`, 0, "(a number with an extension matches nobody), so it matches nobody"},
		{"person.phone is {{ trigger.From }}", `{"From":["+15550100123"]}`, 0, "is a list and no phone number, so it matches nobody"},
		{"person.phone is one of [+15550100123, {{ trigger.From }}]", `{"From":"anonymous"}`, 2, `2 people matched, 2 changed; "anonymous" is no phone number (`},
		{"person.plan matches {{ trigger.pattern }}", `{"pattern":"fr(ee"}`, 0, "nobody matches; the regular expression is wrong: missing closing ): \"fr(ee\", so it matches nobody"},
	}
	b := setup(t)
	b.addPeople(t, 2, `{"phone":"(555) 010-0123","plan":"fr(ee"}`)
	paged := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	paged.RegisterActivity(b.BatchUpdatePaged)
	for i, c := range cases {
		run := fmt.Sprintf("%d", i)
		once, err := b.BatchUpdate(t.Context(), batch(t, "once."+run, arrived, c.where, `{"once":`+run+`}`, c.trigger, 10))
		if err != nil {
			t.Fatalf("%s of %s: %v", c.where, c.trigger, err)
		}
		value, err := paged.ExecuteActivity(b.BatchUpdatePaged, batch(t, "paged."+run, arrived, c.where, `{"paged":`+run+`}`, c.trigger, 10_000))
		if err != nil {
			t.Fatalf("%s of %s in pages: %v", c.where, c.trigger, err)
		}
		var inPages message.BatchUpdateResult
		if err := value.Get(&inPages); err != nil {
			t.Fatal(err)
		}
		for _, got := range []message.BatchUpdateResult{once, inPages} {
			plain := c.why == "nobody matches"
			if got.Matched != c.matched || !strings.Contains(got.Why, c.why) || plain && got.Why != c.why {
				t.Errorf("%s of %s: matched %d, %s; want %d, %s", c.where, c.trigger, got.Matched, got.Why, c.matched, c.why)
			}
		}
	}
}
