package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"replyflow/definitions"
	"replyflow/internal/store"
	"replyflow/webhook"
)

// snapshot holds the campaigns as of a revision. It is never changed once it is
// in place.
type snapshot struct {
	revision int64
	// campaigns are what the snapshot was made of.
	campaigns []store.Campaign
	// entries are found by workspace and key.
	entries map[campaignID]entry
	// hooks are the campaigns with a webhook, by token.
	hooks map[string]entry
	// inbound are the started campaigns that messages start, by workspace, each
	// list by key.
	inbound map[string][]definitions.InboundCampaign
}

type campaignID struct{ workspace, key string }

// entry is a campaign ready to use, or why its definition can't be read.
type entry struct {
	hook webhook.Hook
	// inbound is set when messages start the campaign: it has no webhook then.
	inbound bool
	err     error
}

// newSnapshot decodes and compiles the campaigns. A version never changes, so
// what the previous snapshot has decoded is taken over.
func newSnapshot(revision int64, campaigns []store.Campaign, previous *snapshot) *snapshot {
	next := &snapshot{
		revision: revision, campaigns: campaigns,
		entries: make(map[campaignID]entry, len(campaigns)),
		hooks:   make(map[string]entry, len(campaigns)),
		inbound: map[string][]definitions.InboundCampaign{},
	}
	for _, campaign := range campaigns {
		id := campaignID{campaign.Workspace, campaign.Key}
		known, ok := previous.entries[id]
		if !ok || known.err != nil || known.hook.Version != campaign.Version {
			known = newEntry(campaign)
		}
		known.hook.Status = webhook.Status(campaign.Status)
		next.add(id, campaign.Token, known)
	}
	for _, waiting := range next.inbound {
		slices.SortFunc(waiting, func(a, b definitions.InboundCampaign) int {
			return strings.Compare(a.Definition.Key, b.Definition.Key)
		})
	}
	return next
}

func (s *snapshot) add(id campaignID, token string, known entry) {
	s.entries[id] = known
	switch {
	case known.inbound && known.hook.Status == webhook.StatusStarted:
		s.inbound[id.workspace] = append(s.inbound[id.workspace], definitions.InboundCampaign{
			Version: known.hook.Version, Definition: known.hook.Definition,
		})
	case !known.inbound && token != "" && !errors.Is(known.err, errNoWebhook):
		s.hooks[token] = known
	}
}

// errNoWebhook: something else starts the campaign, so its token leads nowhere.
var errNoWebhook = errors.New("catalogue: the campaign has no webhook")

func newEntry(campaign store.Campaign) entry {
	hook := webhook.Hook{Workspace: campaign.Workspace, Campaign: campaign.Key, Version: campaign.Version}
	var definition definitions.Definition
	if err := json.Unmarshal(campaign.Definition, &definition); err != nil {
		// Perhaps a newer process wrote it, with a node that this one lacks:
		// the sender comes again, and meets a process that can read it.
		return entry{hook: hook, err: fmt.Errorf("%w: the definition of %s, version %d: %w",
			webhook.ErrTryLater, campaign.Key, campaign.Version, err)}
	}
	hook.Definition = definition.Compiled()
	switch {
	case definition.Trigger.Inbound != nil:
		return entry{hook: hook, inbound: true}
	case definition.Trigger.Webhook == nil:
		return entry{hook: hook, err: errNoWebhook}
	}
	hook.Trigger = *definition.Trigger.Webhook
	return entry{hook: hook}
}

// broken are the entries that can't be read and that the previous snapshot
// didn't have as such: each is worth one line in the log.
func (s *snapshot) broken(previous *snapshot) []entry {
	var found []entry
	for id, now := range s.entries {
		before, known := previous.entries[id]
		reported := known && before.err != nil && before.hook.Version == now.hook.Version
		if now.err != nil && !errors.Is(now.err, errNoWebhook) && !reported {
			found = append(found, now)
		}
	}
	return found
}
