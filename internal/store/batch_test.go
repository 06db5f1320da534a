package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// addPeople adds people with one plan, as p0000, p0001, and so on.
func addPeople(t testing.TB, s *Store, prefix, plan string, count int) {
	t.Helper()
	people := make([]PutPerson, count)
	for i := range people {
		people[i] = PutPerson{ID: fmt.Sprintf("%s%05d", prefix, i), Stamp: stampAt(0), Attributes: attrs(t, `{"plan": "`+plan+`"}`)}
	}
	if err := s.PutPeople(t.Context(), workspace, people); err != nil {
		t.Fatal(err)
	}
}

func testBatchPhone(t *testing.T, s *Store) {
	put(t, s, "ann", `{"phone": "(555) 010-0123"}`)
	put(t, s, "bob", `{"phone": "+1 555 010 0123"}`)
	put(t, s, "cleo", `{"phone": "555-010-0199"}`)
	put(t, s, "dan", `{}`)
	put(t, s, "eve", `{"phone": "rubbish"}`)
	if got := runBatch(t, s, batchOf(t, "1", "person.phone is 1-555-010-0123", `{"out": true}`, 1)); got != (BatchResult{2, 2, 0}) {
		t.Errorf("got %+v", got)
	}
	wantAttributes(t, s, "bob", `{"out":true,"phone":"+1 555 010 0123"}`)
	wantAttributes(t, s, "cleo", `{"phone":"555-010-0199"}`)
	for i, nobodys := range []string{"person.phone is rubbish", "person.phone is not rubbish", "person.phone is none of [rubbish, +15550100123]", "person.phone is 12345"} {
		if got := runBatch(t, s, batchOf(t, fmt.Sprint("none", i), nobodys, `{"out": true}`, 1)); got != (BatchResult{}) {
			t.Errorf("%s: %+v", nobodys, got)
		}
	}
	// A batch update that sets the phone moves the number; a person without one
	// can be found by it then.
	runBatch(t, s, batchOf(t, "2", "person.id is dan", `{"phone": "+15550100777"}`, 1))
	runBatch(t, s, batchOf(t, "3", "person.id is bob", `{"phone": null}`, 1))
	runBatch(t, s, batchOf(t, "4", "person.id is cleo", `{"phone": "+15550100888"}`, -1))
	for number, want := range map[string]string{"+15550100777": "[dan]", "+15550100123": "[ann]", "+15550100199": "[cleo]", "+15550100888": "[]"} {
		if got := listedPeople(t, s, PeopleQuery{Phone: number}); fmt.Sprint(got) != want {
			t.Errorf("%s belongs to %v, want %s", number, got, want)
		}
	}
}

// testBatchOrder drains START and STOP in the wrong order: the later one wins.
func testBatchOrder(t *testing.T, s *Store) {
	put(t, s, "ann", `{"phone": "555-010-0123"}`)
	stop := batchOf(t, "stop", "person.phone is +15550100123", `{"out": true}`, 10)
	start := batchOf(t, "start", "person.phone is +15550100123", `{"out": false}`, 5)
	if got := runBatch(t, s, stop); got != (BatchResult{1, 1, 0}) {
		t.Errorf("STOP: %+v", got)
	}
	if got := runBatch(t, s, start); got != (BatchResult{1, 0, 1}) {
		t.Errorf("START, which came before: %+v", got)
	}
	wantAttributes(t, s, "ann", `{"out":true,"phone":"555-010-0123"}`)

	// A removal is remembered, too.
	if got := runBatch(t, s, batchOf(t, "remove", "person.phone is +15550100123", `{"out": null}`, 20)); got != (BatchResult{1, 1, 0}) {
		t.Errorf("removal: %+v", got)
	}
	if got := runBatch(t, s, batchOf(t, "late", "person.phone is +15550100123", `{"out": true}`, 15)); got != (BatchResult{1, 0, 1}) {
		t.Errorf("older than the removal: %+v", got)
	}
	wantAttributes(t, s, "ann", `{"phone":"555-010-0123"}`)

	// Writing the same value again moves its time on.
	runBatch(t, s, batchOf(t, "again", "person.phone is +15550100123", `{"out": false}`, 30))
	if got := runBatch(t, s, batchOf(t, "again2", "person.phone is +15550100123", `{"out": false}`, 40)); got != (BatchResult{1, 0, 0}) {
		t.Errorf("the same value: %+v", got)
	}
	if got := runBatch(t, s, batchOf(t, "between", "person.phone is +15550100123", `{"out": true}`, 35)); got != (BatchResult{1, 0, 1}) {
		t.Errorf("between two equal writes: %+v", got)
	}
}

