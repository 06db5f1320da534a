package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/definitions"
	"replyflow/internal/message"
)

// PayloadError is a Simulator's answer to a payload that can't be the event that
// starts the campaign.
type PayloadError struct{ Reason string }

// Error implements error.
func (e *PayloadError) Error() string { return e.Reason }

// SimulateCampaign says what to try a campaign on.
type SimulateCampaign struct {
	Payload json.RawMessage              `json:"payload,omitempty" doc:"The event that arrives; {} when missing. What isn't an object becomes {\"value\": …}, as with a webhook. For an inbound campaign it is a message, as in {\"from\": \"+15550100123\", \"body\": \"JOIN\"}, or what Twilio, Meta or the gateway posted; the campaign reference has every key."`
	Person  string                       `json:"person,omitempty" doc:"Whose message it is; else whoever has the address it came from. Campaigns that a webhook starts are about nobody, and refuse it."`
	People  []map[string]json.RawMessage `json:"people,omitempty" nullable:"false" doc:"Everyone whom the run sees, an id and attributes each; when missing, everyone in the workspace."`
}

// Simulate says what to try, and on what.
type Simulate struct {
	Campaign   string          `json:"campaign,omitempty" doc:"The key of a campaign, whose current version is tried."`
	Definition json.RawMessage `json:"definition,omitempty" doc:"Instead of a campaign: a definition, as the text of a YAML file or as JSON."`
	SimulateCampaign
}

// Simulated is what would happen.
type Simulated struct {
	Started  bool                         `json:"started" doc:"Whether a run would start; a webhook always starts one, a message only when it meets the trigger."`
	Why      string                       `json:"why,omitempty" doc:"For a message: what of the trigger it meets, or why no run would start." example:"the keyword is JOIN"`
	Path     []message.PathEntry          `json:"path" nullable:"false" doc:"The nodes that the run would visit, in order."`
	Steps    []SimulatedStep              `json:"steps" nullable:"false" doc:"What each of these nodes would decide or do, and why."`
	Matched  []string                     `json:"matched" nullable:"false" doc:"The ids of the people whom the run would find."`
	Changes  map[string]map[string]Change `json:"changes" doc:"What it would change, by person and attribute."`
	Messages []json.RawMessage            `json:"messages" nullable:"false" doc:"What it would send."`
	Problems []definitions.Problem        `json:"problems" nullable:"false" doc:"What is doubtful about the definition, and how the run would fail if it would."`
}

type (
	simulateInput         struct{ Body Simulate }
	simulateCampaignInput struct {
		Key  string `path:"key" doc:"The campaign's key."`
		Body SimulateCampaign
	}
	simulateOutput struct{ Body Simulated }
)

func (a *API) addSimulations(api huma.API) {
	simulate := operation(http.MethodPost, "/simulate", "simulate", "simulate", "Say what a run would do, changing nothing")
	simulate.DefaultStatus = http.StatusOK
	handle(api, simulate, a.simulate)
	campaign := operation(http.MethodPost, "/campaigns/{key}/simulate", "simulate-campaign", "simulate", "Say what a run of a campaign would do, changing nothing")
	campaign.DefaultStatus = http.StatusOK
	handle(api, campaign, func(ctx context.Context, in *simulateCampaignInput) (*simulateOutput, error) {
		return a.simulate(ctx, &simulateInput{Simulate{Campaign: in.Key, SimulateCampaign: in.Body}})
	})
}

func (a *API) simulate(ctx context.Context, in *simulateInput) (*simulateOutput, error) {
	definition, problems, err := a.definitionToTry(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		return nil, refuseDefinition(problems)
	}
	if in.Body.Person != "" && definition.Trigger.Inbound == nil {
		return nil, refuseField("body.person", "a webhook starts this campaign, so its runs are about nobody; leave person out, or list people")
	}
	people, err := simulatedPeople(in.Body.People)
	if err != nil {
		return nil, err
	}
	result, err := a.simulator.Simulate(ctx, caller(ctx), Simulation{
		Definition: definition, Payload: asObject(in.Body.Payload), People: people, Person: in.Body.Person,
	})
	var unreadable *PayloadError
	if errors.As(err, &unreadable) {
		return nil, refuseField("body.payload", unreadable.Reason)
	}
	if err != nil {
		return nil, a.answerError(ctx, "simulating", noSuchPerson, err)
	}
	return &simulateOutput{simulated(result, problems)}, nil
}

// definitionToTry is the definition that was given, or the campaign's current one.
func (a *API) definitionToTry(ctx context.Context, in Simulate) (definitions.Definition, definitions.Problems, error) {
	var definition definitions.Definition
	given := len(in.Definition) > 0
	if given == (in.Campaign != "") {
		return definition, nil, refuseField("body", "it needs either campaign, a key, or definition, a file's text")
	}
	if given {
		var text string
		if json.Unmarshal(in.Definition, &text) == nil {
			definition, problems := definitions.Load("definition", []byte(text))
			return definition, problems, nil
		}
		definition, problems := definitions.Load("definition.json", in.Definition)
		return definition, problems, nil
	}
	campaign, err := a.store.GetCampaign(ctx, caller(ctx), in.Campaign)
	if err != nil {
		return definition, nil, a.answerError(ctx, "reading the campaign", noSuchCampaign, err)
	}
	definition, problems := definitions.Load(campaign.Key+".json", campaign.Definition)
	return definition, problems, nil
}

// simulatedPeople reads people given as {"id", …attributes}; nil stays nil.
func simulatedPeople(given []map[string]json.RawMessage) ([]SimulatedPerson, error) {
	if given == nil {
		return nil, nil
	}
	people := make([]SimulatedPerson, len(given))
	seen := map[string]bool{}
	for i, fields := range given {
		person := SimulatedPerson{Attributes: map[string]json.RawMessage{}}
		for name, value := range fields {
			if name == "id" {
				person.ID = idText(value)
				continue
			}
			person.Attributes[name] = value
		}
		at := fmt.Sprintf("body.people[%d].id", i)
		if person.ID == "" {
			return nil, refuseField(at, "every person needs an id, a text that isn't empty")
		}
		if seen[person.ID] {
			return nil, refuseField(at, "two people have the id "+person.ID)
		}
		seen[person.ID] = true
		people[i] = person
	}
	return people, nil
}

// idText is an id as text; a number may stand for one.
func idText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(value, &number) == nil {
		return number.String()
	}
	return ""
}

// asObject makes a payload the object that a webhook would deliver.
func asObject(payload json.RawMessage) json.RawMessage {
	trimmed := bytes.TrimSpace(payload)
	switch {
	case len(trimmed) == 0:
		return json.RawMessage("{}")
	case trimmed[0] == '{':
		return trimmed
	}
	return json.RawMessage(`{"value":` + string(trimmed) + `}`)
}

func simulated(result SimulationResult, warnings definitions.Problems) Simulated {
	shown := Simulated{
		Started: result.Started, Why: result.Why,
		Path: append([]message.PathEntry{}, result.Path...), Steps: append([]SimulatedStep{}, result.Steps...), Matched: append([]string{}, result.Matched...),
		Changes: result.Changes, Messages: []json.RawMessage{}, Problems: append([]definitions.Problem{}, warnings...),
	}
	if shown.Changes == nil {
		shown.Changes = map[string]map[string]Change{}
	}
	if result.Failure != "" {
		shown.Problems = append(shown.Problems, definitions.Problem{
			File: "run", Path: "run", Message: "the run would fail: " + result.Failure, Severity: definitions.SeverityError,
		})
	}
	return shown
}
