package consent

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"replyflow/internal/message"
)

const (
	all       = message.CategoryAll
	marketing = message.CategoryMarketing
)

var (
	senderA = SenderScope("+15550100100")
	senderB = SenderScope("+15550100200")
	service = ServiceScope("MG1")
)

func minute(n int) time.Time { return time.Date(2026, 11, 21, 10, n, 0, 0, time.UTC) }

// rowsOf are the rows that events add up to.
func rowsOf(events []Event) []Row {
	var rows []Row
	for _, event := range events {
		i := slices.IndexFunc(rows, func(row Row) bool {
			return row.Scope == event.Scope && row.Lane == event.Lane && row.Category == event.Category
		})
		if i < 0 {
			rows = append(rows, Row{Scope: event.Scope, Lane: event.Lane, Category: event.Category})
			i = len(rows) - 1
		}
		rows[i].Marks.Add(event)
	}
	return rows
}

func at(n int, scope Scope, lane Lane, category message.Category, action Action) Event {
	return Event{Scope: scope, Lane: lane, Category: category, Action: action, At: minute(n), ID: fmt.Sprint(n, action)}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	stop, start, yes := at(0, senderA, LaneKeyword, all, Out), at(5, senderA, LaneKeyword, all, In), at(5, senderA, LaneKeyword, all, Lift)
	stopAll := at(0, WorkspaceScope, LaneKeyword, all, Out)
	cases := []struct {
		name   string
		events []Event
		sender Scope
		for_   message.Category
		want   string
	}{
		{"nothing", nil, senderA, all, "-"},
		{"STOP", []Event{stop}, senderA, all, "out keyword 10:00"},
		{"STOP to A says nothing of B", []Event{stop}, senderB, all, "-"},
		{"STOP, START", []Event{stop, start}, senderA, all, "in keyword 10:05"},
		{"START first", []Event{at(0, senderA, LaneKeyword, all, In), at(5, senderA, LaneKeyword, all, Out)}, senderA, all, "out keyword 10:05"},
		{"at the same time", []Event{at(5, senderA, LaneKeyword, all, Out), start}, senderA, all, "out keyword 10:05"},
		{"STOPALL, at A", []Event{stopAll}, senderA, all, "out keyword 10:00"},
		{"STOPALL then START at A", []Event{stopAll, start}, senderA, all, "in keyword 10:05"},
		{"STOPALL then START at A, B", []Event{stopAll, start}, senderB, all, "out keyword 10:00"},
		{"YES after STOP", []Event{stop, yes}, senderA, all, "in keyword 10:05"},
		{"YES alone", []Event{yes}, senderA, all, "-"},
		{"YES before STOP", []Event{at(0, senderA, LaneKeyword, all, Lift), at(5, senderA, LaneKeyword, all, Out)}, senderA, all, "out keyword 10:05"},
		{"YES with STOP", []Event{at(5, senderA, LaneKeyword, all, Out), yes}, senderA, all, "out keyword 10:05"},
		{"YES of another lane", []Event{at(0, senderA, LaneBlock, all, Out), yes}, senderA, all, "out block 10:00"},
		{"START, then YES alone", []Event{at(0, senderA, LaneKeyword, all, In), yes}, senderA, all, "in keyword 10:00"},
		{"START doesn't lift a block", []Event{at(0, senderA, LaneBlock, all, Out), start}, senderA, all, "out block 10:00"},
		{"resume doesn't lift STOP", []Event{stop, at(9, senderA, LanePreference, marketing, In)}, senderA, marketing, "out keyword 10:00"},
		{"a preference is for marketing", []Event{at(0, senderA, LanePreference, marketing, Out)}, senderA, marketing, "out preference 10:00"},
		{"a preference spares the rest", []Event{at(0, senderA, LanePreference, marketing, Out)}, senderA, all, "-"},
		{"STOP covers marketing", []Event{stop}, senderA, marketing, "out keyword 10:00"},
		{"marketing alone doesn't lift STOP", []Event{stop, at(5, senderA, LaneKeyword, marketing, In)}, senderA, marketing, "out keyword 10:00"},
		{"START lifts what was said of marketing", []Event{at(0, senderA, LaneKeyword, marketing, Out), start}, senderA, marketing, "in keyword 10:05"},
		{"a wish that waits", []Event{at(0, senderA, LaneReview, all, Out)}, senderA, marketing, "out review 10:00"},
		{"a wish that waits hides no STOP", []Event{stop, at(9, senderA, LaneReview, all, Out)}, senderA, all, "out keyword 10:00"},
		{"decided", []Event{at(0, senderA, LaneReview, all, Out), at(5, senderA, LaneReview, all, Lift)}, senderA, all, "-"},
		{"decided, and opted in before", []Event{start, at(7, senderA, LaneReview, all, Out), at(9, senderA, LaneReview, all, Lift)}, senderA, all, "in keyword 10:05"},
		{"and everything", []Event{stop, at(5, senderA, LaneKeyword, marketing, In)}, senderA, all, "out keyword 10:00"},
		{"the later of two lanes", []Event{stop, at(9, senderA, LaneStaff, all, Out)}, senderA, all, "out staff 10:09"},
		{"a service", []Event{at(3, service, LaneKeyword, all, Out)}, senderB, all, "out keyword 10:03"},
	}
	for _, c := range cases {
		target := Target{Scopes: []Scope{c.sender, service, WorkspaceScope}, Category: c.for_}
		if got := say(Status(rowsOf(c.events), target)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func say(state State) string {
	verdict := "in"
	switch {
	case state.OptedOut:
		verdict = "out"
	case !state.OptedIn:
		return "-"
	}
	return fmt.Sprintf("%s %s %s", verdict, state.Lane, state.Since.Format("15:04"))
}

// naive is the definition itself, over the whole list of events: slow, and too
// simple to share a mistake with the marks.
func naive(events []Event, target Target) (out, in bool) {
	if target.Category != all {
		// Who wants nothing wants no marketing.
		if out, _ := naive(events, Target{target.Scopes, all}); out {
			return true, false
		}
	}
	for _, lane := range lanes {
		var latestOut, latestIn time.Time
		for _, event := range events {
			counts := slices.Contains(target.Scopes, event.Scope) && (event.Category == all || event.Category == target.Category)
			if event.Lane != lane || !counts {
				continue
			}
			ends := event.Action == In || event.Action == Lift && slices.ContainsFunc(events, func(before Event) bool {
				return before.Lane == lane && before.Action == Out && before.At.Before(event.At) &&
					slices.Contains(target.Scopes, before.Scope) && (before.Category == all || before.Category == target.Category)
			})
			if event.Action == Out && event.At.After(latestOut) {
				latestOut = event.At
			}
			if ends && event.At.After(latestIn) {
				latestIn = event.At
			}
		}
		isOut := !latestOut.IsZero() && !latestIn.After(latestOut)
		out = out || isOut
		in = in || !latestIn.IsZero() && !isOut
	}
	return out, in && !out
}

func anyEvent(t *rapid.T) Event {
	return Event{
		Scope:    rapid.SampledFrom([]Scope{senderA, senderB, service, WorkspaceScope}).Draw(t, "scope"),
		Lane:     rapid.SampledFrom(lanes).Draw(t, "lane"),
		Category: rapid.SampledFrom([]message.Category{all, marketing}).Draw(t, "category"),
		Action:   rapid.SampledFrom([]Action{Out, In, Lift}).Draw(t, "action"),
		At:       minute(rapid.IntRange(0, 9).Draw(t, "minute")),
		ID:       fmt.Sprint(rapid.IntRange(0, 99).Draw(t, "id")),
	}
}

// Order and repetition never decide: any processing of the same events gives the
// same status, and the one that the definition gives.
func TestOrderNeverDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(anyEvent), 0, 12).Draw(t, "events")
		again := rapid.Permutation(append(slices.Clone(events), events...)).Draw(t, "again")
		for _, category := range []message.Category{all, marketing} {
			for _, sender := range []Scope{senderA, senderB} {
				target := Target{Scopes: []Scope{sender, service, WorkspaceScope}, Category: category}
				state := Status(rowsOf(events), target)
				if diff := cmp.Diff(state, Status(rowsOf(again), target)); diff != "" {
					t.Fatalf("another order gives another status: %s", diff)
				}
				out, in := naive(events, target)
				if state.OptedOut != out || state.OptedIn != in {
					t.Fatalf("%+v, but the events say out %v, in %v", state, out, in)
				}
				if (state.Since == nil) != (!out && !in) {
					t.Fatalf("%+v names no event, or one for nothing", state)
				}
			}
		}
	})
}

