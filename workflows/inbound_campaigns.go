package workflows

import (
	"encoding/json"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/inbound"
)

// startCampaigns starts a run for each campaign that the message triggers. The
// runs are workflows of their own: they go on when this one has ended.
func (m *inboundMessage) startCampaigns(ctx workflow.Context) error {
	if !m.in.Kind.IsReply() || m.in.Group != "" {
		return nil
	}
	matched, err := definitions.Execute(ctx, Activities.MatchCampaigns, inbound.MatchCampaignsInput{
		Message: m.withoutRaw(), Person: m.person(), Decision: m.decision, Reply: m.recorded.Reply,
		Overtaken: m.recorded.Overtaken,
	}, "Find the campaigns that this message starts")
	if err != nil {
		return err
	}
	for _, campaign := range matched.Campaigns {
		if err := m.startCampaign(ctx, campaign); err != nil {
			return err
		}
	}
	return nil
}

func (m *inboundMessage) startCampaign(ctx workflow.Context, campaign definitions.Matched) error {
	campaign.Event.Payload = payloadOf(m.in.Raw)
	in := CampaignRunInput{
		Workspace: m.in.Sender.Workspace, Version: campaign.Version, Definition: campaign.Definition,
		Event: campaign.Event, Message: campaign.Message, Person: m.person(), Sender: m.in.Sender.Name,
	}
	child := workflow.WithChildOptions(ctx, childOptions(in))
	err := workflow.ExecuteChildWorkflow(child, CampaignRunType, in).GetChildWorkflowExecution().Get(ctx, nil)
	var started *temporal.ChildWorkflowExecutionAlreadyStartedError
	if err != nil && !errors.As(err, &started) {
		return err
	}
	m.runs = append(m.runs, RunID(campaign.Definition.Key, campaign.Event.Key))
	return nil
}

// payloadOf is what the provider sent, as the object that a trigger always is: of
// what was too long to keep, a text is left.
func payloadOf(raw json.RawMessage) json.RawMessage {
	switch {
	case len(raw) == 0:
		return json.RawMessage(`{}`)
	case raw[0] != '{':
		return json.RawMessage(`{"raw":` + string(raw) + `}`)
	}
	return raw
}

// childOptions are startOptions for a run that another workflow starts.
func childOptions(in CampaignRunInput) workflow.ChildWorkflowOptions {
	options := startOptions(in)
	return workflow.ChildWorkflowOptions{
		WorkflowID:            options.ID,
		TaskQueue:             options.TaskQueue,
		WorkflowTaskTimeout:   options.WorkflowTaskTimeout,
		WorkflowIDReusePolicy: options.WorkflowIDReusePolicy,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         options.StaticSummary,
		StaticDetails:         options.StaticDetails,
		TypedSearchAttributes: options.TypedSearchAttributes,
	}
}
