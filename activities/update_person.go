package activities

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

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
	id, refused := personID(rendered)
	if refused != "" {
		return message.UpdatePersonResult{Why: "the person's id " + refused + ": nobody was changed"}, nil
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

// personID is an id as text, which a payload may hold as a number, or why what
// was rendered is no id.
func personID(rendered json.RawMessage) (id, refused string) {
	var text string
	switch rendered = bytes.TrimSpace(rendered); {
	case len(rendered) == 0 || string(rendered) == "null":
		return "", "is empty"
	case rendered[0] == '"':
		// Rendered values are JSON.
		_ = json.Unmarshal(rendered, &text)
		if text == "" {
			return "", "is empty"
		}
		if strings.TrimSpace(text) == "" {
			return "", "is blank"
		}
		return text, ""
	case rendered[0] == '[':
		return "", "is a list, not a text or a number"
	case rendered[0] == '{':
		return "", "is an object, not a text or a number"
	case rendered[0] == 't' || rendered[0] == 'f':
		return "", "is " + string(rendered) + ", not a text or a number"
	}
	return string(rendered), ""
}
