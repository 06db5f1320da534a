package definitions

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// nodeCase is a piece of a workflow, what is wrong with it, and how it is stored.
type nodeCase struct {
	Name string `json:"name"`
	// YAML holds the lines of a list of nodes.
	YAML     []string `json:"yaml"`
	Problems []string `json:"problems,omitempty"`
	// Canonical is missing when there are errors.
	Canonical json.RawMessage `json:"canonical,omitempty"`
}

// caseHead makes a piece of a workflow a definition.
const caseHead = "campaign: example\nname: Example\ntrigger: {webhook: {}}\nworkflow:\n"

func caseFile(name string) string { return filepath.Join("testdata", name+".json") }

func readCases(t *testing.T, name string) []nodeCase {
	t.Helper()
	data, err := os.ReadFile(caseFile(name))
	if err != nil {
		t.Fatalf("the node type %s has no cases: %v", name, err)
	}
	var cases []nodeCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatalf("%s: %v", caseFile(name), err)
	}
	if len(cases) == 0 || len(cases[0].Problems) > 0 {
		t.Fatalf("%s must begin with a case without problems: the reference shows it as the example", caseFile(name))
	}
	return cases
}

// TestNodeTypes walks the registry: a node type without golden cases, docs or a
// place in the schema can't exist.
func TestNodeTypes(t *testing.T) {
	t.Parallel()
	if len(Types()) == 0 {
		t.Fatal("no node type is registered")
	}
	for _, name := range Types() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkDocs(t, name)
			checkSchemaEntry(t, name)
			cases := readCases(t, name)
			for i := range cases {
				runCase(t, name, &cases[i])
			}
			var b bytes.Buffer
			encoder := json.NewEncoder(&b)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			if err := encoder.Encode(cases); err != nil {
				t.Fatal(err)
			}
			compareFile(t, caseFile(name), b.Bytes())
		})
	}
}

// runCase loads a case and puts what came of it in place of what was expected.
func runCase(t *testing.T, name string, c *nodeCase) {
	t.Helper()
	lines := "  " + strings.Join(c.YAML, "\n  ") + "\n"
	definition, problems := Load(name, []byte(caseHead+lines))
	c.Problems = nil
	for _, problem := range problems {
		c.Problems = append(c.Problems, problem.String())
	}
	c.Canonical = nil
	if problems.HasErrors() {
		return
	}
	if !strings.HasPrefix(strings.TrimSpace(c.YAML[0]), "- "+name+":") {
		t.Errorf("%s: the case is about a node of type %s and must begin with it", c.Name, name)
	}
	c.Canonical = encode(definition.Workflow)
}

func checkDocs(t *testing.T, name string) {
	t.Helper()
	node, err := newNode(name)
	if err != nil {
		t.Fatal(err)
	}
	if typeDocs(t)[name] == "" {
		t.Errorf("the node type %s has no doc comment", name)
	}
	of := structOf(node)
	for i := range of.NumField() {
		if of.Field(i).Tag.Get("doc") == "" {
			t.Errorf("the field %s of %s has no doc tag", jsonName(of.Field(i)), name)
		}
	}
}

func checkSchemaEntry(t *testing.T, name string) {
	t.Helper()
	data, err := os.ReadFile("campaign.schema.json")
	if err != nil && !*update {
		t.Fatal(err)
	}
	var committed struct {
		Defs map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(data, &committed); err != nil && !*update {
		t.Fatal(err)
	}
	if _, ok := committed.Defs[name].Properties[name]; !ok && !*update {
		t.Errorf("campaign.schema.json doesn't know the node type %s; run the test with -update", name)
	}
}
