package workflows

import (
	"context"
	"fmt"
	"strconv"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// StartInboundMessage starts the workflow of a message, or finds the one that it had.
func StartInboundMessage(ctx context.Context, c client.Client, in InboundMessageInput) (Started, error) {
	options := shortOptions(InboundWorkflowID(in.Message))
	options.StaticSummary = channelName(in.Message.Channel) + " to " + in.Message.Sender.Name
	if in.Copy {
		// Of several copies each is one: the earliest of them counts.
		options.ID += "/copy/" + strconv.FormatInt(in.Message.ArrivedAt.UnixMicro(), 36)
		options.StaticSummary += ", delivered again"
	}
	options.TypedSearchAttributes = temporal.NewSearchAttributes(SearchSender.ValueSet(in.Message.Sender.Name))
	return start(ctx, c, options, InboundMessageType, in)
}

// StartProviderUpdates starts the workflow of what a provider reported in one
// request, under a key of that request.
func StartProviderUpdates(ctx context.Context, c client.Client, key string, in ProviderUpdatesInput) (Started, error) {
	options := shortOptions(UpdatesWorkflowID(in.Workspace, key))
	options.StaticSummary = fmt.Sprintf("%d updates from a provider", len(in.Updates))
	return start(ctx, c, options, ProviderUpdatesType, in)
}

// StartAttachMessages starts the attachment of a person's anonymous messages.
func StartAttachMessages(ctx context.Context, c client.Client, in inbound.AttachMessagesInput) (Started, error) {
	options := shortOptions(AttachWorkflowID(in.Workspace, in.Pending))
	options.StaticSummary = "Attach anonymous messages"
	options.TypedSearchAttributes = temporal.NewSearchAttributes(SearchPerson.ValueSet(fmt.Sprint(in.Person)))
	return start(ctx, c, options, AttachMessagesType, in)
}

// shortOptions start a workflow that never waits, in the process that starts it.
func shortOptions(id string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                                       id,
		TaskQueue:                                QueueShort,
		WorkflowTaskTimeout:                      ShortTaskTimeout,
		EnableEagerStart:                         true,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
}

// start starts a workflow, or says that it had been started.
func start(ctx context.Context, c client.Client, options client.StartWorkflowOptions, workflowType string, in any) (Started, error) {
	started := Started{WorkflowID: options.ID}
	execution, err := c.ExecuteWorkflow(ctx, options, workflowType, in)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		started.Duplicate = true
		return started, nil
	}
	if err != nil {
		return started, err
	}
	started.Execution = execution.GetRunID()
	return started, nil
}

func channelName(channel message.Channel) string {
	if channel == message.WhatsApp {
		return "WhatsApp message"
	}
	return "SMS"
}
