package template

import (
	"encoding/json"
	"strings"
	"testing"
)

var scope = Scope{"trigger": json.RawMessage(`{
	"From": "+15550100123", "Body": " Stop ", "id": 12345678901234567890, "price": 19.90, "zero": 0, "nothing": null,
	"tags": ["vip", "new"], "items": [{"sku": "a", "n": 2}, {"sku": "b", "n": 10}], "deep": {"er": {"x": true}},
	"odd name": "odd", "at": "2026-11-21T04:05:06Z"}`)}

func TestRender(t *testing.T) {
	t.Parallel()
	cases := []struct{ template, want string }{
		{"plain", "plain"},
		{"{{ trigger.From }}", "+15550100123"},
		{"id {{trigger.id}}", "id 12345678901234567890"},
		{"{{ trigger.Body | strip | upcase }}!", "STOP!"},
		{"{{ trigger.missing }}|{{ trigger.nothing }}|{{ nowhere.x }}", "||"},
		{"{{ trigger.missing | default: 'friend' }}", "friend"},
		{"{{ trigger.deep.er.x }} {{ trigger['odd name'] }} {{ trigger.tags[0] }} {{ trigger.tags[-1] }} {{ trigger.tags.size }}", "true odd vip new 2"},
		{"{% if trigger.zero %}zero is true{% endif %}", "zero is true"},
		{"{% if trigger.tags contains 'vip' and trigger.price > 19.8 %}a{% elsif true %}b{% else %}c{% endif %}", "a"},
		{"{% unless trigger.nothing %}none{% endunless %}", "none"},
		{"{% case trigger.From %}{% when 'x' %}x{% when '+15550100123', 'y' %}us{% else %}else{% endcase %}", "us"},
		{"{% for i in trigger.items %}{{ forloop.index }}{{ i.sku }}{% unless forloop.last %},{% endunless %}{% endfor %}", "1a,2b"},
		{"{% for i in trigger.items reversed limit: 1 %}{{ i.sku }}{% endfor %}", "a"},
		{"{% for i in trigger.items offset:1 %}{{ i.n }}{% else %}none{% endfor %}", "10"},
		{"{% for i in trigger.none %}x{% else %}none{% endfor %}", "none"},
		{"{% for i in trigger.items %}{% if i.sku == 'b' %}{% break %}{% endif %}{{ i.sku }}{% endfor %}", "a"},
		{"{% assign n = trigger.price | times: 3 %}{{ n }}", "59.7"},
		{"{% capture c %}x{{ trigger.zero }}{% endcapture %}[{{ c }}]", "[x0]"},
		{"{% comment %}{{ trigger.From }}{% endcomment %}{% raw %}{{ x }}{% endraw %}", "{{ x }}"},
		{"a {{- 'b' -}} c", "abc"},
		{"{{ 7 | divided_by: 2 }} {{ 7.0 | divided_by: 2 }} {{ 7 | modulo: 3 }} {{ -1.5 | abs }} {{ 1.25 | round: 1 }}", "3 3.5 1 1.5 1.3"},
		{"{{ trigger.id | plus: 1 }}", "12345678901234567891"},
		{"{{ 'a,b,a' | split: ',' | uniq | join: '-' }}", "a-b"},
		{"{{ trigger.items | map: 'sku' | join: ', ' }}", "a, b"},
		{"{{ trigger.at | date: '%d %B %Y, %H:%M' }}", "21 November 2026, 04:05"},
		{"{{ 'abcdef' | truncate: 5 }} {{ 'x' | append: 'y' | prepend: 'w' | replace: 'x', '-' }}", "ab... w-y"},
		{"{{ '}}' }}", "}}"},
	}
	for _, c := range cases {
		parsed, err := Parse(c.template)
		if err != nil {
			t.Errorf("Parse(%s): %v", c.template, err)
			continue
		}
		if got, err := parsed.Render(scope); err != nil || got != c.want {
			t.Errorf("Render(%s) = %q, %v; want %q", c.template, got, err, c.want)
		}
	}
}

