package webhook

import (
	"context"
	"errors"

	"replyflow/definitions"
	"replyflow/internal/message"
)

// ErrUnknownToken: no campaign has the token.
var ErrUnknownToken = errors.New("webhook: unknown token")

// ErrTryLater: whether a campaign has the token can't be said now, or its
// definition can't be read. The sender is asked to come again.
var ErrTryLater = errors.New("webhook: the campaigns can't be read now")

// Catalogue finds campaigns by the token of their webhook. It answers from
// memory; an unknown token may cost one rate-limited look-up.
type Catalogue interface {
	// FindHook fails with ErrUnknownToken or ErrTryLater.
	FindHook(ctx context.Context, token string) (Hook, error)
}

// Status is where a campaign stands.
type Status string

// The states of a campaign.
const (
	StatusDraft    Status = "draft"
	StatusStarted  Status = "started"
	StatusPaused   Status = "paused"
	StatusArchived Status = "archived"
)

// Hook is a campaign as its webhook sees it.
type Hook struct {
	Workspace string
	Campaign  string
	Version   int
	Status    Status
	// Trigger is the trigger with the secrets that the definition of a run leaves out.
	Trigger definitions.Webhook
	// Definition is compiled: what a run pins.
	Definition definitions.Definition
}

// Samples keeps the last payloads of a campaign. Intake calls it for draft and
// paused campaigns only: a run keeps its own.
type Samples interface {
	KeepSample(ctx context.Context, workspace, campaign string, event message.Event) error
}

// Senders knows the workspace's own numbers and services.
type Senders interface {
	// AuthTokens are the tokens that Twilio may sign an account's requests
	// with, none when no sender of the workspace has the account.
	AuthTokens(workspace, account string) []string
}
