package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"replyflow/internal/condition"
	"replyflow/internal/condition/conditiontest"
	"replyflow/internal/message"
)

// aboutPeople writes bare fields as people's.
func aboutPeople(c condition.Condition) condition.Condition {
	if c.Field != "" {
		c.Field = "person." + c.Field
	}
	c.All, c.Any = slices.Clone(c.All), slices.Clone(c.Any)
	for i := range c.All {
		c.All[i] = aboutPeople(c.All[i])
	}
	for i := range c.Any {
		c.Any[i] = aboutPeople(c.Any[i])
	}
	if c.Not != nil {
		inner := aboutPeople(*c.Not)
		c.Not = &inner
	}
	return c
}

// testConditions runs the golden table through SQL. The table has its own phone
// rules; where they matter, Go's evaluation with the real ones is what counts.
func testConditions(t *testing.T, s *Store) {
	for i, c := range conditiontest.Cases(t) {
		ws := message.Workspace{Key: fmt.Sprintf("w%d", i), Region: "US", PhoneAttributes: c.Phones}
		var doc map[string]json.RawMessage
		if json.Unmarshal(c.Doc, &doc) != nil || !addCase(t, s, ws, doc) {
			continue
		}
		asked := aboutPeople(c.Condition)
		want := c.Holds
		if len(c.Phones) > 0 {
			want = evaluated(t, s, ws, asked, c.Now)
		}
		if got := matched(t, s, ws, asked, c.Now); got != want {
			t.Errorf("%s: %s about %s is %v in SQL, want %v", c.Name, c.Condition.Text(), c.Doc, got, want)
		}
	}
}

// addCase adds a person with the case's document, and reports false when no
// person can have it.
func addCase(t *testing.T, s *Store, ws message.Workspace, doc map[string]json.RawMessage) bool {
	t.Helper()
	_, _, err := s.PutPerson(t.Context(), ws, PutPerson{ID: "ann", Attributes: doc, Stamp: stampAt(0)})
	if errors.Is(err, ErrInvalid) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return true
}

type failer interface {
	Helper()
	Fatal(...any)
}

