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
