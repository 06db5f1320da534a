package activities

import (
	"context"
	"fmt"

	"replyflow/definitions"
	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// BatchUpdate sets attributes on everyone who matches, in one transaction.
func (a *Activities) BatchUpdate(ctx context.Context, in message.BatchUpdateInput) (message.BatchUpdateResult, error) {
	workspace, update, err := a.batch(ctx, in)
	if err != nil {
		return message.BatchUpdateResult{}, err
	}
	counts, err := a.store.BatchUpdate(ctx, workspace, update)
	if err != nil {
		return message.BatchUpdateResult{}, storeFailure(err)
	}
	return batchResult(workspace, update, counts), nil
}

// batch renders what the node asks for.
func (a *Activities) batch(ctx context.Context, in message.BatchUpdateInput) (message.Workspace, store.BatchUpdate, error) {
	workspace, err := a.workspace(in.Run.Workspace)
	if err != nil {
		return workspace, store.BatchUpdate{}, err
	}
	subject, err := a.know(ctx, in.Run.Workspace, in.Subject)
	if err != nil {
		return workspace, store.BatchUpdate{}, err
	}
	where, err := in.Where.Render(subject.render)
	if err != nil {
		return workspace, store.BatchUpdate{}, templateFailure(err)
	}
	set, err := subject.renderAll(in.Set)
	if err != nil {
		return workspace, store.BatchUpdate{}, err
	}
	return workspace, store.BatchUpdate{
		RunID: in.Run.ID, Node: in.Visit.Node, Campaign: in.Run.Campaign,
		Where: where, Set: set, Limit: in.Limit,
		Stamp: in.Run.Stamp(in.Visit), Now: a.now(),
	}, nil
}

func batchResult(workspace message.Workspace, update store.BatchUpdate, counts store.BatchResult) message.BatchUpdateResult {
	return message.BatchUpdateResult{
		Where:     definitions.Summary(update.Where.Text()),
		Matched:   counts.Matched,
		Changed:   counts.Changed,
		Overtaken: counts.Overtaken,
		Set:       shown(update.Set),
		Why:       batchStory(counts, refusals(workspace, update.Where)),
	}
}

// refusals says which values of a condition on people match nobody, empty when
// all can be compared: a number that is none must not look like one that nobody has.
func refusals(workspace message.Workspace, where condition.Condition) string {
	return condition.Refusals(where, condition.Env{
		IsPhone:        func(field string) bool { return workspace.IsPhone(condition.PeopleScope.Path(field)) },
		NormalizePhone: numbers(workspace),
	})
}

// batchStory says what a batch update did, and which values of its condition were
// refused, as a clause.
func batchStory(counts store.BatchResult, refused string) string {
	story := "nobody matches"
	if counts.Matched > 0 {
		story = fmt.Sprintf("%s matched, %d changed", people(counts.Matched), counts.Changed)
	}
	if counts.Overtaken > 0 {
		story += fmt.Sprintf(", %d overtaken by a later write", counts.Overtaken)
	}
	if refused != "" {
		story += "; " + refused
	}
	return story
}

func people(count int) string {
	if count == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", count)
}
