package condition_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/condition"
)

func TestParse(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, field, operator, value string }{
		{"OptOutType exists", "OptOutType", "exists", ""},
		{"  OptOutType   does not\n exist ", "OptOutType", "does not exist", ""},
		{"Body is STOP", "Body", "is", `"STOP"`},
		{"Body is not STOP", "Body", "is not", `"STOP"`},
		{"total is greater than or equal to 1.50", "total", "is greater than or equal to", "1.50"},
		{"total is 12345678901234567890", "total", "is", "12345678901234567890"},
		{"From is +15550100123", "From", "is", `"+15550100123"`},
		{"zip is 0155", "zip", "is", `"0155"`},
		{"x is YES", "x", "is", `"YES"`},
		{"x is ON", "x", "is", `"ON"`},
		{"x is 2026-11-21", "x", "is", `"2026-11-21"`},
		{"x is 0x1F", "x", "is", `"0x1F"`},
		{`x is "5"`, "x", "is", `"5"`},
		{`x is "true"`, "x", "is", `"true"`},
		{`x is "a \"quoted\" word"`, "x", "is", `"a \"quoted\" word"`},
		{"x is true", "x", "is true", ""},
		{"x is not true", "x", "is not", "true"},
		{"x is one of [a, 5, \"b, c\", true, {{ y | split: \",\" }}]", "x", "is one of", `["a",5,"b, c",true,"{{ y | split: \",\" }}"]`},
		{"x is none of []", "x", "is none of", "[]"},
		{"x is one of {{ list }}", "x", "is one of", `"{{ list }}"`},
		{"x is between 1 and 5", "x", "is between", "[1,5]"},
		{"x is between [1, 5]", "x", "is between", "[1,5]"},
		{"x is between {{ a }} and {{ b and c }}", "x", "is between", `["{{ a }}","{{ b and c }}"]`},
		{"x is within the last 7 days", "x", "is within the last", `"7 days"`},
		{"x is within the last {{ n }} days", "x", "is within the last", `"{{ n }} days"`},
		{"person.phone is {{ trigger.From }}", "person.phone", "is", `"{{ trigger.From }}"`},
		{"x is {{ a is b }}", "x", "is", `"{{ a is b }}"`},
		{"First name is Ann", "First name", "is", `"Ann"`},
		{`["this is odd"] exists`, "this is odd", "exists", ""},
		{`trigger["odd name"].x is 1`, "trigger.odd name.x", "is", "1"},
		{`"First is" is 1`, "First is", "is", "1"},
		{"x matches ^a is b$", "x", "matches", `"^a is b$"`},
		{"x contains [vip", "x", "contains", `"[vip"`},
		{"x is tom and jerry", "x", "is", `"tom and jerry"`},
		{"island is isle", "island", "is", `"isle"`},
		{"x is <b>", "x", "is", `"<b>"`},
		{"x is null-ish", "x", "is", `"null-ish"`},
	}
	for _, c := range cases {
		got, err := condition.Parse(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		want := condition.Condition{Field: c.field, Operator: condition.Operator(c.operator)}
		if c.value != "" {
			want.Value = json.RawMessage(c.value)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

func TestParseExplains(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text    string
		column  int
		message string
	}{
		{"", 1, "the condition is empty"},
		{"   ", 4, "the condition is empty"},
		{"OptOutType", 11, "the operator is missing; as in OptOutType exists"},
		{"exists", 1, "no field stands before \"exists\""},
		{"is 5", 1, "no field stands before \"is\""},
		{"Body equals STOP", 6, `did you mean "is"?`},
		{"  Body equals STOP", 8, `did you mean "is"?`},
		{"Body = STOP", 6, `did you mean "is"?`},
		{"Body == STOP", 6, `did you mean "is"?`},
		{"Body == this is it", 6, `did you mean "is"?`},
		{"Body != STOP", 6, `did you mean "is not"?`},
		{"total > 5", 7, `did you mean "is greater than"?`},
		{"total >= 5", 7, `did you mean "is greater than or equal to"?`},
		{"OptOutType exist", 12, `did you mean "exists"?`},
		{"OptOutType exsits", 12, `did you mean "exists"?`},
		{"OptOutType EXISTS", 12, `did you mean "exists"?`},
		{"Body IS NOT STOP", 6, `did you mean "is`},
		{"Body does not contian x", 6, `did you mean "does not contain"?`},
		{"Body in [a, b]", 6, `did you mean "is one of"?`},
		{"Body is in [a, b]", 6, `did you mean "is one of"?`},
		{"Body is not one of [a]", 6, `did you mean "is none of"?`},
		{"Body is", 6, `"is" needs a value`},
		{"Body exists now", 13, `"exists" takes no value, but "now" follows`},
		{"Body is true story", 14, `quote the text, as in is "true story"`},
		{"Body is one of a, b", 16, "write is one of [a, b]"},
		{"Body is one of [a, , b]", 20, "empty place"},
		{"Body is one of [a, [b]]", 20, "a list can't hold a list"},
		{`Body is "a" or "b"`, 9, "the quoted text doesn't end"},
		{"Body is 'a'", 9, `write "a"`},
		{"x is between 5", 14, "needs two values"},
		{"x is between 1 and ", 14, "needs two values"},
		{"a is b and c is d", 8, "list both under all:"},
		{"a is b or c exists", 8, "list both under any:"},
		{"{{ a }} is b", 1, "a field can't be a template"},
		{`["a is b`, 1, "no \"] closes"},
		{`x["a"b is 1`, 2, "no \"] closes"},
		{strings.Repeat("a", condition.MaxTextLength+1), 1, "the limit is"},
		{strings.Repeat("a", condition.MaxFieldLength+1) + " exists", 1, "the limit is"},
	}
	for _, c := range cases {
		got, err := condition.Parse(c.text)
		var problem *condition.Problem
		if !errors.As(err, &problem) {
			t.Errorf("%q is read as %+v", c.text, got)
			continue
		}
		if problem.Column != c.column || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%q: %v, want column %d and %q", c.text, err, c.column, c.message)
		}
	}
}

func TestUnmarshal(t *testing.T) {
	t.Parallel()
	cases := []struct{ data, want string }{
		{`"a is 1"`, `{"field":"a","operator":"is","value":1}`},
		{`{"field":"a","operator":"is","value":12345678901234567890.10,"case":"sensitive"}`, `{"field":"a","operator":"is","value":12345678901234567890.10,"case":"sensitive"}`},
		{`{"all":["a exists",{"not":"b exists"}]}`, `{"all":[{"field":"a","operator":"exists"},{"not":{"field":"b","operator":"exists"}}]}`},
		{`null`, `null`},
	}
	for _, c := range cases {
		var got, again condition.Condition
		if err := json.Unmarshal([]byte(c.data), &got); err != nil {
			t.Errorf("%s: %v", c.data, err)
			continue
		}
		written, err := json.Marshal(got)
		if err != nil || string(written) != c.want {
			t.Errorf("%s is written as %s, %v", c.data, written, err)
		}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("%s: %s", c.data, diff)
		}
	}
}

