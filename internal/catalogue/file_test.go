package catalogue

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"replyflow/internal/store"
	"replyflow/webhook"
)

const inboundDefinition = `{"campaign": "join", "name": "Join", "trigger": {"inbound": {"keywords": ["JOIN"]}}, "workflow": [{"exit": "Done"}]}`

func inboundCampaign(key, status string) store.Campaign {
	return store.Campaign{
		Workspace: "default", Key: key, Status: store.CampaignStatus(status), Version: 1, Token: "token-" + key,
		Definition: json.RawMessage(inboundDefinition),
	}
}

// A process that starts while the database is down goes by what the process before
// it knew.
func TestSnapshotOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "spool", "campaigns.json")
	before, db := setup(t)
	if err := before.KeepIn(path); err != nil {
		t.Fatal(err)
	}
	db.put(campaign("known", 3, "started"))
	db.put(inboundCampaign("join", "started"))
	if err := before.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file, which holds tokens, is %v, %v", info, err)
	}

	down := &fakeStore{down: errors.New("down")}
	after := New(down, nil)
	if err := after.KeepIn(path); err != nil {
		t.Fatal(err)
	}
	if err := after.Refresh(t.Context()); err == nil {
		t.Error("the database isn't down")
	}
	hook, err := after.FindHook(t.Context(), "known")
	if err != nil || hook.Version != 3 || hook.Trigger.Verify == nil {
		t.Errorf("a known token gives %+v, %v", hook, err)
	}
	if _, err := after.FindHook(t.Context(), "unknown"); !errors.Is(err, webhook.ErrTryLater) {
		t.Errorf("an unknown token gives %v", err)
	}
	if waiting := after.ListInbound("default"); len(waiting) != 1 || waiting[0].Definition.Key != "join" {
		t.Errorf("messages start %+v", waiting)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := New(down, nil).KeepIn(path); err == nil {
		t.Error("a broken snapshot is taken for an empty one")
	}
}

// Only started campaigns wait for messages, in the order of their keys, and they
// have no webhook.
func TestListInbound(t *testing.T) {
	t.Parallel()
	second, first := inboundCampaign("b", "started"), inboundCampaign("a", "started")
	second.Definition = json.RawMessage(`{"campaign": "b", "name": "B", "trigger": {"inbound": {}}, "workflow": [{"exit": "Done"}]}`)
	first.Definition = json.RawMessage(`{"campaign": "a", "name": "A", "trigger": {"inbound": {}}, "workflow": [{"exit": "Done"}]}`)
	c, db := setup(t, second, first, inboundCampaign("draft", "draft"), campaign("hook", 1, "started"))
	keys := func() (found []string) {
		for _, waiting := range c.ListInbound("default") {
			found = append(found, waiting.Definition.Key)
		}
		return found
	}
	if got := keys(); len(got) != 2 || got[0] != "a" || got[1] != "b" {
		t.Errorf("messages start %v", got)
	}
	if _, err := c.FindHook(t.Context(), "token-a"); !errors.Is(err, webhook.ErrUnknownToken) {
		t.Errorf("an inbound campaign's token gives %v", err)
	}
	first.Status = store.CampaignPaused
	db.put(first)
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := keys(); len(got) != 1 || got[0] != "b" {
		t.Errorf("after a pause messages start %v", got)
	}
}
