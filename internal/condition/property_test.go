package condition_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"replyflow/internal/condition"
	"replyflow/internal/condition/conditiontest"
)

// words are texts that tempt a parser.
var words = []string{"a", "STOP", "is", "exists", "and", "5", "0155", "true", "null", "", " ", "a, b", `"q"`, "{{ x is y }}", "[a]", "1e3", "-0", "é", "ſ", "is not", "2026-11-21", "7 days", "a.b", "'s'"}

func drawValue(t *rapid.T) any {
	return rapid.OneOf(
		rapid.Map(rapid.SampledFrom(words), func(s string) any { return s }),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	).Draw(t, "value")
}

func drawCondition(t *rapid.T, depth int) condition.Condition {
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "form") {
		case 0:
			return condition.Condition{All: []condition.Condition{drawCondition(t, depth-1), drawCondition(t, depth-1)}}
		case 1:
			return condition.Condition{Any: []condition.Condition{drawCondition(t, depth-1)}}
		case 2:
			inner := drawCondition(t, depth-1)
			return condition.Condition{Not: &inner}
		}
	}
	info := rapid.SampledFrom(condition.Operators()).Draw(t, "operator")
	field := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "a.b", "phone", "it is odd", `q"`}), rapid.StringN(1, 5, 20)).Draw(t, "field")
	c := condition.Condition{Field: field, Operator: info.Operator}
	if info.Value == condition.NoValue {
		return c
	}
	var value any = drawValue(t)
	if info.Value == condition.ListValue || info.Value == condition.TwoValues {
		value = []any{value, drawValue(t)}
	}
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	c.Value = raw
	return c
}

func TestShortReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCondition(t, 0)
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &c); err != nil {
			t.Fatal(err)
		}
		text, ok := c.Short()
		if !ok {
			return
		}
		back, err := condition.Parse(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if diff := cmp.Diff(c, back); diff != "" {
			t.Fatalf("%q: %s", text, diff)
		}
	})
}

// Plain comparisons must have a text form, or the property above says nothing.
func TestShortExists(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a exists", "a is 5", `a is "5"`, `a is ""`, `["is is"] is x`, `["a is b"] exists`, `a is one of [a, "b, c", 5]`, "a is between 1 and 5",
		"a is within the last 7 days", "person.phone is {{ trigger.From }}", `a is "b and c is d"`, `a is " b"`} {
		c, err := condition.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if short, ok := c.Short(); !ok || short != text {
			t.Errorf("%q is written as %q, %v", text, short, ok)
		}
	}
	if short, ok := (condition.Condition{Field: "a", Operator: condition.Is, Value: json.RawMessage("true")}).Short(); ok {
		t.Errorf("is with true has no text form, got %q", short)
	}
}

func TestEvaluateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCondition(t, 3)
		doc, err := json.Marshal(map[string]any{"a": drawValue(t), "b": []any{drawValue(t), drawValue(t)}, "phone": drawValue(t)})
		if err != nil {
			t.Fatal(err)
		}
		env := conditiontest.Case{Doc: doc, Phones: []string{"phone"}, Now: conditiontest.Now}.Env()
		once, err := condition.Evaluate(c, env)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := condition.Evaluate(condition.Condition{Not: &condition.Condition{Not: &c}}, env)
		if err != nil || twice != once {
			t.Fatalf("not not %s is %v, %v; want %v", c.Text(), twice, err, once)
		}
	})
}

// A negating operator is the opposite of the one it negates, but for phones,
// where a value that is no number matches nobody.
func TestNegations(t *testing.T) {
	t.Parallel()
	for _, c := range conditiontest.Cases(t) {
		info, _ := c.Condition.Operator.Info()
		if info.Negates == "" || len(c.Phones) > 0 {
			continue
		}
		opposite := c.Condition
		opposite.Operator = info.Negates
		verdict, err := condition.Evaluate(opposite, c.Env())
		if err != nil || verdict.Holds == c.Holds {
			t.Errorf("%s: %q is %v, %v as well", c.Name, info.Negates, verdict, err)
		}
	}
}

func TestFoldIsEqualFold(t *testing.T) {
	t.Parallel()
	alphabet := rapid.StringOf(rapid.SampledFrom([]rune("aAkKsSſKßẞσςΣiIıİéÉ1 ")))
	rapid.Check(t, func(t *rapid.T) {
		a, b := alphabet.Draw(t, "a"), alphabet.Draw(t, "b")
		if rapid.Bool().Draw(t, "related") {
			b = strings.ToUpper(a)
		}
		if (condition.Fold(a) == condition.Fold(b)) != strings.EqualFold(a, b) {
			t.Fatalf("Fold and EqualFold disagree on %q and %q", a, b)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"OptOutType exists", `["a is b"] is one of [a, "b, c"]`, "x is between 1 and 5", "a == b", "{{ a", `"`, "a is b and c is d", `x["a`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := condition.Parse(text)
		if err != nil {
			var problem *condition.Problem
			problem, _ = err.(*condition.Problem)
			if problem == nil || problem.Column < 1 || problem.Column > len(text)+1 {
				t.Fatalf("%q: column out of the text: %v", text, err)
			}
			return
		}
		condition.Locate(text, c.Problems(condition.PeopleScope))
		if short, ok := c.Short(); ok {
			if back, err := condition.Parse(short); err != nil || back.Text() != c.Text() {
				t.Fatalf("%q: %q is read back as %+v, %v", text, short, back, err)
			}
		}
	})
}

func FuzzEvaluate(f *testing.F) {
	f.Add(`"a is 1"`, `{"a": 1e5}`)
	f.Add(`{"all":["a is one of [x]",{"not":"phone is 5"}]}`, `{"a":["x"],"phone":"5550100123"}`)
	f.Add(`{"field":"a","operator":"matches","value":"(a|b)*"}`, `{"a":"abab"}`)
	f.Add(`"a is before 1e300"`, `{"a":-1E999}`)
	f.Fuzz(func(t *testing.T, text, doc string) {
		var c condition.Condition
		if json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		env := conditiontest.Case{Doc: json.RawMessage(doc), Phones: []string{"phone"}, Now: conditiontest.Now}.Env()
		verdict, err := condition.Evaluate(c, env)
		if err == nil && verdict.Why == "" {
			t.Fatalf("%s on %s: no reason", text, doc)
		}
		if len(c.Problems(condition.Scope{})) == 0 && err != nil {
			t.Fatalf("%s has no problems and can't be evaluated on %s: %v", text, doc, err)
		}
	})
}