func TestUnmarshalExplains(t *testing.T) {
	t.Parallel()
	cases := []struct{ data, want string }{
		{`5`, "a condition is a text or an object, not 5"},
		{`{}`, "the condition is empty"},
		{`{"feild":"a","operator":"exists"}`, `"feild" is no part of a condition; did you mean "field"?`},
		{`{"field":"a","op":"exists"}`, `did you mean "operator"?`},
		{`{"field":"a","field":"b","operator":"exists"}`, `"field" stands twice`},
		{`{"field":5,"operator":"exists"}`, `"field" must be a text, not 5`},
		{`{"field":"a","operator":"exists","any":["b exists"]}`, "a condition is one thing, not a comparison and any"},
		{`{"all":"a exists"}`, `"all" must be a list`},
		{`{"all":["a exists",{"any":["b equals 1"]}]}`, `all/1/any/0: column 3: "equals" is no operator`},
		{strings.Repeat(`{"not":`, 40) + `"a exists"` + strings.Repeat(`}`, 40), "too deep"},
	}
	for _, c := range cases {
		var got condition.Condition
		err := json.Unmarshal([]byte(c.data), &got)
		var decode *condition.DecodeError
		if !errors.As(err, &decode) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.data, err, c.want)
		}
	}
	_, problems := condition.Decode(json.RawMessage(`{"all":["a equals 1","b",{"x":1}]}`))
	if len(problems) != 4 {
		t.Errorf("want every problem at once, got %v", problems)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	cases := []struct {
		data  string
		scope condition.Scope
		path  string
		want  string
	}{
		{`{"field":"a","operator":"equals","value":1}`, condition.TriggerScope, "", `did you mean "is"?`},
		{`{"field":"a","operator":"is"}`, condition.TriggerScope, "", `"is" needs a value`},
		{`{"field":"a","operator":"exists","value":1}`, condition.TriggerScope, "", `"exists" takes no value`},
		{`{"operator":"exists"}`, condition.TriggerScope, "", "the field is missing"},
		{`{"all":[]}`, condition.TriggerScope, "", `"all" has no conditions`},
		{`{"all":[{"any":[]}]}`, condition.TriggerScope, "all/0", `"any" has no conditions`},
		{`{"not":{"field":"a","operator":"is","value":{}}}`, condition.TriggerScope, "not", "can't be an object"},
		{`"a is [x, y]"`, condition.TriggerScope, "", `write "is one of"`},
		{`"a is one of []"`, condition.TriggerScope, "", "the list is empty"},
		{`{"field":"a","operator":"is one of","value":"red"}`, condition.TriggerScope, "", `write ["red"]`},
		{`{"field":"a","operator":"is one of","value":[null]}`, condition.TriggerScope, "", "value 1 of the list is null"},
		{`"a matches a(b"`, condition.TriggerScope, "", "the regular expression is wrong: missing closing )"},
		{`"a is greater than old"`, condition.TriggerScope, "", `"old" is no number`},
		{`"a is greater than 2026-11-21"`, condition.TriggerScope, "", "is before"},
		{`"a is between 5 and 1"`, condition.TriggerScope, "", "nothing lies between"},
		{`"a is before soon"`, condition.TriggerScope, "", `"soon" is no time`},
		{`"a is before 2026"`, condition.TriggerScope, "", "write a whole date"},
		{`"a is within the last 7 moons"`, condition.TriggerScope, "", `"7 moons" is no duration`},
		{`"a is within the last 7"`, condition.TriggerScope, "", "is no duration"},
		{`{"field":"a","operator":"is","value":null}`, condition.TriggerScope, "", `write "does not exist"`},
		{`{"field":"a","operator":"contains","value":""}`, condition.TriggerScope, "", "isn't empty"},
		{`{"field":"a","operator":"is","value":1,"case":"upper"}`, condition.TriggerScope, "", `"upper" is no value of case`},
		{`{"field":"a","operator":"exists","case":"sensitive"}`, condition.TriggerScope, "", "case means nothing"},
		{`"phone is 5"`, condition.PeopleScope, "", "write person.phone"},
		{`"trigger.From is 5"`, condition.PeopleScope, "", "as in person.phone is {{ trigger.From }}"},
		{`"person.phone is 5"`, condition.TriggerScope, "", "here only the trigger is known"},
	}
	for _, c := range cases {
		read, problems := condition.Decode(json.RawMessage(c.data))
		if len(problems) > 0 {
			t.Errorf("%s: %v", c.data, problems)
			continue
		}
		problems = read.Problems(c.scope)
		if len(problems) != 1 || problems[0].Path != c.path || !strings.Contains(problems[0].Error(), c.want) {
			t.Errorf("%s: %v, want one problem at %q with %q", c.data, problems, c.path, c.want)
		}
	}
}

