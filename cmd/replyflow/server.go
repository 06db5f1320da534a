package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"replyflow/api"
	"replyflow/internal/catalogue"
	"replyflow/internal/simulate"
	"replyflow/internal/temporal"
	"replyflow/webhook"
)

// codecPath is where Temporal's UI and CLI find the codec.
const codecPath = "/codec"

// handler is everything that a server answers: webhooks, the API, the codec and
// what operators ask.
func (a *app) handler(ctx context.Context, campaigns *catalogue.Catalogue) (http.Handler, error) {
	keys, err := a.apiKeys(ctx)
	if err != nil {
		return nil, err
	}
	ring, err := keyRing(a.config)
	if err != nil {
		return nil, err
	}
	router := mux.NewRouter().UseEncodedPath()
	router.Use(a.metrics.Middleware)
	a.addHealth(router)
	a.intake(campaigns).Register(router)

	management := api.New(api.Options{
		Store: a.store, Catalogue: campaigns, Keys: keys, PublicURL: a.config.PublicURL,
		Workspaces: a.workspace, Simulator: simulator{a}, Logger: a.logger, Now: time.Now,
		History: history{client: a.temporal, data: temporal.NewDataConverter(ring)},
	})
	management.Register(router)
	if ring != nil {
		router.PathPrefix(codecPath).Handler(management.RequireKey(temporal.NewCodecHandler(ring)))
	}
	return router, nil
}

func (a *app) intake(campaigns *catalogue.Catalogue) *webhook.Intake {
	return webhook.New(webhook.Options{
		Catalogue: campaigns,
		Starter:   a.starter,
		Samples:   a.store,
		Senders:   senders{a.config},
		PublicURL: a.config.PublicURL,
		Limits:    webhook.Limits{Body: int64(a.config.Limits.HookBody)},
		Logger:    a.logger,
	})
}

// apiKeys are the hashes of the keys in the configuration and in the database.
func (a *app) apiKeys(ctx context.Context) ([]api.Key, error) {
	stored, err := a.store.ListAPIKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the API keys: %w", err)
	}
	var keys []api.Key
	for _, key := range stored {
		keys = append(keys, api.Key{Workspace: key.Workspace, Name: key.Name, Hash: key.Hash})
	}
	for _, workspace := range a.config.Workspaces {
		for _, key := range workspace.APIKeys {
			keys = append(keys, api.NewKey(workspace.Key, key.Name, string(key.Key)))
		}
	}
	return keys, nil
}

// simulator tries campaigns on the people of the database, changing nothing.
type simulator struct{ app *app }

// Simulate implements api.Simulator.
func (s simulator) Simulate(ctx context.Context, workspace string, request api.Simulation) (api.SimulationResult, error) {
	settings, _ := s.app.workspace(workspace)
	asked := simulate.Request{
		Workspace: settings, Definition: request.Definition, Payload: request.Payload, At: time.Now().UTC(),
	}
	if request.People == nil {
		asked.Source = s.app.store
	}
	for _, person := range request.People {
		asked.People = append(asked.People, simulate.Person{ID: person.ID, Attributes: person.Attributes})
	}
	result, err := simulate.Run(ctx, asked)
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
	return api.SimulationResult{Path: result.Path, Matched: result.Matched, Changes: changes, Failure: result.Failure}, nil
}
