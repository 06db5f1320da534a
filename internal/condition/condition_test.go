package condition_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/condition"
	"replyflow/internal/condition/conditiontest"
)

func TestEvaluateFollowsTheTable(t *testing.T) {
	t.Parallel()
	for _, c := range conditiontest.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			verdict, err := condition.Evaluate(c.Condition, c.Env())
			if err != nil {
				t.Fatal(err)
			}
			if verdict.Holds != c.Holds {
				t.Errorf("%s on %s: holds is %v, want %v (%s)", c.Condition.Text(), c.Doc, verdict.Holds, c.Holds, verdict.Why)
			}
			if c.Why != "" && verdict.Why != c.Why {
				t.Errorf("why\n got %s\nwant %s", verdict.Why, c.Why)
			}
			if verdict.Why == "" {
				t.Error("the verdict has no reason")
			}
		})
	}
}

// Each operator must meet every kind of value in the table.
func TestTableCoversEveryOperator(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, c := range conditiontest.Cases(t) {
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
	}
	if len(names) < 150 {
		t.Errorf("the table has %d cases, want at least 150", len(names))
	}
	for _, info := range condition.Operators() {
		for _, kind := range []string{"missing", "null", "empty text", "object", "boolean true", "boolean false", "list of red and 5", "the very text red", "number 5"} {
			if name := string(info.Operator) + ": " + kind; !names[name] {
				t.Errorf("the table has no case %q", name)
			}
		}
	}
}

func TestOperatorDeclarations(t *testing.T) {
	t.Parallel()
	for _, info := range condition.Operators() {
		c, err := condition.Parse(info.Example)
		if err != nil {
			t.Errorf("example of %q: %v", info.Operator, err)
			continue
		}
		if c.Operator != info.Operator {
			t.Errorf("example of %q is about %q", info.Operator, c.Operator)
		}
		if problems := c.Problems(condition.Scope{}); len(problems) > 0 {
			t.Errorf("example of %q: %v", info.Operator, problems)
		}
		if info.Doc == "" {
			t.Errorf("%q has no doc", info.Operator)
		}
		base, ok := info.Negates.Info()
		if info.Negates != "" && (!ok || base.HoldsWhenMissing == info.HoldsWhenMissing) {
			t.Errorf("%q must negate an operator that a missing field makes false", info.Operator)
		}
		missing, err := condition.Evaluate(c, condition.Env{})
		if err != nil || missing.Holds != info.HoldsWhenMissing {
			t.Errorf("%q on a missing field: %v, %v", info.Operator, missing, err)
		}
	}
}

func TestEvaluateRefusesBrokenConditions(t *testing.T) {
	t.Parallel()
	deep := condition.Condition{Field: "a", Operator: condition.Exists}
	for range condition.MaxDepth {
		inner := deep
		deep = condition.Condition{Not: &inner}
	}
	broken := condition.Env{Lookup: func(string) (json.RawMessage, bool) { return json.RawMessage("{"), true }}
	cases := []struct {
		name string
		c    condition.Condition
		env  condition.Env
		want string
	}{
		{"zero", condition.Condition{}, condition.Env{}, "empty"},
		{"empty all", condition.Condition{All: []condition.Condition{}}, condition.Env{}, `"all" has no conditions`},
		{"unknown operator", condition.Condition{Field: "a", Operator: "equals"}, condition.Env{}, `"equals" is no operator`},
		{"no value", condition.Condition{Field: "a", Operator: condition.Is}, condition.Env{}, "a is: the value is missing"},
		{"value is not JSON", condition.Condition{Field: "a", Operator: condition.Is, Value: json.RawMessage("{")}, condition.Env{}, "not valid JSON"},
		{"field is not JSON", condition.Condition{Field: "a", Operator: condition.Exists}, broken, "what a holds is not valid JSON"},
		{"too deep", deep, condition.Env{}, "too deep"},
	}
	for _, c := range cases {
		_, err := condition.Evaluate(c.c, c.env)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error is %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestLookupJSON(t *testing.T) {
	t.Parallel()
	doc := json.RawMessage(`{"a": {"b": 12345678901234567890.10, "b": 9007199254740993}, "a.c": 1, "l": [[1, 2], {"x": null}], "": 7}`)
	cases := []struct {
		path, want string
		found      bool
	}{
		{"a.b", "9007199254740993", true}, {"a.c", "1", true}, {"l.0.1", "2", true}, {"l.1.x", "null", true},
		{"l.-1", "", false}, {"l.1.", "", false}, {"a.", "", false}, {".a", "", false}, {"", "", false}, {"A.b", "", false}, {"a.b.c", "", false},
	}
	for _, c := range cases {
		got, found := condition.LookupJSON(doc, c.path)
		if string(got) != c.want || found != c.found {
			t.Errorf("%q: got %s, %v", c.path, got, found)
		}
	}
	for _, doc := range []string{"", "null", "5", `"a"`, "{", "[", " ", "\x00"} {
		if got, found := condition.LookupJSON(json.RawMessage(doc), "a"); found {
			t.Errorf("in %q: got %s", doc, got)
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	var c condition.Condition
	if err := json.Unmarshal([]byte(`{"any": ["a is {{ x }}", {"not": "b exists"}, {"all": ["c is one of [{{ x }}, 2]"]}]}`), &c); err != nil {
		t.Fatal(err)
	}
	before := c.Text()
	rendered, err := c.Render(func(value json.RawMessage) (json.RawMessage, error) {
		return json.RawMessage(strings.ReplaceAll(string(value), "{{ x }}", "b is 1]")), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `any (a is b is 1]; not (b exists); all (c is one of ["b is 1]", 2]))`
	if diff := cmp.Diff(want, rendered.Text()); diff != "" {
		t.Error(diff)
	}
	if c.Text() != before {
		t.Errorf("rendering changed the condition to %s", c.Text())
	}
}
