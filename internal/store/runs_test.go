package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/message"
)

func refOf(key string) message.RunRef {
	return message.RunRef{Workspace: workspace.Key, Campaign: "c", Version: 2, ID: "c." + key, At: noon}
}

func beginOf(key, execution string) message.BeginRunInput {
	return message.BeginRunInput{
		Run: refOf(key), WorkflowID: "run/default/c/" + key, Execution: execution,
		Event: message.Event{Key: key, ArrivedAt: noon, Payload: json.RawMessage(`{"n": 12345678901234567890, "nul": "\u0000"}`)},
	}
}

func begin(t testing.TB, s *Store, in message.BeginRunInput) message.BeginRunResult {
	t.Helper()
	result, err := s.BeginRun(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func record(t testing.TB, s *Store, key, execution string, status message.RunStatus, steps ...message.Step) {
	t.Helper()
	finished := noon.Add(time.Minute)
	_, err := s.RecordRun(t.Context(), message.RecordRunInput{
		Run: refOf(key), Execution: execution, Status: status, Outcome: message.OutcomeUpdated, FinishedAt: &finished, Steps: steps,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testBeginRun(t *testing.T, s *Store) {
	if got := begin(t, s, beginOf("k", "one")); got.Duplicate || got.Run != "c.k" || !got.At.Equal(noon) || got.Why == "" {
		t.Errorf("the first: %+v", got)
	}
	if got := begin(t, s, beginOf("k", "one")); got.Duplicate {
		t.Errorf("the same execution again: %+v", got)
	}
	earlier := beginOf("k", "two")
	earlier.Event.ArrivedAt = noon.Add(-time.Hour)
	if got := begin(t, s, earlier); got.Duplicate {
		t.Errorf("taken over from a running one: %+v", got)
	}
	record(t, s, "k", "one", message.StatusCompleted)
	run, err := s.GetRun(t.Context(), workspace.Key, "c.k")
	if err != nil || run.Status != message.StatusRunning || !run.ArrivedAt.Equal(earlier.Event.ArrivedAt) {
		t.Errorf("an execution that lost its run wrote to it: %+v, %v", run, err)
	}
	record(t, s, "k", "two", message.StatusFailed)
	if got := begin(t, s, beginOf("k", "three")); got.Duplicate {
		t.Errorf("taken over from a failed one: %+v", got)
	}
	record(t, s, "k", "three", message.StatusCompleted)
	if got := begin(t, s, beginOf("k", "three")); got.Duplicate {
		t.Errorf("an execution is no duplicate of itself: %+v", got)
	}
	if got := begin(t, s, beginOf("k", "four")); !got.Duplicate || got.Run != "c.k" || got.Why == "" {
		t.Errorf("after completion: %+v", got)
	}
	begin(t, s, beginOf("canceled", "one"))
	record(t, s, "canceled", "one", message.StatusCanceled)
	if got := begin(t, s, beginOf("canceled", "two")); !got.Duplicate {
		t.Errorf("after cancellation: %+v", got)
	}
	samples, err := s.ListSamples(t.Context(), workspace.Key, "c")
	if err != nil || len(samples) != 2 {
		t.Errorf("%d samples, %v", len(samples), err)
	}
}

// testBeginRunAtOnce: one delivery is one row, one sample and, once its run has
// ended, nothing but duplicates.
func testBeginRunAtOnce(t *testing.T, s *Store) {
	var first, duplicates atomic.Int32
	all := func(execution func(i int) string) {
		var group sync.WaitGroup
		for i := range 16 {
			group.Go(func() {
				result, err := s.BeginRun(context.Background(), beginOf("k", execution(i)))
				if err != nil {
					t.Error(err)
				}
				if result.Duplicate {
					duplicates.Add(1)
				}
				if result.Why == "the first delivery with this key" {
					first.Add(1)
				}
			})
		}
		group.Wait()
	}
	all(func(int) string { return "one" })
	if first.Load() != 1 || duplicates.Load() != 0 {
		t.Errorf("%d were first, %d duplicates", first.Load(), duplicates.Load())
	}
	record(t, s, "k", "one", message.StatusCompleted)
	all(func(i int) string { return fmt.Sprint("other", i) })
	if first.Load() != 1 || duplicates.Load() != 16 {
		t.Errorf("afterwards %d were first, %d duplicates", first.Load(), duplicates.Load())
	}
	samples, err := s.ListSamples(t.Context(), workspace.Key, "c")
	if err != nil || len(samples) != 1 {
		t.Errorf("%d samples, %v", len(samples), err)
	}
}

func testRecordRun(t *testing.T, s *Store) {
	begin(t, s, beginOf("k", "one"))
	steps := []message.Step{
		{Node: "0#1", Name: "Opted out", Type: "branch", At: noon, Result: json.RawMessage("true"), Why: "OptOutType is STOP"},
		{Node: "0.then.0#1", Name: "Set", Type: "batch_update", At: noon, Result: json.RawMessage(`{"matched":1,"big":12345678901234567890}`), Why: "NUL \x00 and \xff"},
	}
	record(t, s, "k", "one", message.StatusRunning, steps[0])
	for range 2 {
		record(t, s, "k", "one", message.StatusCompleted, steps...)
	}
	run, err := s.GetRun(t.Context(), workspace.Key, "c.k")
	if err != nil {
		t.Fatal(err)
	}
	finished := noon.Add(time.Minute)
	steps[1].Why = "NUL � and �"
	want := Run{
		ID: "c.k", WorkflowID: "run/default/c/k", Campaign: "c", Version: 2, Status: message.StatusCompleted,
		Outcome: message.OutcomeUpdated, ArrivedAt: noon, StartedAt: run.StartedAt, FinishedAt: &finished, Steps: steps,
	}
	if diff := cmp.Diff(want, run); diff != "" {
		t.Error(diff)
	}
	if time.Since(run.StartedAt) > time.Hour {
		t.Errorf("started at %v", run.StartedAt)
	}
	// A run that failed before it could claim its delivery gets a row as well.
	_, err = s.RecordRun(t.Context(), message.RecordRunInput{
		Run: refOf("early"), Execution: "one", Status: message.StatusFailed, Outcome: message.OutcomeFailed, Failure: "no\x00thing",
	})
	if err != nil {
		t.Fatal(err)
	}
	early, err := s.GetRun(t.Context(), workspace.Key, "c.early")
	if err != nil || early.WorkflowID != "run/default/c/early" || early.Failure != "no�thing" || early.FinishedAt != nil {
		t.Errorf("got %+v, %v", early, err)
	}
}

func testRuns(t *testing.T, s *Store) {
	for i := range 5 {
		started := noon.Add(time.Duration(i/2) * time.Second)
		s.now = func() time.Time { return started }
		begin(t, s, beginOf(fmt.Sprint(i), "one"))
	}
	record(t, s, "1", "one", message.StatusCompleted)
	for _, c := range []struct {
		query RunsQuery
		want  []string
	}{
		{RunsQuery{Limit: 2}, []string{"c.4", "c.3", "c.2", "c.1", "c.0"}},
		{RunsQuery{Status: message.StatusCompleted}, []string{"c.1"}},
		{RunsQuery{Campaign: "c", Limit: 1}, []string{"c.4", "c.3", "c.2", "c.1", "c.0"}},
		{RunsQuery{Campaign: "d"}, []string{}},
		{RunsQuery{Person: "ann"}, []string{}},
		{RunsQuery{Person: "\x00"}, []string{}},
	} {
		got := []string{}
		for query := c.query; ; {
			page, err := s.ListRuns(t.Context(), workspace.Key, query)
			if err != nil {
				t.Fatal(err)
			}
			for _, run := range page.Runs {
				got = append(got, run.ID)
			}
			if query.Cursor = page.Next; page.Next == "" || len(got) > 20 {
				break
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v: %s", c.query, diff)
		}
	}
	if _, err := s.GetRun(t.Context(), "other", "c.1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("another workspace sees the run: %v", err)
	}
}
