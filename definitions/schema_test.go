package definitions

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestEditorsAgree holds the schema that editors use, conditions included,
// against every definition that is sound, and against some that aren't.
func TestEditorsAgree(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaID, document); err != nil {
		t.Fatal(err)
	}
	full := compiler.MustCompile(schemaID)
	check := func(name string, data []byte, sound bool) {
		t.Helper()
		root, problems := read(name, data)
		if root == nil {
			t.Fatal(problems)
		}
		if err := full.Validate(root.plain()); (err == nil) != sound {
			t.Errorf("%s: want sound %t, the schema says %v", name, sound, err)
		}
	}
	for _, file := range Shipped() {
		check(file.File, file.Data, true)
	}
	for _, name := range Types() {
		for _, c := range readCases(t, name) {
			if len(c.Problems) == 0 {
				check(name+": "+c.Name, []byte(caseHead+"  "+strings.Join(c.YAML, "\n  ")), true)
			}
		}
	}
	for _, node := range []string{
		"brunch: A", "branch: A", "{branch: A, if: {field: a}}", "{branch: A, if: {field: a, operator: equals}}", "{branch: A, if: {all: []}}",
		"{branch: A, if: {field: a, operator: exists, all: [a exists]}}", "{branch: A, if: 5}", "{exit: A, more: b}", "{exit: ''}",
	} {
		check(node, []byte(caseHead+"  - "+node), false)
	}
}

func TestTooManyProblemsKeepTheError(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(caseHead)
	for i := range maxProblems + 10 {
		fmt.Fprintf(&text, "  - {branch: B%d, if: Body exists}\n", i)
	}
	text.WriteString("  - brunch: B\n")
	_, problems := Load("many.yaml", []byte(text.String()))
	if len(problems) != maxProblems+1 || !problems.HasErrors() {
		t.Errorf("%d problems, errors %t", len(problems), problems.HasErrors())
	}
}
