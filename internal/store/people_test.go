package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

func testPutPerson(t *testing.T, s *Store) {
	ctx := t.Context()
	person, created, err := s.PutPerson(ctx, workspace, PutPerson{
		ID: "a/b+c d", Attributes: attrs(t, `{"phone": "(555) 010-0123", "city": "Ulm", "gone": null}`), Stamp: stampAt(0),
	})
	if err != nil || !created {
		t.Fatalf("created %v, error %v", created, err)
	}
	if person.Phone == nil || *person.Phone != "+15550100123" {
		t.Errorf("the phone is %v", person.Phone)
	}
	wantAttributes(t, s, "a/b+c d", `{"city":"Ulm","phone":"(555) 010-0123"}`)

	person, created, err = s.PutPerson(ctx, workspace, PutPerson{
		ID: "a/b+c d", Attributes: attrs(t, `{"city": null, "phone": "none", "plan": "free"}`), Stamp: stampAt(1),
	})
	if err != nil || created || person.Phone != nil {
		t.Errorf("created %v, phone %v, error %v", created, person.Phone, err)
	}
	wantAttributes(t, s, "a/b+c d", `{"phone":"none","plan":"free"}`)

	// Older writes change nothing, not even what was removed; equal stamps win.
	putAt(t, s, "a/b+c d", `{"city": "Bonn", "plan": "paid", "new": 1}`, 0)
	wantAttributes(t, s, "a/b+c d", `{"new":1,"phone":"none","plan":"free"}`)
	putAt(t, s, "a/b+c d", `{"plan": "paid"}`, 1)
	wantAttributes(t, s, "a/b+c d", `{"new":1,"phone":"none","plan":"paid"}`)

	got, err := s.GetPerson(ctx, workspace.Key, "a/b+c d")
	if err != nil || !got.CreatedAt.Equal(person.CreatedAt) || got.CreatedAt.Location() != time.UTC {
		t.Errorf("got %+v, %v; it was created at %v", got, err, person.CreatedAt)
	}
	if _, err := s.GetPerson(ctx, "other", "a/b+c d"); !errors.Is(err, ErrNotFound) {
		t.Errorf("another workspace sees the person: %v", err)
	}
	checkCreatedAt(t, s)
}

func checkCreatedAt(t *testing.T, s *Store) {
	t.Helper()
	early, late := noon.AddDate(-3, 0, 0), noon.AddDate(-1, 0, 0)
	for _, step := range []struct {
		given   *time.Time
		seconds int
		want    time.Time
	}{{&late, 5, late}, {nil, 6, late}, {&early, 4, late}, {&early, 7, early}} {
		person, _, err := s.PutPerson(t.Context(), workspace, PutPerson{ID: "old", CreatedAt: step.given, Stamp: stampAt(step.seconds)})
		if err != nil || !person.CreatedAt.Equal(step.want) {
			t.Errorf("created at %v, want %v, error %v", person.CreatedAt, step.want, err)
		}
	}
}

