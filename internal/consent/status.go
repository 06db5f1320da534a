package consent

import (
	"fmt"
	"slices"

	"replyflow/internal/message"
)

// Row is what is known of one scope, lane and category of an address.
type Row struct {
	Scope    Scope            `json:"scope"`
	Lane     Lane             `json:"lane"`
	Category message.Category `json:"category"`
	Marks    Marks            `json:"marks"`
}

// Target is what a consent is asked for: a sender, by the scopes that cover it,
// and a category of messages.
type Target struct {
	Scopes   []Scope          `json:"scopes"`
	Category message.Category `json:"category"`
}

// covers reports whether a row counts for a target. A marketing message needs
// both consents, every other one only that for all messages.
func (t Target) covers(row Row) bool {
	if !slices.Contains(t.Scopes, row.Scope) {
		return false
	}
	return row.Category == message.CategoryAll || row.Category == t.Category
}

// lanes, but for those that wait, in the order in which they are named when they agree to the instant.
var lanes = []Lane{LaneKeyword, LanePreference, LaneBlock, LaneStaff}

// Status is the consent of an address towards a target. Within a lane the rows of
// all scopes that count are one; any lane that is out blocks, and an opt-out wins
// a tie. An opt-out of everything is one of marketing too, whatever is said of
// marketing alone. A wish that waits for a decision shows only when nothing else
// blocks. The order of rows makes no difference.
func Status(rows []Row, target Target) State {
	var out, in State
	for _, lane := range lanes {
		state := laneState(rows, Target{target.Scopes, message.CategoryAll}, lane)
		if !state.OptedOut {
			state = laneState(rows, target, lane)
		}
		switch {
		case state.OptedOut:
			out = latest(out, state)
		case state.OptedIn:
			in = latest(in, state)
		}
	}
	if out.OptedOut {
		return out
	}
	if held := laneState(rows, target, LaneReview); held.OptedOut {
		return held
	}
	return in
}

// Waiting is the state of a wish that waits for a decision, whatever else blocks; it
// isn't opted out when none does.
func Waiting(rows []Row, target Target) State { return laneState(rows, target, LaneReview) }

// latest is the state with the later event. The first wins a tie: lanes come in
// their own order.
func latest(a, b State) State {
	if a.Since == nil || b.Since.After(*a.Since) {
		return b
	}
	return a
}

// laneState is the state that one lane alone gives.
func laneState(rows []Row, target Target, lane Lane) State {
	var out, in, lift found
	for _, row := range rows {
		if row.Lane != lane || !target.covers(row) {
			continue
		}
		out = out.or(row, row.Marks.Out)
		in = in.or(row, row.Marks.In)
		lift = lift.or(row, row.Marks.Lift)
	}
	// A lift ends an opt-out; with none before it, it is nothing.
	if out.mark.IsSet() && lift.mark.At.After(out.mark.At) && !in.mark.after(lift.mark) {
		in = lift
	}
	switch {
	case out.mark.IsSet() && !in.mark.At.After(out.mark.At):
		state := out.state()
		state.OptedOut = true
		return state
	case in.mark.IsSet():
		state := in.state()
		state.OptedIn = true
		return state
	}
	return State{}
}

// found is a mark and the row that it stands in.
type found struct {
	mark Mark
	row  Row
}

// or keeps the later mark; of equal ones, that of the row that comes first by
// scope and category, so that the order of rows doesn't show.
func (f found) or(row Row, mark Mark) found {
	if !mark.IsSet() {
		return f
	}
	if f.mark.IsSet() && !f.mark.after(mark) && !mark.after(f.mark) {
		if row.Scope < f.row.Scope || row.Scope == f.row.Scope && row.Category < f.row.Category {
			return found{mark, row}
		}
		return f
	}
	if !f.mark.IsSet() || mark.after(f.mark) {
		return found{mark, row}
	}
	return f
}

func (f found) state() State {
	since := f.mark.At
	return State{Since: &since, Lane: f.row.Lane, Scope: f.row.Scope, Category: f.row.Category, Event: f.mark.ID}
}

// What a sender may require before it sends.
const (
	RequireNotOptedOut = "not_opted_out"
	RequireOptIn       = "opt_in"
)

// Blocks reports whether a state forbids to send, and why, as a clause. An empty
// requirement is not_opted_out.
func Blocks(state State, require string) (blocked bool, why string) {
	switch {
	case state.OptedOut:
		return true, fmt.Sprintf("opted out (%s) since %s", state.Lane, state.Since.UTC().Format("2006-01-02 15:04:05 MST"))
	case require == RequireOptIn && !state.OptedIn:
		return true, "not opted in, which the sender requires"
	case state.OptedIn:
		return false, "opted in"
	}
	return false, "not opted out"
}
