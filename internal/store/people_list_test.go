package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/message"
)

func testPutPeople(t *testing.T, s *Store) {
	put(t, s, "p0003", `{"x": "later", "own": true}`)
	var people []PutPerson
	for i := range 1201 {
		people = append(people, PutPerson{
			ID: fmt.Sprintf("p%04d", i), Stamp: stampAt(-1),
			Attributes: attrs(t, fmt.Sprintf(`{"phone": "+1555%07d", "x": "bulk"}`, i)),
		})
	}
	created := noon.AddDate(-1, 0, 0)
	people = append(people, PutPerson{ID: "p1200", Stamp: stampAt(5), CreatedAt: &created, Attributes: attrs(t, `{"x": "twice"}`)})
	for range 2 {
		if err := s.PutPeople(t.Context(), workspace, people); err != nil {
			t.Fatal(err)
		}
		if count, err := s.CountPeople(t.Context(), workspace.Key); err != nil || count != 1201 {
			t.Errorf("%d people, %v", count, err)
		}
		wantAttributes(t, s, "p0003", `{"own":true,"phone":"+15550000003","x":"later"}`)
		wantAttributes(t, s, "p1200", `{"phone":"+15550001200","x":"twice"}`)
	}
	found, err := s.FindPeopleByPhone(t.Context(), workspace, "+15550001200")
	if err != nil || len(found) != 1 || !found[0].CreatedAt.Equal(created) {
		t.Errorf("found %+v, %v", found, err)
	}
	wantInvalid(t, s.PutPeople(t.Context(), workspace, []PutPerson{{ID: "", Stamp: stampAt(0)}}))
}

func testUpdatePerson(t *testing.T, s *Store) {
	ctx := t.Context()
	update := UpdatePerson{RunID: "c.1", Node: "0#1", Campaign: "c", ID: "ann", Set: attrs(t, `{"x": 1, "phone": "555-010-0123"}`), Stamp: stampAt(1), Now: noon}
	run := func(change func(*UpdatePerson)) UpdateResult {
		t.Helper()
		changed := update
		change(&changed)
		result, err := s.UpdatePerson(ctx, workspace, changed)
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	if got := run(func(u *UpdatePerson) {}); got != (UpdateResult{}) {
		t.Errorf("nobody has the id: %+v", got)
	}
	create := func(u *UpdatePerson) { u.Create, u.Node = true, "1#1" }
	for range 2 {
		if got := run(create); got != (UpdateResult{Found: true, Created: true, Changed: true}) {
			t.Errorf("created: %+v", got)
		}
	}
	if got := run(func(u *UpdatePerson) { u.Node = "2#1" }); got != (UpdateResult{Found: true}) {
		t.Errorf("the same values: %+v", got)
	}
	older := func(u *UpdatePerson) { u.Node, u.Stamp, u.Set = "3#1", stampAt(0), attrs(t, `{"x": 2, "y": 1}`) }
	if got := run(older); got != (UpdateResult{Found: true, Changed: true, Overtaken: true}) {
		t.Errorf("an older write: %+v", got)
	}
	wantAttributes(t, s, "ann", `{"phone":"555-010-0123","x":1,"y":1}`)
	page, err := s.ListActivity(ctx, workspace.Key, ActivityQuery{Run: "c.1"})
	if err != nil || len(page.Activity) != 2 || page.Activity[0].Campaign != "c" {
		t.Errorf("the log has %+v, %v", page.Activity, err)
	}
	_, err = s.UpdatePerson(ctx, workspace, UpdatePerson{RunID: "c.1", Node: "9#1", Stamp: stampAt(0)})
	wantInvalid(t, err)
}

func testListPeople(t *testing.T, s *Store) {
	ctx := t.Context()
	for i := range 7 {
		at := noon.Add(-time.Duration(i/2) * time.Hour)
		_, _, err := s.PutPerson(ctx, workspace, PutPerson{
			ID: fmt.Sprintf("p%d", i), CreatedAt: &at, Stamp: stampAt(0),
			Attributes: attrs(t, fmt.Sprintf(`{"phone": "(555) 010-010%d"}`, i%2)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	late := noon.Add(time.Hour)
	if _, _, err := s.PutPerson(ctx, workspace, PutPerson{ID: "Z", CreatedAt: &late, Stamp: stampAt(0)}); err != nil {
		t.Fatal(err)
	}
	if got, want := listedPeople(t, s, PeopleQuery{Limit: 3}), []string{"p6", "p4", "p5", "p2", "p3", "p0", "p1", "Z"}; !cmp.Equal(got, want) {
		t.Errorf("everyone: %v, want %v", got, want)
	}
	if got, want := listedPeople(t, s, PeopleQuery{Limit: 1, Phone: "1-555-010-0101"}), []string{"p5", "p3", "p1"}; !cmp.Equal(got, want) {
		t.Errorf("by phone: %v, want %v", got, want)
	}
	for _, nobodys := range []string{"none", "12345", "(555) 010-0101 x7", "\x00"} {
		if got := listedPeople(t, s, PeopleQuery{Phone: nobodys}); len(got) != 0 {
			t.Errorf("%q: %v", nobodys, got)
		}
	}
	people, err := s.FindPeopleByPhone(ctx, workspace, "whatsapp:+15550100101")
	if err != nil || len(people) != 3 || people[0].ID != "p5" {
		t.Errorf("found %v, %v", people, err)
	}
	if people, err := s.FindPeopleByPhone(ctx, message.Workspace{Key: "other", Region: "US"}, "+15550100101"); err != nil || len(people) != 0 {
		t.Errorf("another workspace finds %v, %v", people, err)
	}
}

// listedPeople reads all pages.
func listedPeople(t *testing.T, s *Store, query PeopleQuery) []string {
	t.Helper()
	ids := []string{}
	for {
		page, err := s.ListPeople(t.Context(), workspace, query)
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range page.People {
			ids = append(ids, person.ID)
		}
		if page.Next == "" {
			return ids
		}
		if len(ids) > 100 {
			t.Fatal("the pages don't end")
		}
		query.Cursor = page.Next
	}
}

func testDeletePerson(t *testing.T, s *Store) {
	ctx := t.Context()
	put(t, s, "one", `{"x": 1}`)
	put(t, s, "two", `{"x": 1}`)
	if err := s.DeletePerson(ctx, workspace.Key, "one"); err != nil {
		t.Fatal(err)
	}
	if err := s.DeletePerson(ctx, workspace.Key, "one"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the second time: %v", err)
	}
	if _, err := s.GetPerson(ctx, workspace.Key, "one"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the person is still there: %v", err)
	}
	page, err := s.ListActivity(ctx, workspace.Key, ActivityQuery{})
	if err != nil || len(page.Activity) != 1 || page.Activity[0].Person != "two" {
		t.Errorf("the log has %+v, %v", page, err)
	}
}

// testUpdatePersonAtOnce: calls of one visit agree on what it did.
func testUpdatePersonAtOnce(t *testing.T, s *Store) {
	update := UpdatePerson{RunID: "c.1", Node: "0#1", ID: "ann", Create: true, Set: attrs(t, `{"x": 1}`), Stamp: stampAt(1), Now: noon}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			got, err := s.UpdatePerson(context.Background(), workspace, update)
			if err != nil || got != (UpdateResult{Found: true, Created: true, Changed: true}) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	all.Wait()
}
