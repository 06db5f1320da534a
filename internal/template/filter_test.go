package template

import (
	"encoding/json"
	"os"
	"testing"
)

// filterCase is a row of testdata/filters.json. The values it names are those
// of filterScope.
type filterCase struct {
	Template string `json:"template"`
	Want     string `json:"want"`
	// Fails holds part of the error, when the rendering fails.
	Fails string `json:"fails"`
}

var filterScope = Scope{"trigger": json.RawMessage(`{
	"text": " Héllo  wörld\n", "big": 123456789012345678901234567890, "price": 19.90, "huge": 1e999, "count": "7",
	"list": ["b", "a", null, "b", 10, "9"], "people": [{"name": "Ann", "vip": true, "age": 30}, {"name": "Bob", "age": 4}, {"name": "Cyd", "vip": true}],
	"object": {"b": 1, "a": "x"}, "zoned": "2026-11-21T04:05:06+02:00", "none": null, "empty": "", "no": false}`)}

func TestFilters(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/filters.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []filterCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, c := range cases {
		parsed, err := Parse(c.Template)
		if err != nil {
			t.Errorf("Parse(%s): %v", c.Template, err)
			continue
		}
		for _, n := range parsed.nodes {
			if out, ok := n.(*output); ok {
				for _, call := range out.expression.filters {
					used[call.name] = true
				}
			}
		}
		got, err := parsed.Render(filterScope)
		if got != c.Want || !fails(err, c.Fails) {
			t.Errorf("Render(%s) = %q, %v; want %q %s", c.Template, got, err, c.Want, c.Fails)
		}
	}
	for _, name := range filterNames() {
		if !used[name] {
			t.Errorf("no case in testdata/filters.json uses the filter %s", name)
		}
	}
}
