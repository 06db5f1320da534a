package activities

import (
	"encoding/json"
	"fmt"
)

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