// evaluated is what Go says about the person.
func evaluated(t failer, s *Store, ws message.Workspace, asked condition.Condition, now time.Time) bool {
	t.Helper()
	person, err := s.GetPerson(context.Background(), ws.Key, "ann")
	if err != nil {
		t.Fatal(err)
	}
	holds, err := evaluator(ws, asked, now)(candidate{
		ID: person.ID, CreatedAt: moment{person.CreatedAt}, UpdatedAt: moment{person.UpdatedAt},
		Attributes: string(encode(person.Attributes)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return holds
}

// matched is what the database says. It also asks for the opposite: a NULL
// would be neither.
func matched(t failer, s *Store, ws message.Workspace, asked condition.Condition, now time.Time) bool {
	t.Helper()
	counts := [2]int{}
	for i, c := range []condition.Condition{asked, {Not: &asked}} {
		p, err := s.compile(ws, c, now)
		if err != nil {
			t.Fatal(err)
		}
		counts[i], err = s.read().countMatching(context.Background(), scan{workspace: ws.Key, predicate: p, until: everyone})
		p.release()
		if err != nil {
			t.Fatal(fmt.Sprintf("%s: %v", p.sql, err))
		}
	}
	if counts[0]+counts[1] != 1 {
		t.Fatal(fmt.Sprintf("%s matches %d and its opposite %d of one person", asked.Text(), counts[0], counts[1]))
	}
	return counts[0] == 1
}

// tempting are values that the engines may see differently.
var tempting = []string{
	`""`, `" "`, `"a"`, `"A"`, `"ſ"`, `"S"`, `"K"`, `"K"`, `"k"`, `"É"`, `"é"`, `"STOP"`, `"ſtop"`, `"true"`, `"TRUE"`, `"falſe"`, `"false"`, `true`, `false`, `null`,
	`0`, `5`, `5.0`, `5e0`, `-0`, `"5"`, `"5.00"`, `"05"`, `"+5"`, `"-5"`, `"- 5"`, `12345678901234567890`, `"12345678901234567890.0"`,
	`"+15550100123"`, `"(555) 010-0123"`, `5550100123`, `"555-010-0123 x5"`, `"rubbish"`, `"2026-11-21"`, `"2026-11-21T11:00:00Z"`, `1795262400`,
	`[]`, `["a","STOP",5]`, `{}`, `{"a":"STOP"}`, `"'; DROP TABLE people; --"`, `"%"`, `"_"`, `"\\"`, `"\""`, `"?"`, `"$1"`, `"a\nb"`, `"İ"`, `"ı"`, `"ß"`, `"🙂"`,
}

var temptingFields = []string{"a", "b", "a.a", "b.0", "phone", "work_phone", "id", "created_at", "x'y", `x"y`, "$", "no.thing", "", "it is", "\x00"}

func drawComparison(t *rapid.T) condition.Condition {
	info := rapid.SampledFrom(condition.Operators()).Draw(t, "operator")
	c := condition.Condition{Field: "person." + rapid.SampledFrom(temptingFields).Draw(t, "field"), Operator: info.Operator}
	if info.ComparesText && rapid.Bool().Draw(t, "sensitive") {
		c.Case = condition.CaseSensitive
	}
	value := rapid.SampledFrom(tempting)
	switch info.Value {
	case condition.NoValue:
	case condition.ListValue, condition.TwoValues:
		c.Value = json.RawMessage("[" + strings.Join(rapid.SliceOfN(value, 0, 3).Draw(t, "values"), ",") + "]")
	case condition.DurationValue:
		c.Value = json.RawMessage(rapid.SampledFrom([]string{`"2 hours"`, `"7 days"`, `"rubbish"`}).Draw(t, "duration"))
	default:
		c.Value = json.RawMessage(value.Draw(t, "value"))
	}
	return c
}

func drawCondition(t *rapid.T, depth int) condition.Condition {
	if depth > 0 {
		switch rapid.IntRange(0, 5).Draw(t, "form") {
		case 0:
			return condition.Condition{All: []condition.Condition{drawCondition(t, depth-1), drawCondition(t, depth-1)}}
		case 1:
			return condition.Condition{Any: []condition.Condition{drawCondition(t, depth-1), drawCondition(t, depth-1)}}
		case 2:
			inner := drawCondition(t, depth-1)
			return condition.Condition{Not: &inner}
		}
	}
	return drawComparison(t)
}

// testConditionsAtRandom asks Go and the database the same.
func testConditionsAtRandom(t *testing.T, s *Store) {
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		ws := workspace
		ws.Key = fmt.Sprintf("w%d", round)
		doc := map[string]json.RawMessage{}
		for _, name := range []string{"a", "b", "phone", "work_phone", "x'y", "$", "a.a"} {
			if rapid.IntRange(0, 3).Draw(rt, "has "+name) > 0 {
				doc[name] = json.RawMessage(rapid.SampledFrom(tempting).Draw(rt, name))
			}
		}
		if _, _, err := s.PutPerson(context.Background(), ws, PutPerson{ID: "ann", Attributes: doc, Stamp: stampAt(0)}); err != nil {
			rt.Fatal(err)
		}
		for range 20 {
			asked := drawCondition(rt, 3)
			if want, got := evaluated(rt, s, ws, asked, conditiontest.Now), matched(rt, s, ws, asked, conditiontest.Now); got != want {
				rt.Fatalf("%s about %s is %v in SQL, and %v in Go", asked.Text(), encode(doc), got, want)
			}
		}
	})
}

// TestExactness pins down which conditions run set-based on PostgreSQL.
func TestExactness(t *testing.T) {
	t.Parallel()
	s := engines["postgres"](t)
	for text, want := range map[string]bool{
		"person.phone is {{ x }}":                  true,
		"person.phone is +15550100123":             true,
		"person.phone is one of [+15550100123, x]": true,
		"person.phone exists":                      true,
		"person.plan is free":                      true,
		"person.plan is not free":                  true,
		"person.plan is one of [free, paid]":       true,
		"person.id is ann":                         true,
		"person.out is true":                       true,
		"person.out does not exist":                true,
		"person.plan is 5":                         false,
		"person.plan is straße":                    false,
		"person.a.b exists":                        false,
		"person.plan contains x":                   false,
		"person.work_phone is +15550100123":        false,
	} {
		p, err := s.compile(workspace, where(t, text), noon)
		if err != nil {
			t.Fatal(err)
		}
		if p.exact != want {
			t.Errorf("%s is exact: %v, want %v", text, p.exact, want)
		}
	}
}

// TestPhoneUsesItsIndex: an opt-out must not read everyone.
func TestPhoneUsesItsIndex(t *testing.T) {
	t.Parallel()
	for engine, explain := range map[string]string{"postgres": "EXPLAIN ", "sqlite": "EXPLAIN QUERY PLAN "} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := engines[engine](t)
			addPeople(t, s, "p", "free", 3000)
			if engine == "postgres" {
				if _, err := s.read().exec(t.Context(), "ANALYZE people"); err != nil {
					t.Fatal(err)
				}
			}
			p, err := s.compile(workspace, where(t, "person.phone is +15550100123"), noon)
			if err != nil {
				t.Fatal(err)
			}
			statement := explain + "SELECT internal_id FROM people WHERE workspace = ? AND " + p.sql + " ORDER BY internal_id + 0 LIMIT ?"
			rows, err := s.reader.Queryx(s.reader.Rebind(statement), arguments(workspace.Key, p.args, 1001)...)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = rows.Close() }()
			plan := ""
			for rows.Next() {
				columns, err := rows.SliceScan()
				if err != nil {
					t.Fatal(err)
				}
				plan += fmt.Sprintln(columns...)
			}
			if !strings.Contains(plan, "people_phone") {
				t.Errorf("the plan doesn't use the index on phone:\n%s", plan)
			}
		})
	}
}
