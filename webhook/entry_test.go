package webhook

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/workflows"
)

// A payload must not grow on its way into the table: what a body may hold,
// Temporal must be able to take.
func TestAnEntryKeepsThePayloadByteByByte(t *testing.T) {
	t.Parallel()
	payload := json.RawMessage(`{"html":"` + strings.Repeat("<&>", 100_000) + `","n":12345678901234567890.10}`)
	entry := runEntry(workflows.CampaignRunInput{
		Workspace: "default", Definition: definitions.Definition{Key: "k"}, Event: message.Event{Key: "e", Payload: payload},
	})
	if len(entry.Input) > 0 {
		t.Error("an entry that doesn't wait is encoded")
	}
	kept := entry.encoded()
	if len(kept.Input) > len(payload)+1_000 {
		t.Errorf("a payload of %d bytes became an input of %d", len(payload), len(kept.Input))
	}
	again, err := inputOf[workflows.CampaignRunInput](Entry{ID: kept.ID, Input: kept.Input})
	if err != nil || string(again.Event.Payload) != string(payload) {
		t.Errorf("read back %d bytes, %v", len(again.Event.Payload), err)
	}
}

func TestUpdatesOfOneRequestAreFewWorkflows(t *testing.T) {
	t.Parallel()
	batch := provider.Batch{}
	for i := range 250 {
		batch.Updates = append(batch.Updates, message.Update{
			Key: string(rune('a'+i%26)) + strings.Repeat("x", i), Sender: message.SenderRef{Workspace: "default"}, ArrivedAt: time.Unix(1, 0),
		})
	}
	batch.Messages = []message.Inbound{{ID: "m1", Channel: message.SMS, Sender: message.SenderRef{Workspace: "default"}}}
	entries, again := entriesOf(batch), entriesOf(batch)
	if len(entries) != 1+3 {
		t.Fatalf("%d entries", len(entries))
	}
	for i := range entries {
		if entries[i].ID != again[i].ID || entries[i].WorkflowID == "" || entries[i].Order == "" {
			t.Errorf("entry %d is %+v, then %+v", i, entries[i].ID, again[i].ID)
		}
	}
	if entries[0].WorkflowID != "inbound/default/sms/m1" {
		t.Errorf("message entry %s", entries[0].WorkflowID)
	}
}

// TestLargeUpdatesAreCutBySize: what goes to Temporal in one start stays below what
// it takes, and the same updates are cut in the same way.
func TestLargeUpdatesAreCutBySize(t *testing.T) {
	t.Parallel()
	raw, _ := json.Marshal(strings.Repeat("x", 300<<10))
	var batch provider.Batch
	for i := range 10 {
		batch.Updates = append(batch.Updates, message.Update{
			Key: strings.Repeat("k", i+1), Sender: message.SenderRef{Workspace: "default"}, ArrivedAt: time.Unix(1, 0), Raw: raw,
		})
	}
	total := 0
	for _, entry := range entriesOf(batch) {
		if size := len(entry.encoded().Input); size > 1_500_000 {
			t.Errorf("an entry of %d bytes", size)
		}
		total += len(entry.fresh.(workflows.ProviderUpdatesInput).Updates)
	}
	if total != len(batch.Updates) {
		t.Errorf("%d of %d updates", total, len(batch.Updates))
	}
}

// TestUpdatesWaitForTheirOwnKind: updates about one message start in order, and
// those about others don't wait for them.
func TestUpdatesWaitForTheirOwnKind(t *testing.T) {
	t.Parallel()
	ours := message.SenderRef{Workspace: "default"}
	status := func(key, id string) message.Update {
		return message.Update{Key: key, Sender: ours, Channel: message.WhatsApp, Status: &message.DeliveryStatus{ProviderID: id}}
	}
	order := func(updates ...message.Update) string {
		t.Helper()
		entries := entriesOf(provider.Batch{Updates: updates})
		if len(entries) != 1 || entries[0].Order == "" {
			t.Fatalf("%d entries: %+v", len(entries), entries)
		}
		return entries[0].Order
	}
	sent, delivered, other := status("1", "m1"), status("2", "m1"), status("3", "m2")
	if order(sent) != order(delivered) || order(sent) != order(sent, delivered) {
		t.Error("updates about one message have different orders")
	}
	orders := map[string]bool{}
	for _, batch := range [][]message.Update{{sent}, {other}, {sent, other}, {delivered, other}, {{Key: "4", Sender: ours, Other: "x"}}} {
		orders[order(batch...)] = true
	}
	if len(orders) != 5 {
		t.Errorf("%d orders of 5", len(orders))
	}
	preference := message.Update{Key: "5", Sender: ours, Channel: message.WhatsApp, Preference: &message.Preference{From: "15550100123"}}
	said := messageEntry(message.Inbound{ID: "m", Sender: ours, Channel: message.WhatsApp, From: "15550100123"})
	if order(preference) != said.Order {
		t.Error("a preference and a message of one address have different orders")
	}
}
