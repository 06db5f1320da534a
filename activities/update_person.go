package activities

import (
	"context"
	"encoding/json"

	"replyflow/internal/message"
	"replyflow/internal/store"
)

// UpdatePerson sets attributes on one person, adding the person when the node
// says so.
func (a *Activities) UpdatePerson(ctx context.Context, in message.UpdatePersonInput) (message.UpdatePersonResult, error) {
	workspace, err := a.workspace(in.Run.Workspace)
	if err != nil {
		return message.UpdatePersonResult{}, err
	}
	subject, err := a.know(ctx, in.Run.Workspace, in.Subject)
	if err != nil {
		return message.UpdatePersonResult{}, err
	}
	rendered, err := subject.render(in.Person)
	if err != nil {
		return message.UpdatePersonResult{}, templateFailure(err)
	}
	id := personID(rendered)
	if id == "" {
		return message.UpdatePersonResult{Why: "the person's id is empty: nobody was changed"}, nil
	}
	set, err := subject.renderAll(in.Set)
	if err != nil {
		return message.UpdatePersonResult{}, err
	}
	done, err := a.store.UpdatePerson(ctx, workspace, store.UpdatePerson{
		RunID: in.Run.ID, Node: in.Visit.Node, Campaign: in.Run.Campaign,
		ID: id, Set: set, Create: in.Create, Stamp: in.Run.Stamp(in.Visit), Now: a.now(),
	})
	if err != nil {
		return message.UpdatePersonResult{}, storeFailure(err)
	}
	return message.UpdatePersonResult{
		Person: id, Found: done.Found, Created: done.Created, Changed: done.Changed,
		Overtaken: done.Overtaken, Set: shown(set), Why: personStory(done),
	}, nil
}

// personStory says what an update did to a person, as a clause.
func personStory(done store.UpdateResult) string {
	switch {
	case done.Created:
		return "the person was added"
	case !done.Found:
		return "nobody has this id"
	case done.Overtaken && !done.Changed:
		return "overtaken by a later write"
	case done.Changed:
		return "the person was changed"
	}
	return "the person had these values already"
}

// personID is an id as text: a payload may hold it as a number.
func personID(rendered json.RawMessage) string {
	var text string
	if json.Unmarshal(rendered, &text) == nil {
		return text
	}
	if number := string(rendered); number != "null" && number != "true" && number != "false" && number[0] != '{' && number[0] != '[' {
		return number
	}
	return ""
}