func testBatchRepeated(t *testing.T, s *Store) {
	put(t, s, "ann", `{"plan": "free"}`)
	update := batchOf(t, "r", "person.plan is free", `{"n": 1}`, 1)
	want := BatchResult{1, 1, 0}
	for range 3 {
		if got := runBatch(t, s, update); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		// Whoever comes later doesn't change what was recorded, nor does a limit.
		put(t, s, "bob", `{"plan": "free"}`)
		update.Limit = 1
	}
	wantAttributes(t, s, "bob", `{"plan":"free"}`)
	page, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Run: "r"})
	if err != nil || len(page.Activity) != 1 {
		t.Errorf("the log has %+v, %v", page.Activity, err)
	}
}

func testBatchLimit(t *testing.T, s *Store) {
	addPeople(t, s, "p", "free", 1000)
	for i, condition := range []string{"person.plan is free", "person.plan starts with FR"} {
		if got := runBatch(t, s, batchOf(t, fmt.Sprint("exactly", i), condition, `{"n": `+fmt.Sprint(i)+`}`, i)); got != (BatchResult{1000, 1000, 0}) {
			t.Errorf("exactly 1,000: %+v", got)
		}
	}
	addPeople(t, s, "q", "free", 3)
	for i, condition := range []string{"person.plan is free", "person.plan starts with fr"} {
		update := batchOf(t, fmt.Sprint("over", i), condition, `{"over": true}`, 3)
		_, err := s.BatchUpdate(t.Context(), workspace, update)
		var limit *BatchLimitError
		if !errors.As(err, &limit) || *limit != (BatchLimitError{Matched: 1003, Limit: 1000}) {
			t.Fatalf("got error %v", err)
		}
		if _, err := s.BatchBegin(t.Context(), workspace, update); !errors.As(err, &limit) || limit.Matched != 1003 {
			t.Errorf("in pages: %v", err)
		}
		if _, changed, err := s.MatchPeople(t.Context(), workspace, where(t, "person.over exists"), 1); err != nil || changed != 0 {
			t.Errorf("%d people were changed, %v", changed, err)
		}
		update.Limit = 1003
		if got := runBatch(t, s, update); got.Matched != 1003 {
			t.Errorf("with a higher limit: %+v", got)
		}
		runBatch(t, s, batchOf(t, fmt.Sprint("undo", i), "person.id is one of [p00000]", `{"over": null}`, 4))
		resetOver(t, s, i)
	}
}

func resetOver(t *testing.T, s *Store, round int) {
	t.Helper()
	update := batchOf(t, fmt.Sprint("reset", round), "person.over exists", `{"over": null}`, 4)
	update.Limit = 2000
	runBatch(t, s, update)
}

func testBatchLog(t *testing.T, s *Store) {
	put(t, s, "ann", `{"x": 1, "y": {"b": 2, "a": 1}, "z": "old", "plan": "free"}`)
	put(t, s, "bob", `{"x": 5, "z": "new", "plan": "free"}`)
	update := batchOf(t, "r", "person.plan is free", `{"x": 5, "y": null, "z": "new"}`, 1)
	if got := runBatch(t, s, update); got != (BatchResult{2, 1, 0}) {
		t.Errorf("got %+v", got)
	}
	page, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Type: LogAttributesChanged})
	if err != nil || len(page.Activity) != 1 {
		t.Fatalf("the log has %+v, %v", page.Activity, err)
	}
	entry := page.Activity[0]
	entry.ID = ""
	data := entry.Data
	entry.Data = nil
	if diff := cmp.Diff(LogEntry{At: noon, Type: LogAttributesChanged, Person: "ann", Campaign: "c", Run: "r"}, entry); diff != "" {
		t.Error(diff)
	}
	var got change
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	want := `{"before":{"x":1,"y":{"a":1,"b":2},"z":"old"},"after":{"x":5,"y":null,"z":"new"},"node":"0#1"}`
	if string(encode(got)) != want {
		t.Errorf("the entry says %s, want %s", encode(got), want)
	}
}

