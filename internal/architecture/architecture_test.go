package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// pure packages touch nothing: no I/O of any kind, no clock, no Temporal.
var pure = []string{
	"internal/answer", "internal/condition", "internal/consent", "internal/form", "internal/inbound", "internal/message", "internal/phone", "internal/suggest", "internal/template",
}

// outside is what deterministic and pure code never imports directly. Only
// direct imports are read: Temporal's SDK itself pulls in net/http and gRPC.
var outside = []string{
	"os", "os/exec", "net", "net/http", "database/sql", "math/rand", "math/rand/v2", "crypto/rand",
	"github.com/jmoiron/sqlx", "github.com/gorilla/mux",
}

// rules say, for each package, which of the module's packages it may import. A
// package that stands in no rule fails the test: write its rule down first.
var rules = map[string][]string{
	"internal/suggest":                 {},
	"internal/condition":               {"internal/suggest"},
	"internal/condition/conditiontest": {"internal/condition"},
	"internal/message":                 {"internal/condition"},
	"internal/phone":                   {},
	"internal/template":                {"internal/suggest"},
	"internal/form":                    {},
	"internal/answer":                  {"internal/message", "internal/template"},
	"internal/consent":                 {"internal/message", "internal/phone"},
	"internal/inbound":                 {"internal/message", "internal/consent"},
	"internal/architecture":            {},

	"definitions": pure,
	"workflows":   concat([]string{"definitions"}, pure),

	"internal/config":                pure,
	"internal/telemetry":             {},
	"internal/temporal":              {"workflows"},
	"internal/devserver":             {},
	"internal/provider":              concat([]string{"internal/config"}, pure),
	"internal/provider/providertest": {},
	"internal/spool":                 pure,
	"internal/pgtest":                {},
	"internal/store":                 concat([]string{"definitions"}, pure),

	"activities":         concat([]string{"definitions", "internal/store", "internal/provider", "internal/config", "internal/telemetry"}, pure),
	"webhook":            concat([]string{"workflows", "definitions", "internal/provider", "internal/temporal", "internal/config", "internal/telemetry"}, pure),
	"worker":             {"workflows", "activities", "definitions", "internal/temporal", "internal/config", "internal/telemetry"},
	"api":                concat([]string{"internal/store", "definitions", "workflows", "internal/temporal"}, pure),
	"internal/catalogue": concat([]string{"webhook", "internal/store", "definitions"}, pure),
	"internal/simulate":  concat([]string{"workflows", "activities", "worker", "definitions", "internal/store", "internal/temporal", "internal/provider", "internal/config"}, pure),

	"cmd/replyflow": {"*"},
	"bench":         {"*"},
}

// onlyImporter names the libraries that one package alone may import, so that
// moving away from one is a change in one place.
var onlyImporter = map[string]string{
	"go.temporal.io/server":           "internal/devserver",
	"github.com/temporalio/ui-server": "internal/devserver",
	"github.com/nyaruka/phonenumbers": "internal/phone",
	"github.com/jmoiron/sqlx":         "internal/store",
	"modernc.org/sqlite":              "internal/store",
	"github.com/jackc/pgx":            "internal/store",
}

func TestPackagesImportOnlyDownwards(t *testing.T) {
	t.Parallel()
	for _, pkg := range packages(t) {
		name := strings.TrimPrefix(pkg.ImportPath, "replyflow/")
		allowed, known := rules[name]
		if !known {
			t.Errorf("package %s has no rule: say in internal/architecture what it may import", name)
		}
		for _, imported := range pkg.Imports {
			if problem := judge(name, imported, allowed); problem != "" {
				t.Error(problem)
			}
		}
	}
}

// TestRulesCatchABreach breaks the rules on paper: a judge that never finds
// anything would pass every tree.
func TestRulesCatchABreach(t *testing.T) {
	t.Parallel()
	breaches := []struct{ pkg, imported string }{
		{"workflows", "replyflow/activities"},
		{"workflows", "net/http"},
		{"definitions", "os"},
		{"definitions", "replyflow/internal/store"},
		{"internal/condition", "go.temporal.io/sdk/workflow"},
		{"internal/store", "go.temporal.io/sdk/client"},
		{"webhook", "replyflow/internal/store"},
		{"activities", "github.com/jmoiron/sqlx"},
		{"cmd/replyflow", "go.temporal.io/server/temporal"},
	}
	for _, breach := range breaches {
		if judge(breach.pkg, breach.imported, rules[breach.pkg]) == "" {
			t.Errorf("nothing forbids %s to import %s", breach.pkg, breach.imported)
		}
	}
}

// judge returns why a package may not import another, empty when it may.
func judge(pkg, imported string, allowed []string) string {
	if local, isLocal := strings.CutPrefix(imported, "replyflow/"); isLocal {
		if !slices.Contains(allowed, local) && !slices.Contains(allowed, "*") {
			return pkg + " may not import " + local
		}
		return ""
	}
	for library, importer := range onlyImporter {
		if strings.HasPrefix(imported, library) && pkg != importer {
			return pkg + " imports " + imported + ": only " + importer + " may"
		}
	}
	deterministic := slices.Contains(pure, pkg) || pkg == "definitions" || pkg == "workflows"
	if deterministic && slices.Contains(outside, imported) {
		return pkg + " imports " + imported + ": it must touch nothing"
	}
	withoutTemporal := slices.Contains(pure, pkg) || pkg == "internal/store"
	if withoutTemporal && strings.HasPrefix(imported, "go.temporal.io/") {
		return pkg + " imports " + imported + ": it must know nothing of Temporal"
	}
	return ""
}

type listed struct {
	ImportPath string
	Imports    []string
}

// packages lists the module's packages with their direct imports, tests left out.
func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "replyflow/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var found []listed
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var pkg listed
		err := decoder.Decode(&pkg)
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		found = append(found, pkg)
	}
}

func concat(lists ...[]string) []string { return slices.Concat(lists...) }
