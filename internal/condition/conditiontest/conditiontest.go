// Package conditiontest gives tests the golden table of conditions: what each
// operator makes of each kind of value. Go's evaluation and the SQL of both
// databases run through the same table, so a branch and a segment can't disagree.
package conditiontest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"replyflow/internal/condition"
)

// Case is one row of the table. Fields of the condition are bare and stand for
// paths in Doc; values hold no templates.
type Case struct {
	Name      string              `json:"name"`
	Condition condition.Condition `json:"condition"`
	Doc       json.RawMessage     `json:"doc"`
	// Phones are the fields compared as phone numbers, in region US.
	Phones []string  `json:"phones"`
	Now    time.Time `json:"now"`
	Holds  bool      `json:"holds"`
	// Why is the reason that Go gives, or empty when the table doesn't pin it.
	Why string `json:"why"`
}

// Now is the present of cases that don't name one.
var Now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Cases reads the table. It finds the file from any package of the module.
func Cases(t testing.TB) []Case {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(moduleRoot(t), "internal", "condition", "testdata", "cases.json"))
	if err != nil {
		t.Fatalf("read the table of conditions: %v", err)
	}
	var cases []Case
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatalf("read the table of conditions: %v", err)
	}
	for i := range cases {
		if cases[i].Now.IsZero() {
			cases[i].Now = Now
		}
	}
	return cases
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatalf("find the module: %v", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("find the module: no go.mod above the test's folder")
		}
		dir = parent
	}
}

// Env is the world of a case, with a stand-in for the phone rules.
func (c Case) Env() condition.Env {
	return condition.Env{
		Lookup:         func(field string) (json.RawMessage, bool) { return condition.LookupJSON(c.Doc, field) },
		IsPhone:        func(field string) bool { return slices.Contains(c.Phones, field) },
		NormalizePhone: NormalizePhone,
		Now:            c.Now,
	}
}

// NormalizePhone is enough of the phone rules for the table: US numbers in
// usual writings, E.164, no letters, nothing shorter than ten digits.
func NormalizePhone(text string) (key, why string, ok bool) {
	var digits strings.Builder
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			digits.WriteRune(r)
		case !strings.ContainsRune("+-(). ", r):
			return "", "it has letters", false
		}
	}
	number := digits.String()
	switch {
	case len(number) < 10:
		return "", "it is too short", false
	case strings.HasPrefix(text, "+"):
		return "+" + number, "", true
	case len(number) == 10:
		return "+1" + number, "", true
	case len(number) == 11 && number[0] == '1':
		return "+" + number, "", true
	}
	return "", "it is no number of the region", false
}
