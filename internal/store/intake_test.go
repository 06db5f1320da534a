package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func init() {
	suite["intake"] = testIntake
	suite["intake keeps the earliest"] = testIntakeKeepsTheEarliest
	suite["intake dead"] = testIntakeDead
	suite["intake delayed"] = testIntakeDelayed
	suite["intake large"] = testIntakeLarge
	suite["intake lease"] = testIntakeLease
	suite["intake refuses"] = testIntakeRefuses
	suite["intake whole"] = testIntakeWhole
}

// entryAt is an entry that arrived some seconds after noon.
func entryAt(id, order string, seconds int) IntakeEntry {
	return IntakeEntry{
		ID: id, Workspace: workspace.Key, Kind: "inbound_message", Order: order, WorkflowID: "inbound/" + id, TaskQueue: "short",
		Input: []byte(`{"body":"\u0000 é ` + id + `"}`), ArrivedAt: noon.Add(time.Duration(seconds) * time.Second),
	}
}

func appendIntake(t *testing.T, s *Store, entries ...IntakeEntry) {
	t.Helper()
	if err := s.AppendIntake(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func wantIntake(t *testing.T, s *Store, limit int, except []string, want ...string) {
	t.Helper()
	found, err := s.ListIntake(t.Context(), limit, except)
	if err != nil {
		t.Fatal(err)
	}
	if got := idsOfIntake(found); !slices.Equal(got, want) {
		t.Errorf("waiting: %v, want %v", got, want)
	}
}

func idsOfIntake(entries []IntakeEntry) []string {
	var ids []string
	for _, entry := range entries {
		ids = append(ids, entry.ID)
	}
	return ids
}

func testIntake(t *testing.T, s *Store) {
	first := entryAt("b", "ann", 1)
	first.Attempts, first.Reason = 2, "late"
	appendIntake(t, s, entryAt("c", "bob", 2), first, entryAt("a", "ann", 2), entryAt("d", "", 3))
	// Kept again, an entry stays as it was.
	again := entryAt("b", "else", 9)
	again.Dead = true
	appendIntake(t, s, again, entryAt("d", "", 3))
	appendIntake(t, s)
	wantIntake(t, s, 10, nil, "b", "a", "c", "d")
	wantIntake(t, s, 2, nil, "b", "a")
	wantIntake(t, s, 10, []string{"ann"}, "c", "d")
	wantIntake(t, s, 10, []string{"ann", "bob"}, "d")
	found, err := s.ListIntake(t.Context(), 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprintf("%+v", found[0]), fmt.Sprintf("%+v", first); got != want {
		t.Errorf("kept as\n%s, want\n%s", got, want)
	}
	if err := s.DeleteIntake(t.Context(), []string{"b", "nobody", "c"}); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteIntake(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantIntake(t, s, 10, nil, "a", "d")
}

// testIntakeWhole appends more than one statement takes, and once with an entry
// that can't be kept: then none is.
func testIntakeWhole(t *testing.T, s *Store) {
	var entries []IntakeEntry
	for i := range 3*intakePortion + 7 {
		entries = append(entries, entryAt(fmt.Sprintf("%04d", i), "", i))
	}
	broken := append(slices.Clone(entries), entryAt("bad\x00", "", 0))
	wantInvalid(t, s.AppendIntake(t.Context(), broken))
	wantIntake(t, s, 10, nil)
	appendIntake(t, s, entries...)
	wantIntake(t, s, 10_000, nil, idsOfIntake(entries)...)
	if err := s.DeleteIntake(t.Context(), idsOfIntake(entries)); err != nil {
		t.Fatal(err)
	}
	wantIntake(t, s, 10_000, nil)
}

func testIntakeKeepsTheEarliest(t *testing.T, s *Store) {
	second, first, third := entryAt("a", "ann", 2), entryAt("a", "ann", 1), entryAt("a", "ann", 3)
	second.Input, first.Input, third.Input = []byte("2"), []byte("1"), []byte("3")
	dead, again := entryAt("b", "ann", 5), entryAt("b", "ann", 4)
	dead.Dead = true
	appendIntake(t, s, second, dead, third)
	appendIntake(t, s, third, first, second, again)
	appendIntake(t, s, second)
	found, err := s.ListIntake(t.Context(), 9, nil)
	if err != nil || len(found) != 1 || !found[0].ArrivedAt.Equal(first.ArrivedAt) || string(found[0].Input) != "1" {
		t.Errorf("waiting: %+v, %v", found, err)
	}
}

func testIntakeRefuses(t *testing.T, s *Store) {
	for name, damage := range map[string]func(*IntakeEntry){
		"no id":       func(e *IntakeEntry) { e.ID = "" },
		"null byte":   func(e *IntakeEntry) { e.WorkflowID = "a\x00" },
		"no UTF-8":    func(e *IntakeEntry) { e.Order = "\xff" },
		"year beyond": func(e *IntakeEntry) { e.ArrivedAt = time.Date(12_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"workspace":   func(e *IntakeEntry) { e.Workspace = "\x00" },
	} {
		entry := entryAt("a", "ann", 1)
		damage(&entry)
		if err := s.AppendIntake(t.Context(), []IntakeEntry{entry}); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	// Neither an input nor a reason is ever refused.
	odd := entryAt("odd", "", 1)
	odd.Input, odd.Reason = []byte("\x00\xff"), "\x00\xff"+strings.Repeat("é", maxReason)
	none := entryAt("none", "", 2)
	none.Input = nil
	appendIntake(t, s, odd, none)
	got, err := s.GetIntake(t.Context(), workspace.Key, "odd")
	if err != nil || !bytes.Equal(got.Input, odd.Input) || len(got.Reason) > maxReason+len("…") {
		t.Errorf("kept %q with a reason of %d bytes, %v", got.Input, len(got.Reason), err)
	}
}

func testIntakeDead(t *testing.T, s *Store) {
	refused := entryAt("e", "ann", 5)
	refused.Dead, refused.Reason = true, "no such namespace"
	elsewhere := entryAt("other", "ann", 0)
	elsewhere.Workspace = "other"
	elsewhere.Dead = true
	appendIntake(t, s, entryAt("a", "ann", 1), entryAt("b", "ann", 2), entryAt("c", "ann", 3), refused, elsewhere)
	for _, id := range []string{"a", "c", "nobody"} {
		if err := s.MarkIntakeDead(t.Context(), id, "refused "+id); err != nil {
			t.Fatal(err)
		}
	}
	wantIntake(t, s, 10, nil, "b")
	wantStatus(t, s, workspace.Key, 1, 3, 2)
	wantStatus(t, s, "", 1, 4, 2)
	page, err := s.ListDeadIntake(t.Context(), workspace.Key, 2, "")
	if err != nil || !slices.Equal(idsOfIntake(page.Entries), []string{"e", "c"}) || page.Next == "" {
		t.Fatalf("dead: %+v, %v", page, err)
	}
	if last := page.Entries[1]; last.Reason != "refused c" || !last.Dead || last.Attempts != 1 || last.Input != nil {
		t.Errorf("dead: %+v", last)
	}
	rest, err := s.ListDeadIntake(t.Context(), workspace.Key, 2, page.Next)
	if err != nil || !slices.Equal(idsOfIntake(rest.Entries), []string{"a"}) || rest.Next != "" {
		t.Errorf("the rest: %+v, %v", rest, err)
	}
	_, err = s.ListDeadIntake(t.Context(), workspace.Key, 2, "?")
	wantInvalid(t, err)
	for _, id := range []string{"b", "other", "nobody", "\x00"} {
		if err := s.ReplayDeadIntake(t.Context(), workspace.Key, id); !errors.Is(err, ErrNotFound) {
			t.Errorf("replaying %q: %v, want ErrNotFound", id, err)
		}
	}
	if err := s.ReplayDeadIntake(t.Context(), workspace.Key, "a"); err != nil {
		t.Fatal(err)
	}
	wantIntake(t, s, 10, nil, "a", "b")
	if _, err := s.GetIntake(t.Context(), "other", "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("another workspace's entry: %v", err)
	}
}

func wantStatus(t *testing.T, s *Store, workspace string, waiting, dead, oldest int) {
	t.Helper()
	status, err := s.IntakeStatus(t.Context(), workspace)
	if err != nil {
		t.Fatal(err)
	}
	if status.Waiting != waiting || status.Dead != dead || status.Oldest == nil || !status.Oldest.Equal(noon.Add(time.Duration(oldest)*time.Second)) {
		t.Errorf("status of %q: %+v, oldest %v", workspace, status, status.Oldest)
	}
}

func testIntakeDelayed(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	appendIntake(t, s, entryAt("a", "ann", 1), entryAt("b", "ann", 2), entryAt("c", "ann", 3), entryAt("d", "", 4), entryAt("e", "", 5), entryAt("f", "bob", 6))
	for _, id := range []string{"b", "d"} {
		if err := s.DelayIntake(t.Context(), id, noon.Add(time.Minute), "too late"); err != nil {
			t.Fatal(err)
		}
	}
	// What is behind b waits for it; nobody waits for d.
	wantIntake(t, s, 10, nil, "a", "e", "f")
	now = noon.Add(time.Minute)
	wantIntake(t, s, 10, nil, "a", "b", "c", "d", "e", "f")
	delayed, err := s.GetIntake(t.Context(), workspace.Key, "b")
	if err != nil || delayed.Attempts != 1 || delayed.Reason != "too late" || delayed.Dead {
		t.Errorf("delayed: %+v, %v", delayed, err)
	}
	// A dead one no longer holds anybody up.
	if err := s.DelayIntake(t.Context(), "b", noon.Add(time.Hour), "too late"); err != nil {
		t.Fatal(err)
	}
	if err := s.MarkIntakeDead(t.Context(), "b", "refused"); err != nil {
		t.Fatal(err)
	}
	wantIntake(t, s, 10, nil, "a", "c", "d", "e", "f")
	if err := s.ReplayDeadIntake(t.Context(), workspace.Key, "b"); err != nil {
		t.Fatal(err)
	}
	wantIntake(t, s, 10, nil, "a", "b", "c", "d", "e", "f")
}

// testIntakeLarge: a page holds as much as fits in memory, and one entry at least.
func testIntakeLarge(t *testing.T, s *Store) {
	var entries []IntakeEntry
	for i := range 4 {
		entry := entryAt(fmt.Sprint(i), "", i)
		entry.Input = bytes.Repeat([]byte("x"), intakeBytes/2)
		entries = append(entries, entry)
	}
	entries[2].Input = bytes.Repeat([]byte("x"), intakeBytes+1)
	appendIntake(t, s, entries...)
	wantIntake(t, s, 10, nil, "0", "1")
	if err := s.DeleteIntake(t.Context(), []string{"0", "1"}); err != nil {
		t.Fatal(err)
	}
	wantIntake(t, s, 10, nil, "2")
}

func testIntakeLease(t *testing.T, s *Store) {
	now := noon
	s.now = func() time.Time { return now }
	steps := []struct {
		owner string
		after time.Duration
		want  bool
	}{
		{"one", 0, true}, {"two", time.Second, false}, {"one", 8 * time.Second, true},
		{"two", 9 * time.Second, false}, {"two", 2 * time.Second, true}, {"one", time.Second, false},
	}
	for i, step := range steps {
		now = now.Add(step.after)
		got, err := s.TakeIntakeLease(t.Context(), step.owner, 10*time.Second)
		if err != nil || got != step.want {
			t.Errorf("step %d: %s has it: %t, %v", i, step.owner, got, err)
		}
	}
	for _, owner := range []string{"one", "two"} {
		if err := s.DropIntakeLease(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.TakeIntakeLease(t.Context(), "one", time.Second); err != nil || !got {
		t.Errorf("after it was given back: %t, %v", got, err)
	}
	now = now.Add(time.Hour)
	if got, err := s.TakeIntakeLease(t.Context(), "ahead", 10*time.Second); err != nil || !got {
		t.Errorf("after its end: %t, %v", got, err)
	}
	now = now.Add(-time.Hour)
	if got, err := s.TakeIntakeLease(t.Context(), "one", 10*time.Second); err != nil || !got {
		t.Errorf("from somebody whose clock is an hour ahead: %t, %v", got, err)
	}
}