func TestRenderJSONKeepsTypesAndDigits(t *testing.T) {
	t.Parallel()
	cases := []struct{ literal, want string }{
		{`true`, `true`},
		{`12345678901234567890.10`, `12345678901234567890.10`},
		{`"{{ trigger.id }}"`, `12345678901234567890`},
		{`"{{ trigger.price }}"`, `19.90`},
		{`"{{ trigger.deep.er.x }}"`, `true`},
		{`"{{ trigger.tags }}"`, `["vip","new"]`},
		{`"no {{ trigger.id }}"`, `"no 12345678901234567890"`},
		{`"{{ trigger.missing }}"`, `""`},
		{`"{{ trigger.nothing }}"`, `""`},
		{`["{{ trigger.From }}", 1]`, `["+15550100123",1]`},
		{`{"{{ a }}": "{{ trigger.zero }}"}`, `{"{{ a }}":0}`},
		{`"a < b {{ trigger.zero }}"`, `"a < b 0"`},
	}
	for _, c := range cases {
		got, err := RenderJSON(json.RawMessage(c.literal), scope)
		if err != nil || string(got) != c.want {
			t.Errorf("RenderJSON(%s) = %s, %v; want %s", c.literal, got, err, c.want)
		}
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	t.Parallel()
	cases := []struct{ template, want string }{
		{"a\n {{ trigger.x ", "line 2, column 2"},
		{"{{ x | upcas }}", `no filter "upcas"; did you mean upcase?`},
		{"{{ x | wholly_unknown }}", "; there are abs, "},
		{"{% fi x %}", `no tag "fi"`},
		{"{% esle %}", `no tag "esle"`},
		{"{% endfor %}", "endfor closes a tag that is not open"},
		{"é{% comment %}", "line 1, column 2 of the template: it is never closed"},
		{"{{ a[0]b }}", "no name of a field"},
		{"{{ a[b[c[d[e]]]] }}", "no name of a field"},
		{"{{ a. }}", "no name of a field"},
		{"{% if x %}", "{% endif %} is missing"},
		{"{{ }}", "a value is missing"},
		{"{{ 'x }}", "never closed"},
		{"{{ x | truncate: 1, 2, 3 }}", "takes 0 to 2 arguments"},
		{"{% for x trigger.y %}{% endfor %}", "for is written"},
		{"{{ a b }}", "no name of a field"},
	}
	for _, c := range cases {
		if _, err := Parse(c.template); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q) fails with %v, want %q", c.template, err, c.want)
		}
	}
}

func TestBudgetEndsEverything(t *testing.T) {
	t.Parallel()
	loops := strings.Repeat("{% for a in trigger.items %}", 25) + "x" + strings.Repeat("{% endfor %}", 25)
	captures := "{% capture s %}xxxxxxxxxx{% endcapture %}" + strings.Repeat("{% capture s %}{{ s }}{{ s }}{% endcapture %}", 40)
	lists := "{% assign l = trigger.items %}" + strings.Repeat("{% assign l = l | concat: l %}", 40)
	digits := "{% assign n = 9999999999 %}" + strings.Repeat("{% assign n = n | times: n %}", 40)
	replaced := "{{ 'xxxxxxxxxxxxxxxxxxxx' " + strings.Repeat("| replace: 'x', 'xxxxxxxxxxxxxxxxxxxx' ", 40) + "}}"
	growth := "{% assign s = 'xxxxxxxxxx' %}" + strings.Repeat("{% assign s = s | append: s %}", 40) + "{{ s }}"
	for _, template := range []string{loops, growth, captures, lists, replaced, digits} {
		parsed, err := Parse(template)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parsed.Render(scope); err == nil || !fails(err, "more than") && !fails(err, "too many") {
			t.Errorf("%.40s… ends with %v", template, err)
		}
	}
	sizes, err := Parse("{% for i in trigger.list %}{{ trigger.text.size }}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	long := Scope{"trigger": json.RawMessage(`{"text": "` + strings.Repeat("x", 1<<20) + `", "list": [` + strings.Repeat("1,", 1<<16) + `1]}`)}
	if _, err := sizes.Render(long); !fails(err, "more than 100000 steps") {
		t.Errorf("counting a long text again and again ends with %v", err)
	}
	whole := json.RawMessage(`["` + strings.Repeat("{{ trigger.text }}\",\"", 1000) + `"]`)
	if _, err := RenderJSON(whole, Scope{"trigger": json.RawMessage(`{"text": "` + strings.Repeat("x", 1000) + `"}`)}); !fails(err, "more than") {
		t.Errorf("a literal of many texts ends with %v", err)
	}
	if _, err := Parse(strings.Repeat("{% if x %}", 1000)); err == nil {
		t.Error("a thousand nested tags are parsed")
	}
}

// fails reports whether an error says a part of a sentence; no part means no error.
func fails(err error, part string) bool {
	if err == nil || part == "" {
		return err == nil && part == ""
	}
	return strings.Contains(err.Error(), part)
}

func TestPathsLeaveOutOwnNames(t *testing.T) {
	t.Parallel()
	parsed, err := Parse("{% for i in trigger.items %}{{ i.sku }}{{ persn.x }}{% endfor %}")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(parsed.Paths(), " "); got != "trigger.items persn.x" {
		t.Errorf("paths %q", got)
	}
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{"{{ trigger.a | plus: 1 }}", "{% for x in trigger %}{{x}}{% endfor %}", "{%- raw %}{{", "{{ a[b[0]] }}"} {
		f.Add(seed, `{"a": [1, "x", null, 1e400]}`)
	}
	f.Fuzz(func(t *testing.T, template, payload string) {
		parsed, err := Parse(template)
		if err != nil || !json.Valid([]byte(payload)) {
			return
		}
		out, err := parsed.Render(Scope{"trigger": json.RawMessage(payload)})
		if err == nil && len(out) > MaxOutput {
			t.Fatalf("%d bytes came out", len(out))
		}
	})
}
