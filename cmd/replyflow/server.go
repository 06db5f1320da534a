package main

import (
	"context"
	"net/http"
	"time"

	"replyflow/api"
	"replyflow/internal/message"
	"replyflow/internal/temporal"
	"replyflow/webhook"
)

// codecPath is where Temporal's UI and CLI find the codec.
const codecPath = "/codec"

// handler is everything that a server answers: webhooks, the API, the codec and
// what operators ask.
func (a *app) handler(ctx context.Context, launcher *webhook.Launcher) (http.Handler, error) {
	keys := a.apiKeys(ctx)
	ring, err := keyRing(a.config)
	if err != nil {
		return nil, err
	}
	router := webhook.NewRouter()
	router.Use(a.metrics.Middleware)
	a.addHealth(router, launcher)
	a.intake(launcher).Register(router)

	management := api.New(api.Options{
		Store: a.store, Catalogue: a.campaigns, Keys: keys, PublicURL: a.config.PublicURL,
		Workspaces: a.workspace, Senders: a.apiSenders, Intake: serverIntake(launcher), WakeRelay: launcher.Wake, Simulator: simulator{a}, Logger: a.logger, Now: time.Now,
		History: history{client: a.temporal, data: temporal.NewDataConverter(ring)},
	})
	management.Register(router)
	if ring != nil {
		router.PathPrefix(codecPath).Handler(management.RequireKey(temporal.NewCodecHandler(ring)))
	}
	return router, nil
}

func (a *app) intake(launcher *webhook.Launcher) *webhook.Intake {
	ours := newSenders(a.config)
	return webhook.New(webhook.Options{
		Catalogue: a.campaigns,
		Launcher:  launcher,
		Samples:   a.store,
		Senders:   ours,
		Providers: ours,
		PublicURL: a.config.PublicURL,
		Limits:    webhook.Limits{Body: int64(a.config.Limits.HookBody)},
		Logger:    a.logger,
	})
}

// apiSenders are a workspace's senders, as the API asks and records consent.
func (a *app) apiSenders(workspace string) []api.Sender {
	var found []api.Sender
	for _, sender := range allSenders(a.config) {
		if sender.Workspace != workspace {
			continue
		}
		one := api.Sender{
			Name: sender.Name, Channel: message.Channel(sender.Channel), Address: sender.Ref().Address,
			Own: sender.Scope(""), Scopes: sender.Scopes(""),
		}
		numbers := sender.ByNumber()
		if len(numbers) == 0 {
			found = append(found, one)
		}
		for _, number := range numbers {
			byNumber := one
			byNumber.Address, byNumber.Service = number, one.Address
			byNumber.Own, byNumber.Scopes = sender.Scope(number), sender.Scopes(number)
			found = append(found, byNumber)
		}
	}
	return found
}

// apiKeys are the hashes of the keys in the configuration and in the database.
func (a *app) apiKeys(ctx context.Context) []api.Key {
	stored, err := a.store.ListAPIKeys(ctx)
	if err != nil {
		// Webhooks don't wait for the database, and the API can't do without it.
		a.logger.Warn("the API keys in the database can't be read; those of the configuration work", "error", err)
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
	return keys
}
