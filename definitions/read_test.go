package definitions

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestScalarsMeanWhatAMarketerMeans reads values as people write them in YAML.
func TestScalarsMeanWhatAMarketerMeans(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"YES": `"YES"`, "NO": `"NO"`, "ON": `"ON"`, "Off": `"Off"`, "y": `"y"`,
		"true": `true`, "True": `true`, "FALSE": `false`, "null": `null`, "~": `null`, "": `null`,
		"+15550100123": `"+15550100123"`, "0155": `"0155"`, "0x1F": `"0x1F"`, "0o17": `"0o17"`, "1_000": `"1_000"`,
		".5": `".5"`, "5.": `"5."`, "1.0": `1.0`, "-0": `-0`, "1e3": `1e3`, "1E-3": `1E-3`, ".inf": `".inf"`, ".nan": `".nan"`,
		"12345678901234567890123": `12345678901234567890123`, "0.10": `0.10`,
		"2026-11-21": `"2026-11-21"`, "2026-11-21T08:00:00Z": `"2026-11-21T08:00:00Z"`, "12:30:45": `"12:30:45"`,
		`"5"`: `"5"`, `'true'`: `"true"`, "(555) 010-0123": `"(555) 010-0123"`, "555.010.0123": `"555.010.0123"`,
		`"\u00e9\x41"`: `"éA"`, "What time?": `"What time?"`, "a/b": `"a/b"`, "=": `"="`,
		"|\n    two\n    lines": `"two\nlines\n"`,
	}
	for written, want := range cases {
		root, problems := read("test.yaml", []byte("value: "+written+"\n"))
		if root == nil {
			t.Errorf("%s: %s", written, problems)
			continue
		}
		if got := string(root.get("value").json()); got != want {
			t.Errorf("%s is read as %s, want %s", written, got, want)
		}
	}
}

func TestJSONIsReadAsJSON(t *testing.T) {
	t.Parallel()
	text := `{"emoji": "\ud83d\ude00", "slash": "\/", "large": 12345678901234567890123, "exact": 1.10, "tab":	"a\tb", "list": [], "map": {}}`
	for _, file := range []string{"test.json", "posted", "test.yaml"} {
		root, problems := read(file, []byte(text))
		if len(problems) > 0 {
			t.Fatalf("%s: %s", file, problems)
		}
		want := `{"emoji":"😀","exact":1.10,"large":12345678901234567890123,"list":[],"map":{},"slash":"/","tab":"a\tb"}`
		if diff := cmp.Diff(want, string(root.json())); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
	}
}

// TestPositions asks for the place of a problem in files whose lines and columns
// are easily miscounted.
func TestPositions(t *testing.T) {
	t.Parallel()
	const yamlHead, node = "campaign: a\nname: ä😀\ntrigger: {webhook: {}}\nworkflow:\n", "  - branch: A\n    then: [{exit: B}]\n    if: "
	cases := []struct{ name, file, text, want string }{
		{"plain", "a.yaml", yamlHead + node + "Body equals x", "7:14"},
		{"after letters of several bytes", "a.yaml", yamlHead + node + "größe😀 equals x", "7:16"},
		{"in quotes", "a.yaml", yamlHead + node + `"Body equals x"`, "7:15"},
		{"in quotes with escapes", "a.yaml", yamlHead + node + `"B\u006fdy equals x"`, "7:9"},
		{"folded", "a.yaml", yamlHead + node + ">\n      Body\n      equals x", "7:9"},
		{"with carriage returns", "a.yaml", strings.ReplaceAll(yamlHead+node, "\n", "\r\n") + "Body equals x\r\n", "7:14"},
		{"with a byte order mark", "a.yaml", "\ufeff" + yamlHead + node + "Body equals x", "7:14"},
		{"in one line of JSON", "a.json", `{"campaign":"a","name":"ä😀","trigger":{"webhook":{}},"workflow":[{"branch":"A","then":[{"exit":"B"}],"if":"Body equals x"}]}`, "1:113"},
		{"in lines of JSON", "a.json", "{\"campaign\":\"a\",\"name\":\"b\",\"trigger\":{\"webhook\":{}},\"workflow\":[{\"branch\":\"A\",\"then\":[{\"exit\":\"B\"}],\n\t\"if\"  :\n  \"Body equals x\"}]}", "3:9"},
	}
	for _, c := range cases {
		_, problems := Load(c.file, []byte(c.text))
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.file+":"+c.want+": workflow[0].if: ") {
			t.Errorf("%s: want the one problem at %s, got:\n%s", c.name, c.want, problems)
		}
	}
}

func TestNumbersKeepEveryDigit(t *testing.T) {
	t.Parallel()
	text := "campaign: a\nname: A\ntrigger: {webhook: {}}\nworkflow:\n  - batch_update: B\n    where: person.total is 12345678901234567890.10\n    set: {total: 12345678901234567890.10, list: [9007199254740993]}\n"
	definition, problems := Load("a.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	canonical, err := definition.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	var again Definition
	if err := json.Unmarshal(canonical, &again); err != nil {
		t.Fatal(err)
	}
	update := again.Workflow[0].(*BatchUpdate)
	got := []string{string(update.Where.Value), string(update.Set["total"]), string(update.Set["list"])}
	want := []string{"12345678901234567890.10", "12345678901234567890.10", "[9007199254740993]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzLoad asks that nothing that strangers post crashes, that what can't be
// used has a problem, and that what can be survives its canonical form.
func FuzzLoad(f *testing.F) {
	for _, file := range Shipped() {
		f.Add(true, file.Data)
	}
	for _, seed := range []string{
		"", "a: &a [*a]", "<<: {a: b}", "? {a: b}\n: c", "a: !!binary x", "\xff\xfe", "{\"a\": \"\\u0000\"}", "{}", "[", "a: 1e999999999",
		"workflow: [{branch: x, then: [{branch: y, else: [{}]}]}]", "{\"workflow\": [null, 1, {\"exit\": 5}]}", "tests: [{}]", "a:\n\t- b", "--- a\n--- b", "%YAML 1.1\n---\na: b",
		"tests: [{expect: {path: [{}, {a: 1}, [b]], people: {a: 1}}}]", "trigger: {webhook: {verify: {twilio: 5, hmac: {}}}}",
		"workflow: [&a {branch: {{ x }}, if: {all: [*a]}, then: *a}, *a, {<<: *a}, {exit: !!str x}]", "tests: [{people: [&a {id: {{ x }}}, *a], expect: {path: [{{ x }}], people: *a}}]",
	} {
		f.Add(true, []byte(seed))
		f.Add(false, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, isYAML bool, data []byte) {
		file := "fuzz.json"
		if isYAML {
			file = "fuzz.yaml"
		}
		definition, problems := Load(file, data)
		for _, problem := range problems {
			if problem.Line < 1 || problem.Column < 1 || problem.Message == "" || problem.Path == "" {
				t.Fatalf("a problem without a place or a sentence: %+v", problem)
			}
		}
		if problems.HasErrors() {
			return
		}
		canonical, err := definition.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		again, problems := Load("again.json", canonical)
		if problems.HasErrors() || again.Hash() != definition.Hash() {
			t.Fatalf("the canonical form reads back differently: %s\n%s", problems, canonical)
		}
		text, err := definition.YAML()
		if err != nil {
			t.Fatal(err)
		}
		exported, problems := Load("again.yaml", text)
		if problems.HasErrors() || exported.Hash() != definition.Hash() {
			t.Fatalf("the export reads back differently: %s\n%s", problems, text)
		}
	})
}
