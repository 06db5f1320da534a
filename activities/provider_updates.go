package activities

import (
	"context"
	"strings"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// RecordUpdates writes what a provider reported beside messages, each once.
func (a *Activities) RecordUpdates(ctx context.Context, in inbound.RecordUpdatesInput) (inbound.RecordUpdatesResult, error) {
	workspace, err := a.messageWorkspace(in.Workspace)
	if err != nil {
		return inbound.RecordUpdatesResult{}, err
	}
	for _, update := range in.Updates {
		if _, err := a.sender(update.Sender); err != nil && update.Sender.Name != "" {
			return inbound.RecordUpdatesResult{}, err
		}
	}
	result, err := a.store.RecordUpdates(ctx, workspace, in.Updates, a.scopeOf, a.now())
	return result, storeFailure(err)
}

// scopeOf is the scope that a consent towards a sender gets, given at a number of it.
func (a *Activities) scopeOf(ref message.SenderRef, number string) (consent.Scope, bool) {
	sender, known := a.senders.byName[senderKey{ref.Workspace, ref.Name}]
	return sender.Scope(number), known
}

// AttachMessages gives a person the anonymous messages of their number.
func (a *Activities) AttachMessages(ctx context.Context, in inbound.AttachMessagesInput) (inbound.AttachMessagesResult, error) {
	result, err := a.store.AttachMessages(ctx, in, a.now())
	return result, storeFailure(err)
}

// statusPath is where Twilio reports what became of a message.
const statusPath = "/inbound/sms/status"

// statusCallback is where a provider reports what became of a message, empty for
// providers that know it from their own settings.
func (a *Activities) statusCallback(provider string) string {
	if provider != "twilio" || a.publicURL == "" {
		return ""
	}
	return strings.TrimRight(a.publicURL, "/") + statusPath
}
