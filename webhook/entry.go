package webhook

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/workflows"
)

// runEntry starts a campaign's run.
func runEntry(in workflows.CampaignRunInput) Entry {
	id := workflows.RunWorkflowID(in.Workspace, in.Definition.Key, in.Event.Key)
	return Entry{
		ID: id, Workspace: in.Workspace, Kind: EntryCampaignRun, WorkflowID: id,
		Order: orderKey(in.Workspace, in.Definition.Key, in.Event.Key), ArrivedAt: in.Event.ArrivedAt, fresh: in,
	}
}

// messageEntry starts the workflow of an inbound message.
func messageEntry(m message.Inbound) Entry {
	id := workflows.InboundWorkflowID(m)
	return Entry{
		ID: id, Workspace: m.Sender.Workspace, Kind: EntryInboundMessage, WorkflowID: id,
		Order: orderKey(m.Sender.Workspace, string(m.Channel), m.From), ArrivedAt: m.ArrivedAt,
		fresh: workflows.InboundMessageInput{Message: m},
	}
}

// updatesInOne is how many updates one workflow records.
const updatesInOne = 100

func updateEntries(workspace string, updates []message.Update) []Entry {
	var entries []Entry
	for len(updates) > 0 {
		part := updates[:min(len(updates), updatesInOne)]
		updates = updates[len(part):]
		id := workflows.UpdatesWorkflowID(workspace, updatesKey(part))
		entries = append(entries, Entry{
			ID: id, Workspace: workspace, Kind: EntryProviderUpdates, WorkflowID: id, Order: orderKey(workspace, "updates"),
			ArrivedAt: part[0].ArrivedAt, fresh: workflows.ProviderUpdatesInput{Workspace: workspace, Updates: part},
		})
	}
	return entries
}

// entriesOf are the workflows to start for a batch: one a message, and one for up
// to a hundred updates of a workspace.
func entriesOf(batch provider.Batch) []Entry {
	entries := make([]Entry, 0, len(batch.Messages)+1)
	for _, m := range batch.Messages {
		entries = append(entries, messageEntry(m))
	}
	updates := map[string][]message.Update{}
	var workspaces []string
	for _, update := range batch.Updates {
		workspace := update.Sender.Workspace
		if updates[workspace] == nil {
			workspaces = append(workspaces, workspace)
		}
		updates[workspace] = append(updates[workspace], update)
	}
	for _, workspace := range workspaces {
		entries = append(entries, updateEntries(workspace, updates[workspace])...)
	}
	return entries
}

// updatesKey identifies a group of updates: the same ones, posted again, make the
// same workflow.
func updatesKey(updates []message.Update) string {
	parts := make([]string, len(updates))
	for i, update := range updates {
		parts[i] = update.Key
	}
	return orderKey(parts...)
}

func orderKey(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
