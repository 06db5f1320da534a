package condition_test

import (
	"encoding/json"
	"strings"
	"testing"

	"replyflow/internal/condition"
	"replyflow/internal/condition/conditiontest"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	cases := []struct{ condition, want string }{
		{`"phone is +15550100123"`, ""},
		{`"phone exists"`, ""},
		{`"mobile is none"`, ""},
		{`"phone is none"`, `"none" is no phone number (it has letters), so it matches nobody`},
		{`"phone is not none"`, `"none" is no phone number (it has letters), so it matches nobody`},
		{`{"field": "phone", "operator": "is", "value": ["+15550100123"]}`, `[+15550100123] is a list and no phone number, so it matches nobody`},
		{`"phone is one of [none, +15550100123]"`, `"none" is no phone number (it has letters), so it matches nobody`},
		{`"phone is one of [none, nil]"`, `"none" is no phone number (it has letters), nor is another value, so it matches nobody`},
		{`"phone is none of [1, none, nil]"`, `1 is no phone number (it is too short), nor are 2 other values, so it matches nobody`},
		{`"Body matches a(b"`, "the regular expression is wrong: missing closing ): \"a(b\", so it matches nobody"},
		{`{"field": "Body", "operator": "matches", "value": ""}`, "the regular expression is empty, so it matches nobody"},
		{`{"all": ["a is 1", {"any": ["phone is x1", {"not": "Body matches +"}]}]}`, `"x1" is no phone number (it has letters), so it matches nobody; ` +
			"the regular expression is wrong: missing argument to repetition operator: \"+\", so it matches nobody"},
	}
	env := condition.Env{IsPhone: func(field string) bool { return field == "phone" }, NormalizePhone: conditiontest.NormalizePhone}
	for _, c := range cases {
		var asked condition.Condition
		if err := json.Unmarshal([]byte(c.condition), &asked); err != nil {
			t.Fatalf("%s: %v", c.condition, err)
		}
		if got := condition.Refusals(asked, env); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.condition, got, c.want)
		}
	}
	long := condition.Condition{Any: make([]condition.Condition, condition.MaxComparisons)}
	for i := range long.Any {
		long.Any[i] = condition.Condition{Field: "phone", Operator: condition.Is, Value: json.RawMessage(`"` + strings.Repeat("x", 100) + `"`)}
	}
	if got := []rune(condition.Refusals(long, env)); len(got) != condition.MaxWhy+1 {
		t.Errorf("a long list of refusals has %d characters", len(got))
	}
}

// TestPatternThatDoesNotCompile: what a template renders to can't be checked
// before, so the answer is no, and the reason says what is wrong.
func TestPatternThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	asked, err := condition.Parse("Body matches {{ trigger.pattern }}")
	if err != nil {
		t.Fatal(err)
	}
	rendered, err := asked.Render(func(json.RawMessage) (json.RawMessage, error) { return json.RawMessage(`"a(b"`), nil })
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := condition.Evaluate(rendered, condition.Env{
		Lookup: func(string) (json.RawMessage, bool) { return json.RawMessage(`"a(b"`), true },
	})
	want := "Body is \"a(b\", and the regular expression is wrong: missing closing ): \"a(b\""
	if err != nil || verdict.Holds || verdict.Why != want {
		t.Errorf("%+v, %v; want false, because %s", verdict, err, want)
	}
}
