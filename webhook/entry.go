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

// How many updates one workflow records, and how large they may be together, in
// bytes: Temporal takes 2 MB for the input of a workflow.
const (
	updatesInOne = 100
	updatesBytes = 1 << 20
	// updateRest is more than an update has beside what the provider sent.
	updateRest = 2 << 10
)

func updateEntries(workspace string, updates []message.Update) []Entry {
	var entries []Entry
	for len(updates) > 0 {
		part := updates[:togetherIn(updates)]
		updates = updates[len(part):]
		id := workflows.UpdatesWorkflowID(workspace, updatesKey(part))
		entries = append(entries, Entry{
			ID: id, Workspace: workspace, Kind: EntryProviderUpdates, WorkflowID: id, Order: updatesOrder(workspace, part),
			ArrivedAt: part[0].ArrivedAt, fresh: workflows.ProviderUpdatesInput{Workspace: workspace, Updates: part},
		})
	}
	return entries
}

// togetherIn is how many of the first updates one workflow records: one at least.
// The same updates, posted again, are cut in the same way.
func togetherIn(updates []message.Update) int {
	size := 0
	for i, update := range updates[:min(len(updates), updatesInOne)] {
		size += len(update.Raw) + updateRest
		if i > 0 && size > updatesBytes {
			return i
		}
	}
	return min(len(updates), updatesInOne)
}

// updatesOrder is the order of updates that are about one thing. Those about several
// wait for nobody, but have an order of their own, as every entry has: each update
// counts once, in whatever order they come.
func updatesOrder(workspace string, updates []message.Update) string {
	order := updateOrder(workspace, updates[0])
	for _, update := range updates[1:] {
		if updateOrder(workspace, update) != order {
			return orderKey(workspace, "updates", updatesKey(updates))
		}
	}
	return order
}

// updateOrder is the order of what an update is about: one of our messages, or an
// address, whose messages have the same order.
func updateOrder(workspace string, update message.Update) string {
	switch {
	case update.Status != nil:
		return orderKey(workspace, string(update.Channel), "status", update.Status.ProviderID)
	case update.Preference != nil:
		return orderKey(workspace, string(update.Channel), update.Preference.From)
	case update.Identity != nil:
		return orderKey(workspace, string(update.Channel), update.Identity.Previous.Value)
	}
	return orderKey(workspace, "update", update.Key)
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
