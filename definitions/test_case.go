package definitions

import "encoding/json"

// Test is an example of what a campaign must do, written by the marketer.
type Test struct {
	Name    string                       `json:"name" doc:"What the test shows." example:"STOP opts out"`
	Trigger json.RawMessage              `json:"trigger" doc:"The payload that arrives; for an inbound campaign a message, as in {from: \"+15550100123\", body: JOIN}." type:"object" example:"{From: \"+15550100123\", Body: STOP, OptOutType: STOP}"`
	People  []map[string]json.RawMessage `json:"people,omitempty" doc:"Who exists before: an id and attributes each."`
	Expect  Expectation                  `json:"expect" doc:"What must be true afterwards." example:"{path: [Opted out: true, Set sms_unsubscribe]}"`
}

// Expectation is what a test expects. The path is exact; people's attributes
// are a subset of what they have.
type Expectation struct {
	Starts *bool                                 `json:"starts,omitempty" doc:"Whether a run starts at all; false for a message that the campaign must leave alone." example:"false"`
	Path   Path                                  `json:"path,omitempty" doc:"The nodes visited, in order: NAME, or NAME: true for a branch."`
	People map[string]map[string]json.RawMessage `json:"people,omitempty" doc:"Attributes that people must have, by id; null for an attribute that must be missing."`
}
