package definitions

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"replyflow/internal/condition"
	"replyflow/internal/template"
)

func TestExportKeepsTheShippedCampaigns(t *testing.T) {
	t.Parallel()
	for _, file := range Shipped() {
		definition, _ := Load(file.File, file.Data)
		text, err := definition.YAML()
		if err != nil {
			t.Fatal(err)
		}
		compareFile(t, "testdata/export/"+file.File, text)
		again, problems := Load(file.File, text)
		if problems.HasErrors() {
			t.Errorf("the export of %s has problems:\n%s", file.File, problems)
		}
		if again.Hash() != definition.Hash() {
			t.Errorf("the export of %s reads back differently:\n%s", file.File, diff(t, definition, again))
		}
	}
}

// TestExportReadsBack draws definitions with texts that YAML would like to
// misread and asks that the export gives the same definition again.
func TestExportReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		definition := drawDefinition(t)
		text, err := definition.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, problems := Load("drawn.yaml", text)
		if problems.HasErrors() {
			t.Fatalf("the export has problems:\n%s\n%s", problems, text)
		}
		if difference := diff(t, definition, again); difference != "" {
			t.Fatalf("the export reads back differently:\n%s\n%s", difference, text)
		}
	})
}

// TestCanonicalReadsBack asks the same of the stored form.
func TestCanonicalReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		definition := drawDefinition(t)
		canonical, err := definition.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		loaded, problems := Load("drawn.json", canonical)
		if problems.HasErrors() {
			t.Fatalf("the canonical form has problems:\n%s\n%s", problems, canonical)
		}
		var decoded Definition
		if err := json.Unmarshal(canonical, &decoded); err != nil {
			t.Fatal(err)
		}
		if difference := diff(t, definition, loaded) + diff(t, definition, decoded); difference != "" {
			t.Fatal(difference)
		}
		if loaded.Hash() != definition.Hash() {
			t.Fatal("the hash depends on how the definition came about")
		}
	})
}

func diff(t interface{ Fatal(...any) }, a, b Definition) string {
	one, err := a.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	return cmp.Diff(string(one), string(two))
}

// odd are texts that one reader of YAML or another takes for something else.
var odd = []string{
	"NO", "Yes", "on", "OFF", "y", "0155", "1e3", "0x1F", "1_000", ".5", "-", "~", "null", "true", "+15550100123", "2026-11-21",
	"12:30:45", "a: b", "a #b", "#a", "{{ trigger.From }}", "[a", "{a", "*a", "&a", "!a", "%a", "@a", "`a", "'a", "\"a", "a\"b", "a'b", "|", ">",
	"a\nb", "a\n\nb\n", "\na", "a\n b", "a\tb", " a", "a ", "\u0085", "\u2028", "\ufeff", "\u007f", "😀", "é", "- a", "? a", "a:", ":a", "=", "<<", "---", "...", "",
}

func drawText(t *rapid.T, label string) string {
	return rapid.OneOf(rapid.SampledFrom(odd), rapid.StringN(0, 12, -1).Filter(harmless)).Draw(t, label)
}

// harmless texts are neither refused (NUL) nor read as templates.
func harmless(text string) bool {
	return !strings.ContainsRune(text, 0) && !template.IsTemplate(text)
}

func drawValue(t *rapid.T, depth int) json.RawMessage {
	switch choice := rapid.IntRange(0, 8).Draw(t, "value"); {
	case choice == 0:
		return json.RawMessage("null")
	case choice == 1:
		return json.RawMessage("true")
	case choice == 2:
		return json.RawMessage(rapid.SampledFrom([]string{"0", "-1", "12345678901234567890123", "1.10", "1e3", "-0.5E-2"}).Draw(t, "number"))
	case choice == 3 && depth > 0:
		items := []json.RawMessage{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			items = append(items, drawValue(t, depth-1))
		}
		return encode(items)
	case choice == 4 && depth > 0:
		members := map[string]json.RawMessage{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			members[drawText(t, "key")] = drawValue(t, depth-1)
		}
		return encode(members)
	}
	return encode(drawText(t, "text"))
}

func drawCondition(t *rapid.T, root string, depth int) condition.Condition {
	if depth > 0 && rapid.Bool().Draw(t, "combined") {
		inner := []condition.Condition{drawCondition(t, root, depth-1), drawCondition(t, root, depth-1)}
		switch rapid.IntRange(0, 2).Draw(t, "combination") {
		case 0:
			return condition.Condition{All: inner}
		case 1:
			return condition.Condition{Any: inner}
		}
		return condition.Condition{Not: &inner[0]}
	}
	c := condition.Condition{Field: root + "field", Operator: condition.Is, Value: encode(drawText(t, "value"))}
	if rapid.Bool().Draw(t, "sensitive") {
		c.Case = condition.CaseSensitive
	}
	return c
}

func drawSet(t *rapid.T) map[string]json.RawMessage {
	set := map[string]json.RawMessage{"attribute": drawValue(t, 2)}
	for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"NO", "0155", "true", "größe", "a b", "a: b", "#x", "null", "1"}), 0, 3).Draw(t, "names") {
		set[name] = drawValue(t, 2)
	}
	return set
}

// drawDefinition draws a definition whose form is right; templates are left out.
func drawDefinition(t *rapid.T) Definition {
	names := []string{"NO", "0155", "true", "a: b", "- x", "{{ x }}", "Opted out", "#1"}
	yes := true
	limit := rapid.SampledFrom([]int{0, 1, 1000, 5_000_000}).Draw(t, "limit")
	return Definition{
		Key: "drawn", Name: rapid.SampledFrom(names).Draw(t, "name"),
		Description: drawText(t, "description"),
		Trigger:     Trigger{Webhook: &Webhook{Verify: rapid.SampledFrom([]*Verify{nil, {Twilio: true}, {Basic: &VerifyUser{Username: "0155", Password: "NO"}}}).Draw(t, "verify")}},
		Workflow: Nodes{
			&Branch{Name: names[0], If: drawCondition(t, "", 2), Then: Nodes{
				&BatchUpdate{Name: names[1], Where: drawCondition(t, "person.", 2), Set: drawSet(t), Limit: limit},
			}, Else: Nodes{&Exit{Name: names[2]}}},
			&UpdatePerson{Name: names[3], Person: encode("id"), Set: drawSet(t), Create: &yes},
		},
		Tests: []Test{{
			Name: names[4], Trigger: encode(map[string]json.RawMessage{drawText(t, "key"): drawValue(t, 2)}),
			People: []map[string]json.RawMessage{{"id": encode("0155")}},
			Expect: Expectation{Path: Path{{Node: names[0], Result: &yes}, {Node: names[3]}}},
		}},
	}
}