// testBatchAttributes: attributes of one write are overtaken one by one.
func testBatchAttributes(t *testing.T, s *Store) {
	put(t, s, "ann", `{"plan": "free"}`)
	putAt(t, s, "ann", `{"a": "later", "c": "later"}`, 10)
	update := batchOf(t, "r", "person.plan is free", `{"a": "mine", "b": "mine", "c": null, "d": null}`, 5)
	if got := runBatch(t, s, update); got != (BatchResult{1, 1, 1}) {
		t.Errorf("got %+v", got)
	}
	wantAttributes(t, s, "ann", `{"a":"later","b":"mine","c":"later","plan":"free"}`)
	if got := runBatch(t, s, batchOf(t, "empty", "person.plan is free", `{}`, 5)); got != (BatchResult{1, 0, 0}) {
		t.Errorf("nothing to set: %+v", got)
	}
}

// testBatchRandomWrites compares the SQL of batch updates with the merge in Go.
func testBatchRandomWrites(t *testing.T, s *Store) {
	names := []string{"a", "b", "c d", "phone"}
	values := []string{`null`, `1`, `"x"`, `{"k":[1,2]}`, `"+15550100123"`, `"+15550100124"`}
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		id := fmt.Sprintf("r%d", round)
		expected := newAttributes()
		put(t, s, id, `{}`)
		for step := range rapid.IntRange(1, 5).Draw(rt, "steps") {
			set := rapid.MapOfN(rapid.SampledFrom(names), rapid.SampledFrom(values), 1, 4).Draw(rt, "set")
			raw := map[string]json.RawMessage{}
			for name, value := range set {
				raw[name] = json.RawMessage(value)
			}
			stamp := stampAt(rapid.IntRange(0, 3).Draw(rt, "at"))
			w, err := newWrite(raw, stamp)
			if err != nil {
				rt.Fatal(err)
			}
			done := expected.apply(w)
			got, err := s.BatchUpdate(context.Background(), workspace, BatchUpdate{
				RunID: fmt.Sprint(id, ".", step), Node: "0#1", Where: where(t, "person.id is "+id), Set: raw, Limit: 1, Stamp: stamp, Now: noon,
			})
			want := BatchResult{1, count(done.changed()), count(done.overtaken)}
			if err != nil || got != want {
				rt.Fatalf("%v at %s: %+v, %v; want %+v", set, stamp, got, err, want)
			}
		}
		person, err := s.GetPerson(context.Background(), workspace.Key, id)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(string(encode(expected.values)), string(encode(person.Attributes))); diff != "" {
			rt.Fatal(diff)
		}
		if diff := cmp.Diff(phoneOf(workspace, expected.values), person.Phone); diff != "" {
			rt.Fatal(diff)
		}
	})
}

// testBatchConcurrency lets overlapping batch updates run at once: none fails,
// and the greatest stamp wins everywhere.
func testBatchConcurrency(t *testing.T, s *Store) {
	addPeople(t, s, "p", "free", 40)
	conditions := []string{"person.plan is free", "person.plan contains r", "person.id is one of [p00003, p00001]"}
	var all sync.WaitGroup
	for i := range 12 {
		update := batchOf(t, fmt.Sprint("run", i%6), conditions[i%3], fmt.Sprintf(`{"n": %d}`, i%6), i%6)
		all.Go(func() {
			if _, err := s.BatchUpdate(context.Background(), workspace, update); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	wantAttributes(t, s, "p00001", `{"n":5,"plan":"free"}`)
	wantAttributes(t, s, "p00004", `{"n":4,"plan":"free"}`)
	page, err := s.ListActivity(t.Context(), workspace.Key, ActivityQuery{Run: "run3", Limit: 1000})
	if err != nil || len(page.Activity) > 40 {
		t.Errorf("run3 logged %d changes of 40 people, %v", len(page.Activity), err)
	}
}
