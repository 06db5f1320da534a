package main

import (
	"context"
	"errors"
	"time"

	"replyflow/api"
	"replyflow/internal/provider"
	"replyflow/internal/simulate"
)

// simulator tries campaigns on the people of the database, changing nothing.
type simulator struct{ app *app }

// Simulate implements api.Simulator.
func (s simulator) Simulate(ctx context.Context, workspace string, request api.Simulation) (api.SimulationResult, error) {
	settings, _ := s.app.workspace(workspace)
	asked := simulate.Request{
		Workspace: settings, Definition: request.Definition, Payload: request.Payload, Person: request.Person, At: time.Now().UTC(),
		Senders: s.senders(workspace),
	}
	if request.People == nil {
		asked.Source = s.app.store
	}
	for _, person := range request.People {
		asked.People = append(asked.People, simulate.Person{ID: person.ID, Attributes: person.Attributes})
	}
	result, err := simulate.Run(ctx, asked)
	var unreadable *simulate.PayloadError
	if errors.As(err, &unreadable) {
		return api.SimulationResult{}, &api.PayloadError{Reason: unreadable.Reason}
	}
	if err != nil {
		return api.SimulationResult{}, err
	}
	changes := map[string]map[string]api.Change{}
	for id, attributes := range result.Changes {
		changes[id] = map[string]api.Change{}
		for name, change := range attributes {
			changes[id][name] = api.Change(change)
		}
	}
	var steps []api.SimulatedStep
	for _, step := range result.Steps {
		steps = append(steps, api.SimulatedStep(step))
	}
	return api.SimulationResult{
		Started: result.Started, Why: result.Why,
		Path: result.Path, Steps: steps, Matched: result.Matched, Changes: changes, Failure: result.Failure,
	}, nil
}

// senders are the workspace's senders, as they are configured; never nil.
func (s simulator) senders(workspace string) []provider.Sender {
	found := []provider.Sender{}
	for _, sender := range allSenders(s.app.config) {
		if sender.Workspace == workspace {
			found = append(found, sender)
		}
	}
	return found
}
