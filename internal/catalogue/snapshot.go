package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"

	"replyflow/definitions"
	"replyflow/internal/store"
	"replyflow/webhook"
)

// snapshot holds the campaigns with a webhook as of a revision. It is never
// changed once it is in place.
type snapshot struct {
	revision int64
	// hooks are found by token.
	hooks map[string]entry
}

// entry is a campaign's hook, or why its definition can't be read.
type entry struct {
	hook webhook.Hook
	err  error
}

// newSnapshot decodes and compiles the campaigns. A version never changes, so
// what the previous snapshot has decoded is taken over.
func newSnapshot(revision int64, campaigns []store.Campaign, previous *snapshot) *snapshot {
	next := &snapshot{revision: revision, hooks: make(map[string]entry, len(campaigns))}
	for _, campaign := range campaigns {
		if campaign.Token == "" {
			continue
		}
		known, ok := previous.hooks[campaign.Token]
		if !ok || known.err != nil || !sameVersion(known.hook, campaign) {
			known = newEntry(campaign)
		}
		if errors.Is(known.err, errNoWebhook) {
			continue
		}
		known.hook.Status = webhook.Status(campaign.Status)
		next.hooks[campaign.Token] = known
	}
	return next
}

func sameVersion(hook webhook.Hook, campaign store.Campaign) bool {
	return hook.Workspace == campaign.Workspace && hook.Campaign == campaign.Key && hook.Version == campaign.Version
}

// errNoWebhook: something else starts the campaign, so its token leads nowhere.
var errNoWebhook = errors.New("catalogue: the campaign has no webhook")

func newEntry(campaign store.Campaign) entry {
	hook := webhook.Hook{Workspace: campaign.Workspace, Campaign: campaign.Key, Version: campaign.Version}
	var definition definitions.Definition
	if err := json.Unmarshal(campaign.Definition, &definition); err != nil {
		// Perhaps a newer process wrote it, with a node that this one lacks:
		// the sender comes again, and meets a process that can read it.
		return entry{hook, fmt.Errorf("%w: the definition of %s, version %d: %w",
			webhook.ErrTryLater, campaign.Key, campaign.Version, err)}
	}
	if definition.Trigger.Webhook == nil {
		return entry{hook, errNoWebhook}
	}
	hook.Trigger = *definition.Trigger.Webhook
	hook.Definition = definition.Compiled()
	return entry{hook: hook}
}

// broken are the entries that can't be read and that the previous snapshot
// didn't have as such: each is worth one line in the log.
func (s *snapshot) broken(previous *snapshot) []entry {
	var found []entry
	for token, now := range s.hooks {
		before, known := previous.hooks[token]
		reported := known && before.err != nil && before.hook.Version == now.hook.Version
		if now.err != nil && !reported {
			found = append(found, now)
		}
	}
	return found
}
