package simulate

import (
	"context"
	"encoding/json"
	"fmt"

	"replyflow/activities"
	"replyflow/definitions"
	"replyflow/internal/condition"
	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/workflows"
)

// writtenMessage is a message as a marketer writes it for a test or a simulation.
type writtenMessage struct {
	From    string          `json:"from"`
	To      string          `json:"to"`
	Body    string          `json:"body"`
	Channel message.Channel `json:"channel"`
	Sender  string          `json:"sender"`
	Button  *message.Button `json:"button"`
	Media   []message.Media `json:"media"`
}

// onlyThis are the campaigns of a simulation: the one that is tried.
type onlyThis struct{ definition definitions.Definition }

// ListInbound implements activities.Campaigns.
func (o onlyThis) ListInbound(context.Context, string) ([]definitions.InboundCampaign, error) {
	return []definitions.InboundCampaign{{Version: 1, Definition: o.definition}}, nil
}

// inputOf is the input of the run that a payload starts; started is false when it
// is a message that the campaign doesn't wait for.
func inputOf(ctx context.Context, request Request, scratch *scratch) (in workflows.CampaignRunInput, started bool, err error) {
	in = workflows.CampaignRunInput{
		Workspace: request.Workspace.Key, Version: 1, Definition: request.Definition.Compiled(),
		Event: message.Event{Key: deliveryKey, ArrivedAt: request.At, Payload: asObject(request.Payload)},
	}
	if request.Definition.Trigger.Inbound == nil {
		return in, true, nil
	}
	m, err := messageOf(request)
	if err != nil {
		return in, false, err
	}
	if in.Person, err = scratch.personWith(ctx, m.From); err != nil {
		return in, false, err
	}
	rules, err := consent.Compile(consent.Policy{Channel: m.Channel, Provider: m.Provider})
	if err != nil {
		return in, false, err
	}
	matcher := activities.New(activities.Options{
		Store: scratch, Workspaces: func(string) (message.Workspace, bool) { return request.Workspace, true }, Now: request.At.UTC,
		Campaigns: onlyThis{in.Definition},
	})
	matched, err := matcher.MatchCampaigns(ctx, inbound.MatchCampaignsInput{
		Message: m, Person: in.Person, Decision: inbound.DecideConsentResult{Decision: rules.Decide(consent.InputOf(m))},
	})
	if err != nil || len(matched.Campaigns) == 0 {
		return in, false, err
	}
	in.Message = matched.Campaigns[0].Message
	return in, true, nil
}

// messageOf is the message that a payload describes.
func messageOf(request Request) (message.Inbound, error) {
	var written writtenMessage
	if err := json.Unmarshal(asObject(request.Payload), &written); err != nil {
		return message.Inbound{}, fmt.Errorf("the payload of an inbound campaign is a message, as in {from: \"+15550100123\", body: JOIN}: %w", err)
	}
	m := message.Inbound{
		ID: deliveryKey, Channel: written.Channel, Provider: "twilio", Kind: message.KindText, From: written.From, To: written.To, Body: written.Body,
		Button: written.Button, Media: written.Media, ArrivedAt: request.At,
		Sender: message.SenderRef{Workspace: request.Workspace.Key, Name: written.Sender, Address: written.To},
	}
	if m.Channel == "" {
		m.Channel = message.Channel(request.Definition.Trigger.Inbound.Channel)
	}
	if m.Channel == "" {
		m.Channel = message.SMS
	}
	if senders := request.Definition.Trigger.Inbound.Senders; m.Sender.Name == "" && m.To == "" && len(senders) > 0 {
		m.Sender.Name = senders[0]
	}
	switch {
	case m.Button != nil:
		m.Kind = message.KindButton
	case len(m.Media) > 0:
		m.Kind = message.KindMedia
	}
	return m, nil
}

// personWith is the oldest profile with a number, brought in if need be; nil when
// nobody has it.
func (s *scratch) personWith(ctx context.Context, number string) (*inbound.Person, error) {
	if s.source != nil {
		// A text always encodes.
		value, _ := json.Marshal(number)
		where := condition.Condition{Field: "person." + s.workspace.IdentifyingAttribute(), Operator: condition.Is, Value: value}
		ids, _, err := s.source.MatchPeople(ctx, s.workspace, where, inbound.MaxPeople)
		if err != nil {
			return nil, err
		}
		if err := s.copyIn(ctx, ids); err != nil {
			return nil, err
		}
	}
	people, err := s.store.FindPeopleByPhone(ctx, s.workspace, number)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	return &inbound.Person{ID: people[0].ID, Internal: people[0].InternalID}, nil
}