func TestMergeIsAMaximum(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var a, b, both Marks
		for _, event := range rapid.SliceOfN(rapid.Custom(anyEvent), 0, 6).Draw(t, "a") {
			a.Add(event)
			both.Add(event)
		}
		for _, event := range rapid.SliceOfN(rapid.Custom(anyEvent), 0, 6).Draw(t, "b") {
			b.Add(event)
			both.Add(event)
		}
		if a.Merge(b) != both || b.Merge(a) != both || both.Merge(a) != both {
			t.Fatalf("%+v and %+v merge to %+v, want %+v", a, b, a.Merge(b), both)
		}
	})
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	since := minute(0)
	out, in := State{OptedOut: true, Since: &since, Lane: LaneBlock}, State{OptedIn: true, Since: &since}
	cases := []struct {
		state   State
		require string
		blocked bool
		why     string
	}{
		{State{}, RequireNotOptedOut, false, "not opted out"},
		{State{}, "", false, "not opted out"},
		{State{}, RequireOptIn, true, "not opted in, which the sender requires"},
		{in, RequireOptIn, false, "opted in"},
		{in, RequireNotOptedOut, false, "opted in"},
		{out, RequireNotOptedOut, true, "opted out (block) since 2026-11-21 10:00:00 UTC"},
		{out, RequireOptIn, true, "opted out (block) since 2026-11-21 10:00:00 UTC"},
	}
	for _, c := range cases {
		if blocked, why := Blocks(c.state, c.require); blocked != c.blocked || why != c.why {
			t.Errorf("Blocks(%+v, %q) = %v, %q", c.state, c.require, blocked, why)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		configured, service string
		want                Scope
	}{
		{"", "", "sender:+1"}, {"", "MG1", "service:MG1"}, {"sender", "MG1", "sender:+1"}, {"service", "MG1", "service:MG1"},
		{"service", "", "sender:+1"}, {"workspace", "", "workspace"}, {"workspace", "MG1", "workspace"},
	}
	for _, c := range cases {
		scope := ScopeFor(c.configured, "+1", c.service)
		if scope != c.want {
			t.Errorf("ScopeFor(%q, service %q) = %s, want %s", c.configured, c.service, scope, c.want)
		}
		if !slices.Contains(Applicable("+1", c.service), scope) {
			t.Errorf("%s doesn't apply to the sender that it was given to", scope)
		}
	}
	if got := Applicable("+1", ""); !slices.Equal(got, []Scope{"sender:+1", "workspace"}) {
		t.Errorf("a number alone is covered by %v", got)
	}
}