func TestNoProblems(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"OptOutType exists", "trigger.From is 1", "a is greater than {{ b }}", "a is within the last {{ n }} days",
		"a matches {{ b }}", "a is one of {{ b }}", "a is between {{ b }} and 5", "a is before {{ b }}",
	} {
		c, err := condition.Parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if problems := c.Problems(condition.TriggerScope); len(problems) > 0 {
			t.Errorf("%q: %v", text, problems)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	text := "  phone matches a(b"
	c, err := condition.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var columns []int
	for _, problem := range condition.Locate(text, c.Problems(condition.PeopleScope)) {
		columns = append(columns, problem.Column)
	}
	if diff := cmp.Diff([]int{3, 17}, columns); diff != "" {
		t.Error(diff)
	}
}

// Texts made to be slow are read in a time that grows with their length.
func TestParseIsQuick(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{`"`, `\"`, "{{", "{%", "[", `["`, "and ", "a and ", " is", "is ", " =", ", ", "does not ", `" `, `\`} {
		for _, begin := range []string{"", "a is ", "a is one of [", "a is between ", `["a`} {
			text := begin + strings.Repeat(piece, (condition.MaxTextLength-len(begin))/len(piece))
			start := time.Now()
			c, err := condition.Parse(text)
			if err == nil {
				c.Short()
			}
			if spent := time.Since(start); spent > 5*time.Second {
				t.Errorf("%q and much %q took %s", begin, piece, spent)
			}
		}
	}
}
