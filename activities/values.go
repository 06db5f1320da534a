package activities

import (
	"encoding/json"
	"fmt"

	"replyflow/internal/template"
)

// renderer renders the templates of a literal with the trigger's payload.
func renderer(trigger json.RawMessage) func(json.RawMessage) (json.RawMessage, error) {
	scope := template.Scope{"trigger": trigger}
	return func(literal json.RawMessage) (json.RawMessage, error) {
		return template.RenderJSON(literal, scope)
	}
}

// maxShown is how many bytes of a value a result repeats. A result stands in the
// run's history, which Temporal bounds; the value itself is in the database.
const maxShown = 1_000

// shown is what a result repeats of the values that were set.
func shown(set map[string]json.RawMessage) map[string]json.RawMessage {
	short := make(map[string]json.RawMessage, len(set))
	for attribute, value := range set {
		if len(value) > maxShown {
			value = json.RawMessage(fmt.Sprintf(`"(%d bytes)"`, len(value)))
		}
		short[attribute] = value
	}
	return short
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
