package activities

import (
	"context"
	"encoding/json"
	"errors"
	"maps"

	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/store"
	"replyflow/internal/template"
)

// known is what the conditions and templates of a run know of its subject.
type known struct {
	condition.Scope
	documents template.Scope
}

// know reads what a run is about. A person who was erased meanwhile has no fields.
func (a *Activities) know(ctx context.Context, workspace string, subject message.Subject) (known, error) {
	k := known{Scope: subject.Scope(), documents: template.Scope{"trigger": subject.Trigger}}
	if len(subject.Message) == 0 {
		return k, nil
	}
	k.documents["message"] = subject.Message
	k.documents["person"] = json.RawMessage(`{}`)
	if subject.Person == 0 {
		return k, nil
	}
	person, err := a.store.GetPersonByInternalID(ctx, workspace, subject.Person)
	if errors.Is(err, store.ErrNotFound) {
		return k, nil
	}
	if err != nil {
		return k, storeFailure(err)
	}
	k.documents["person"] = personDocument(person)
	return k, nil
}

// personDocument is a person as conditions and templates see them: the
// attributes, and the id beside them.
func personDocument(person store.Person) json.RawMessage {
	fields := maps.Clone(person.Attributes)
	if fields == nil {
		fields = map[string]json.RawMessage{}
	}
	// Texts, and maps of JSON, always encode.
	id, _ := json.Marshal(person.ID)
	fields["id"] = id
	document, _ := json.Marshal(fields)
	return document
}

// lookup finds a field of a condition.
func (k known) lookup(field string) (json.RawMessage, bool) {
	root, path := k.Split(field)
	return condition.LookupJSON(k.documents[root], path)
}

// isPhone reports whether a field holds a phone number, to be compared as such.
func (k known) isPhone(workspace message.Workspace) func(string) bool {
	return func(field string) bool {
		root, path := k.Split(field)
		return root == "person" && workspace.IsPhone(path)
	}
}

// render renders the templates of a literal.
func (k known) render(literal json.RawMessage) (json.RawMessage, error) {
	return template.RenderJSON(literal, k.documents)
}

// renderAll renders the values of the attributes to set.
func (k known) renderAll(set map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	rendered := make(map[string]json.RawMessage, len(set))
	for attribute, literal := range set {
		value, err := k.render(literal)
		if err != nil {
			return nil, templateFailure(err)
		}
		rendered[attribute] = value
	}
	return rendered, nil
}
