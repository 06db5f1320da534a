package main

import (
	"context"
	"errors"
	"log/slog"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"replyflow/api"
	"replyflow/internal/config"
	"replyflow/internal/provider"
	"replyflow/internal/temporal"
)

// temporalOptions are how the configuration says to reach Temporal.
func temporalOptions(cfg *config.Config, logger *slog.Logger) (temporal.Options, error) {
	ring, err := keyRing(cfg)
	if err != nil {
		return temporal.Options{}, err
	}
	encryption, err := cfg.Temporal.TLSConfig()
	if err != nil {
		return temporal.Options{}, err
	}
	return temporal.Options{
		Address: cfg.Temporal.Address, Namespace: cfg.Temporal.Namespace, APIKey: string(cfg.Temporal.APIKey),
		TLS: encryption, Keys: ring, Logger: logger,
	}, nil
}

// keyRing holds the configured encryption keys, nil when there are none.
func keyRing(cfg *config.Config) (*temporal.KeyRing, error) {
	if len(cfg.EncryptionKeys) == 0 {
		return nil, nil
	}
	keys := make([]temporal.Key, len(cfg.EncryptionKeys))
	for i, key := range cfg.EncryptionKeys {
		keys[i] = temporal.Key{ID: key.ID, Secret: key.Bytes()}
	}
	return temporal.NewKeyRing(keys...)
}

// senders are our senders, by their provider. Every request asks for them, so they
// are put together once.
type senders struct{ byProvider map[string][]provider.Sender }

func newSenders(cfg *config.Config) senders {
	s := senders{map[string][]provider.Sender{}}
	for _, sender := range allSenders(cfg) {
		s.byProvider[sender.Provider] = append(s.byProvider[sender.Provider], sender)
	}
	return s
}

// AuthTokens implements webhook.Senders: the tokens that Twilio may sign an
// account's requests with.
func (s senders) AuthTokens(workspace, account string) []string {
	var tokens []string
	for _, sender := range s.byProvider["twilio"] {
		if sender.Workspace != workspace || sender.Account != account {
			continue
		}
		for _, token := range sender.AuthTokens {
			tokens = append(tokens, string(token))
		}
	}
	return tokens
}

// List implements provider.Senders.
func (s senders) List(name string) []provider.Sender { return s.byProvider[name] }

// allSenders are the senders of every workspace.
func allSenders(cfg *config.Config) []provider.Sender {
	var found []provider.Sender
	for _, workspace := range cfg.Workspaces {
		for _, sender := range workspace.Senders {
			found = append(found, provider.Sender{Workspace: workspace.Key, Region: workspace.DefaultRegion, Sender: sender})
		}
	}
	return found
}

// history reads the histories of runs from Temporal.
type history struct {
	client client.Client
	data   converter.DataConverter
}

// ReadHistory implements api.History.
func (h history) ReadHistory(ctx context.Context, workflowID string) (*temporal.History, error) {
	events := h.client.GetWorkflowHistory(ctx, workflowID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	read, err := temporal.ReadHistory(events, h.data)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return nil, api.ErrNoHistory
	}
	return read, err
}
