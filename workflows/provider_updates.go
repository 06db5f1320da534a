package workflows

import (
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// ProviderUpdatesInput starts the workflow of what a provider reported in one
// request beside messages.
type ProviderUpdatesInput struct {
	Workspace string           `json:"workspace"`
	Updates   []message.Update `json:"updates"`
}

// ProviderUpdates records delivery statuses, preferences and changed ids. Each
// of them counts once, in whatever order they come.
func ProviderUpdates(ctx workflow.Context, in ProviderUpdatesInput) (inbound.RecordUpdatesResult, error) {
	recorded, err := definitions.Execute(ctx, Activities.RecordUpdates, inbound.RecordUpdatesInput(in),
		"Record what the provider reported")
	if err != nil {
		return recorded, asFailure(err)
	}
	workflow.SetCurrentDetails(ctx, recorded.Why)
	return recorded, nil
}

// AttachMessages gives a person the anonymous messages of the number that they
// turned out to have. It starts no campaign and brings no opt-in.
func AttachMessages(ctx workflow.Context, in inbound.AttachMessagesInput) (inbound.AttachMessagesResult, error) {
	attached, err := definitions.Execute(ctx, Activities.AttachMessages, in, "Attach the anonymous messages of the number")
	if err != nil {
		return attached, asFailure(err)
	}
	workflow.SetCurrentDetails(ctx, attached.Why)
	return attached, nil
}
