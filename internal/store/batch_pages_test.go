package store

import (
	"context"
	"testing"
)

// testBatchPages takes a batch update through its pages as activities do that
// die in between: every page is counted once.
func testBatchPages(t *testing.T, s *Store) {
	const page, people = 200, 2*200 + 7
	s.batchPage = page
	addPeople(t, s, "p", "free", people)
	addPeople(t, s, "q", "paid", 3)
	update := batchOf(t, "r", "person.plan is free", `{"plan": "paid"}`, 1)
	update.Limit = people
	begun, err := s.BatchBegin(t.Context(), workspace, update)
	if err != nil || begun != (BatchProgress{Left: people}) {
		t.Fatalf("begun %+v, %v", begun, err)
	}
	// Whoever is added now is none of those who were counted.
	addPeople(t, s, "r", "free", 2)
	first, err := s.BatchPage(t.Context(), workspace, update)
	if err != nil || first.Changed != page || first.Left != people-page || first.Done {
		t.Fatalf("the first page: %+v, %v", first, err)
	}
	// A worker that comes after a crash begins again, and goes on.
	again, err := s.BatchBegin(t.Context(), workspace, update)
	if err != nil || again != first {
		t.Fatalf("begun again %+v, %v; want %+v", again, err, first)
	}
	// A page whose transaction is canceled leaves nothing behind.
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.BatchPage(canceled, workspace, update); err == nil {
		t.Error("a canceled page was done")
	}
	last := finishPages(t, s, update)
	if last != (BatchProgress{Matched: people, Changed: people, Done: true}) {
		t.Errorf("at the end: %+v", last)
	}
	wantAttributes(t, s, "r00000", `{"plan":"free"}`)
	if after := finishPages(t, s, update); after != last {
		t.Errorf("once more: %+v", after)
	}
	if _, logged, err := countLog(t, s, "r"); err != nil || logged != people {
		t.Errorf("%d entries in the log, %v", logged, err)
	}
}

func finishPages(t *testing.T, s *Store, update BatchUpdate) BatchProgress {
	t.Helper()
	for range 100 {
		progress, err := s.BatchPage(t.Context(), workspace, update)
		if err != nil {
			t.Fatal(err)
		}
		if progress.Done {
			return progress
		}
	}
	t.Fatal("the pages don't end")
	return BatchProgress{}
}

func countLog(t *testing.T, s *Store, run string) (string, int, error) {
	t.Helper()
	var logged int
	err := s.read().get(t.Context(), &logged, "SELECT count(*) FROM activity_log WHERE workspace = ? AND run = ?", workspace.Key, run)
	return run, logged, err
}

// testBatchPagesDecided pages over a condition that Go decides on PostgreSQL.
func testBatchPagesDecided(t *testing.T, s *Store) {
	const page = 100
	s.candidatePage, s.batchPage = page, page/2
	addPeople(t, s, "p", "free", page+10)
	addPeople(t, s, "q", "other", page)
	addPeople(t, s, "r", "free again", 15)
	update := batchOf(t, "r", "person.plan starts with free", `{"seen": true}`, 1)
	update.Limit = 10_000
	begun, err := s.BatchBegin(t.Context(), workspace, update)
	if err != nil || begun.Left != page+25 {
		t.Fatalf("begun %+v, %v", begun, err)
	}
	if got := finishPages(t, s, update); got.Matched != page+25 || got.Changed != page+25 {
		t.Errorf("at the end: %+v", got)
	}
	nobody := batchOf(t, "nobody", "person.plan is nothing", `{"seen": true}`, 1)
	if got, err := s.BatchBegin(t.Context(), workspace, nobody); err != nil || got != (BatchProgress{Done: true}) {
		t.Errorf("nobody: %+v, %v", got, err)
	}
}