// testPutPersonAtOnce: the order of processing never decides, and nothing is lost.
func testPutPersonAtOnce(t *testing.T, s *Store) {
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			_, _, err := s.PutPerson(context.Background(), workspace, PutPerson{
				ID: "one", Stamp: stampAt(i),
				Attributes: attrs(t, fmt.Sprintf(`{"last": %d, "own_%d": true}`, i, i)),
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	person, err := s.GetPerson(t.Context(), workspace.Key, "one")
	if err != nil || len(person.Attributes) != 17 || string(person.Attributes["last"]) != "15" {
		t.Errorf("got %s, %v", encode(person.Attributes), err)
	}
}

// testValues: what goes in comes out, digit by digit, the same on both engines.
func testValues(t *testing.T, s *Store) {
	for _, c := range []struct{ in, want string }{
		{`12345678901234567890123`, `12345678901234567890123`},
		{`0.10`, `0.10`},
		{`1.50e1`, `15.0`},
		{`-0`, `0`},
		{`1E-3`, `0.001`},
		{`"+15550100123"`, `"+15550100123"`},
		{`"<a href='x'>&"`, `"<a href='x'>&"`},
		{`"\ud83d\ude00 \u0001"`, `"😀 \u0001"`},
		{`"\ud800"`, `"�"`},
		{`{"b": [1, 2.0, null], "a": {"z": 1, "y": 1}, "a": {"long name": 1, "b": 2}}`, `{"a":{"b":2,"long name":1},"b":[1,2.0,null]}`},
		{`{}`, `{}`},
		{`""`, `""`},
		{`true`, `true`},
	} {
		put(t, s, "values", `{"value": `+c.in+`}`)
		wantAttributes(t, s, "values", `{"value":`+c.want+`}`)
		// A batch update writes values by other statements.
		person := put(t, s, "batch", `{"value": null}`)
		runBatch(t, s, BatchUpdate{
			RunID: "run " + c.in, Node: "0#1", Where: where(t, "person.id is "+person.ID), Limit: 1,
			Set: attrs(t, `{"value": `+c.in+`}`), Stamp: stampAt(0), Now: noon,
		})
		wantAttributes(t, s, "batch", `{"value":`+c.want+`}`)
	}
}

func testAttributeNames(t *testing.T, s *Store) {
	names := []string{"first name", "a.b", "it's", "$", "[0]", "#", "*", "%", "ä", "名前", "0", "-1", "a[0]", "$.x", "' OR 1=1 --", "😀", "?", "?1", ":a", "a;b"}
	for i, name := range names {
		set, err := json.Marshal(map[string]string{name: "v"})
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprintf("p%d", i)
		put(t, s, id, `{"phone": "555-010-0100"}`)
		update := batchOf(t, "set "+id, "person.id is "+id, string(set), 1)
		if got := runBatch(t, s, update); got != (BatchResult{Matched: 1, Changed: 1}) {
			t.Errorf("%q: %+v", name, got)
		}
		again := batchOf(t, "again "+id, "person.id is "+id, string(set), 2)
		again.Where.Field, again.Where.Operator, again.Where.Value = "person."+name, "is", json.RawMessage(`"V"`)
		if got := runBatch(t, s, again); got != (BatchResult{Matched: 1}) {
			t.Errorf("%q again: %+v", name, got)
		}
		older := batchOf(t, "older "+id, "person.id is "+id, `{`+string(encode(name))+`: null}`, 0)
		if got := runBatch(t, s, older); got != (BatchResult{Matched: 1, Overtaken: 1}) {
			t.Errorf("%q older: %+v", name, got)
		}
		remove := batchOf(t, "remove "+id, "person.id is "+id, `{`+string(encode(name))+`: null}`, 3)
		if got := runBatch(t, s, remove); got != (BatchResult{Matched: 1, Changed: 1}) {
			t.Errorf("%q removed: %+v", name, got)
		}
		wantAttributes(t, s, id, `{"phone":"555-010-0100"}`)
	}
}

func testInvalidInput(t *testing.T, s *Store) {
	ctx := t.Context()
	for name, bad := range map[string]PutPerson{
		"no id":         {ID: ""},
		"long id":       {ID: strings.Repeat("x", MaxIDLength+1)},
		"NUL in id":     {ID: "a\x00b"},
		"broken id":     {ID: "a\xffb"},
		"NUL in value":  {ID: "a", Attributes: attrs(t, `{"x": {"y": ["\u0000"]}}`)},
		"NUL in key":    {ID: "a", Attributes: attrs(t, `{"x": {"\u0000": 1}}`)},
		"no name":       {ID: "a", Attributes: attrs(t, `{"": 1}`)},
		"quote in name": {ID: "a", Attributes: attrs(t, `{"a\"b": 1}`)},
		"slash in name": {ID: "a", Attributes: attrs(t, `{"a\\b": 1}`)},
		"NUL in name":   {ID: "a", Attributes: attrs(t, `{"a\u0000b": 1}`)},
		"reserved name": {ID: "a", Attributes: attrs(t, `{"id": 1}`)},
		"long name":     {ID: "a", Attributes: map[string]json.RawMessage{strings.Repeat("x", 151): json.RawMessage("1")}},
		"broken value":  {ID: "a", Attributes: map[string]json.RawMessage{"x": json.RawMessage(`{`)}},
		"two values":    {ID: "a", Attributes: map[string]json.RawMessage{"x": json.RawMessage(`1 2`)}},
		"no value":      {ID: "a", Attributes: map[string]json.RawMessage{"x": nil}},
		"huge number":   {ID: "a", Attributes: attrs(t, `{"x": 1e999999999}`)},
		"huge text":     {ID: "a", Attributes: map[string]json.RawMessage{"x": encode(strings.Repeat("x", MaxValueLength))}},
		"deep value":    {ID: "a", Attributes: map[string]json.RawMessage{"x": json.RawMessage(strings.Repeat("[", 50) + strings.Repeat("]", 50))}},
		"year 0":        {ID: "a", CreatedAt: &time.Time{}},
	} {
		bad.Stamp = stampAt(0)
		if bad.CreatedAt != nil {
			before := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
			bad.CreatedAt = &before
		}
		_, _, err := s.PutPerson(ctx, workspace, bad)
		if !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	_, _, err := s.PutPerson(ctx, workspace, PutPerson{ID: "a"})
	wantInvalid(t, err)
	if count, err := s.CountPeople(ctx, workspace.Key); err != nil || count != 0 {
		t.Errorf("%d people were added, %v", count, err)
	}
	for _, id := range []string{"", "a\x00", "\xff", strings.Repeat("x", 1000)} {
		if _, err := s.GetPerson(ctx, workspace.Key, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
		if _, err := s.GetRun(ctx, workspace.Key, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("run %q: %v", id, err)
		}
		if _, err := s.FindCampaignByToken(ctx, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("token %q: %v", id, err)
		}
	}
	_, err = s.ListPeople(ctx, workspace, PeopleQuery{Cursor: "%%%"})
	wantInvalid(t, err)
	_, err = s.ListRuns(ctx, workspace.Key, RunsQuery{Cursor: "bm9uZQ"})
	wantInvalid(t, err)
	_, err = s.ListActivity(ctx, workspace.Key, ActivityQuery{Cursor: "bm9uZQ"})
	wantInvalid(t, err)
	_, err = s.BatchUpdate(ctx, workspace, BatchUpdate{RunID: "r", Node: "n", Limit: 1000, Stamp: stampAt(0), Set: attrs(t, `{"x": 1}`)})
	wantInvalid(t, err)
}
