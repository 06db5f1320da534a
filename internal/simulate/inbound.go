package simulate

import (
	"context"

	"replyflow/activities"
	"replyflow/definitions"
	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/internal/store"
	"replyflow/workflows"
)

// onlyThis are the campaigns of a simulation: the one that is tried.
type onlyThis struct{ definition definitions.Definition }

// ListInbound implements activities.Campaigns.
func (o onlyThis) ListInbound(context.Context, string) ([]definitions.InboundCampaign, error) {
	return []definitions.InboundCampaign{{Version: 1, Definition: o.definition}}, nil
}

// start is how a run begins: its input, or why there is none.
type start struct {
	in      workflows.CampaignRunInput
	started bool
	why     string
}

// startOf is the start of the run that a payload asks for.
func startOf(ctx context.Context, request Request, scratch *scratch) (start, error) {
	in := workflows.CampaignRunInput{
		Workspace: request.Workspace.Key, Version: 1, Definition: request.Definition.Compiled(),
		Event: message.Event{Key: deliveryKey, ArrivedAt: request.At, Payload: asObject(request.Payload)},
	}
	if request.Definition.Trigger.Inbound == nil {
		return start{in: in, started: true}, nil
	}
	if request.Person != "" {
		person, err := scratch.named(ctx, request.Person)
		if err != nil {
			return start{}, err
		}
		in.Person, request.from = &inbound.Person{ID: person.ID, Internal: person.InternalID}, orEmpty(person.Phone)
	}
	arrived, err := arrive(request)
	if err != nil || arrived.dropped != "" {
		return start{why: arrived.dropped}, err
	}
	tried := inboundTrial{request: request, scratch: scratch, arrived: arrived, in: in}
	return tried.start(ctx)
}

// inboundTrial takes a message the way that the workflow InboundMessage takes it,
// up to the start of the campaign's run: the same activities, one after the other.
type inboundTrial struct {
	request Request
	scratch *scratch
	arrived arrival
	in      workflows.CampaignRunInput
}

func (t inboundTrial) start(ctx context.Context) (start, error) {
	m := t.arrived.message
	if !m.Kind.IsReply() || m.Group != "" {
		return start{why: "a message of this kind (" + kindOf(m) + ") answers nobody: it starts no campaign"}, nil
	}
	tried, err := t.activities()
	if err != nil {
		return start{}, err
	}
	if t.in.Person == nil {
		if t.in.Person, err = t.person(ctx, tried); err != nil {
			return start{}, err
		}
	}
	decision, err := tried.DecideConsent(ctx, inbound.DecideConsentInput{Message: m})
	if err != nil {
		return start{}, err
	}
	asked := inbound.MatchCampaignsInput{Message: m, Person: t.in.Person, Decision: decision, Reply: t.arrived.reply}
	matched, err := tried.MatchCampaigns(ctx, asked)
	if err != nil {
		return start{}, err
	}
	if len(matched.Campaigns) == 0 {
		why, err := t.whyNot(ctx, tried, asked)
		return start{why: why}, err
	}
	found := matched.Campaigns[0]
	t.in.Message, t.in.Event.Key = found.Message, found.Event.Key
	t.in.Event.Payload = asObject(m.Raw)
	return start{in: t.in, started: true, why: found.Why}, nil
}

func kindOf(m message.Inbound) string {
	if m.Group != "" {
		return "in a group"
	}
	return string(m.Kind)
}

// activities are those of a worker that knows the one campaign and the one sender.
func (t inboundTrial) activities() (*activities.Activities, error) {
	senders, err := activities.NewSenders([]provider.Sender{t.arrived.sender}, func(string) string { return t.request.Workspace.Region })
	if err != nil {
		return nil, err
	}
	return activities.New(activities.Options{
		Store: t.scratch, Workspaces: func(string) (message.Workspace, bool) { return t.request.Workspace, true }, Now: t.request.At.UTC,
		Senders: senders, Campaigns: onlyThis{t.in.Definition},
	}), nil
}

// whyNot says why the campaign doesn't start.
func (t inboundTrial) whyNot(ctx context.Context, tried *activities.Activities, asked inbound.MatchCampaignsInput) (string, error) {
	trigger := t.in.Definition.Trigger.Inbound
	fits, why := trigger.Fits(asked.Message, asked.Decision.Reserved)
	if !fits || trigger.If == nil {
		return why + consentClause(asked.Decision.Decision), nil
	}
	subject := message.Subject{Trigger: []byte(`{}`), Message: inbound.View(asked)}
	if asked.Person != nil {
		subject.Person = asked.Person.Internal
	}
	answer, err := tried.EvaluateBranch(ctx, message.EvaluateBranchInput{
		Run: message.RunRef{Workspace: t.request.Workspace.Key}, Condition: *trigger.If, Subject: subject,
	})
	if err != nil {
		// A condition that can't be evaluated doesn't hold, here as in reality.
		return "its condition can't be evaluated: " + err.Error(), nil
	}
	return "its condition doesn't hold: " + answer.Why, nil
}

// consentClause adds what a message says about consent, which is why a word that
// stands in it may not count.
func consentClause(decision consent.Decision) string {
	if !decision.Reserved {
		return ""
	}
	return " (" + decision.Why + ")"
}

// person is whose message it is, brought in if need be; nil when nobody is known by
// the address.
func (t inboundTrial) person(ctx context.Context, tried *activities.Activities) (*inbound.Person, error) {
	m := t.arrived.message
	address, err := tried.NormalizeSender(ctx, inbound.NormalizeSenderInput{
		Workspace: t.request.Workspace.Key, Channel: m.Channel, From: m.From, Aliases: m.Aliases,
	})
	if err != nil {
		return nil, err
	}
	return t.scratch.withAddress(ctx, inbound.ResolvePeopleInput{
		Workspace: t.request.Workspace.Key, Channel: m.Channel, Address: address.Address, Candidates: address.Candidates, Aliases: m.Aliases,
	})
}

// withAddress is the oldest profile with an address: of the source, else of those
// who are in already.
func (s *scratch) withAddress(ctx context.Context, asked inbound.ResolvePeopleInput) (*inbound.Person, error) {
	resolve := s.store.ResolvePeople
	if s.source != nil {
		resolve = s.source.ResolvePeople
	}
	found, err := resolve(ctx, asked)
	if err != nil || len(found.People) == 0 {
		return nil, err
	}
	person, err := s.named(ctx, found.People[0].ID)
	return &inbound.Person{ID: person.ID, Internal: person.InternalID}, err
}

// named is the person with an id, brought in if need be. It fails with
// store.ErrNotFound.
func (s *scratch) named(ctx context.Context, id string) (store.Person, error) {
	if s.source != nil {
		if err := s.copyIn(ctx, []string{id}); err != nil {
			return store.Person{}, err
		}
	}
	return s.store.GetPerson(ctx, s.workspace.Key, id)
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
