package activities

import (
	"context"
	"fmt"
	"strings"

	"replyflow/definitions"
	"replyflow/internal/condition"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// Campaigns knows the started campaigns.
type Campaigns interface {
	// ListInbound are the started campaigns of a workspace that messages start,
	// by key.
	ListInbound(ctx context.Context, workspace string) ([]definitions.InboundCampaign, error)
}

// MatchCampaigns finds the started campaigns that a message triggers. All that
// match start, in the order of their keys.
func (a *Activities) MatchCampaigns(ctx context.Context, in inbound.MatchCampaignsInput) (definitions.MatchCampaignsResult, error) {
	waiting, err := a.campaigns.ListInbound(ctx, in.Message.Sender.Workspace)
	if err != nil {
		return definitions.MatchCampaignsResult{}, storeFailure(err)
	}
	if len(waiting) == 0 {
		return definitions.MatchCampaignsResult{Why: "no started campaign waits for messages"}, nil
	}
	view := inbound.View(in)
	result := definitions.MatchCampaignsResult{}
	var names, undecided []string
	for _, campaign := range waiting {
		fits, why, err := a.fits(ctx, campaign.Definition, in, view)
		if err != nil {
			return result, err
		}
		if !fits && why != "" {
			undecided = append(undecided, campaign.Definition.Key+" ("+why+")")
		}
		if !fits {
			continue
		}
		names = append(names, campaign.Definition.Key+" ("+why+")")
		result.Campaigns = append(result.Campaigns, definitions.Matched{
			Version: campaign.Version, Definition: campaign.Definition, Message: view, Why: why,
			Event: message.Event{Key: in.Message.ID, ArrivedAt: in.Message.ArrivedAt},
		})
	}
	result.Why = fmt.Sprintf("none of %d campaigns that wait for messages", len(waiting))
	if in.Overtaken {
		result.Why += ": a later message has decided already"
	}
	if len(names) > 0 {
		result.Why = strings.Join(names, ", ")
	}
	if len(undecided) > 0 {
		result.Why += "; not decided: " + strings.Join(undecided, ", ")
	}
	if len(names) == 0 {
		return result, nil
	}
	return result, storeFailure(a.store.NoteCampaigns(ctx, in.Message.Sender.Workspace, startedBy(in, result)))
}

// startedBy is what is noted of the campaigns that a message starts.
func startedBy(in inbound.MatchCampaignsInput, result definitions.MatchCampaignsResult) store.StartedCampaigns {
	started := store.StartedCampaigns{Message: in.Message.ID, Sender: in.Message.Sender.Address, Channel: in.Message.Channel}
	if in.Person != nil {
		started.Person = in.Person.ID
	}
	for _, matched := range result.Campaigns {
		started.Campaigns = append(started.Campaigns, store.StartedCampaign{Campaign: matched.Definition.Key, Why: matched.Why})
	}
	return started
}

// fits reports whether a message starts a campaign, and why. When it doesn't, why
// is set only if that could not be decided.
func (a *Activities) fits(ctx context.Context, definition definitions.Definition, in inbound.MatchCampaignsInput, view []byte) (bool, string, error) {
	fits, why := definition.Trigger.Inbound.Fits(in.Message, in.Decision.Reserved)
	if fits && in.Overtaken {
		// What the person said later counts: this word says nothing any more.
		return false, "", nil
	}
	if asked := definition.Trigger.Inbound.If; fits && asked != nil {
		return a.asks(ctx, *asked, in, view)
	}
	if !fits {
		why = ""
	}
	return fits, why, nil
}

// asks evaluates the condition of a trigger. A condition that can't be evaluated
// for this message doesn't hold: a campaign that is broken for one message must
// not stop the message.
func (a *Activities) asks(ctx context.Context, asked condition.Condition, in inbound.MatchCampaignsInput, view []byte) (bool, string, error) {
	workspace, err := a.messageWorkspace(in.Message.Sender.Workspace)
	if err != nil {
		return false, "", err
	}
	about := message.Subject{Trigger: []byte(`{}`), Message: view}
	if in.Person != nil {
		about.Person = in.Person.Internal
	}
	subject, err := a.know(ctx, workspace.Key, about)
	if err != nil {
		return false, "", err
	}
	verdict, err := a.evaluate(asked, subject, workspace)
	if err != nil {
		return false, err.Error(), nil
	}
	if !verdict.Holds {
		return false, "", nil
	}
	return true, verdict.Why, nil
}
