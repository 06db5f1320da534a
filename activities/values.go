package activities

import (
	"encoding/json"

	"replyflow/internal/template"
)

// renderer renders the templates of a literal with the trigger's payload.
func renderer(trigger json.RawMessage) func(json.RawMessage) (json.RawMessage, error) {
	scope := template.Scope{"trigger": trigger}
	return func(literal json.RawMessage) (json.RawMessage, error) {
		return template.RenderJSON(literal, scope)
	}
}

// renderAll renders the values of the attributes to set.
func renderAll(set map[string]json.RawMessage, trigger json.RawMessage) (map[string]json.RawMessage, error) {
	render := renderer(trigger)
	rendered := make(map[string]json.RawMessage, len(set))
	for attribute, literal := range set {
		value, err := render(literal)
		if err != nil {
			return nil, templateFailure(err)
		}
		rendered[attribute] = value
	}
	return rendered, nil
}
