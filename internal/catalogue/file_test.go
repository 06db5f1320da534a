package catalogue

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
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
	before.KeepIn(path)
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
	after.KeepIn(path)
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
	if waiting, err := after.ListInbound(t.Context(), "default"); err == nil {
		t.Errorf("by an old snapshot alone messages start %+v", waiting)
	}
	down.fail(nil)
	down.put(inboundCampaign("join", "started"))
	if waiting, err := after.ListInbound(t.Context(), "default"); err != nil || len(waiting) != 1 || waiting[0].Definition.Key != "join" {
		t.Errorf("with the database back messages start %+v, %v", waiting, err)
	}
}

// A damaged snapshot is as good as none, and never keeps a process from starting.
func TestDamagedSnapshotIsWrittenAgain(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "campaigns.json")
	for _, damage := range []string{"", "{", `{"campaigns": 7}`} {
		if err := os.WriteFile(path, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		c, db := New(&fakeStore{}, nil), &fakeStore{}
		db.put(campaign("known", 1, "started"))
		c.store = db
		c.KeepIn(path)
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := New(&fakeStore{down: errors.New("down")}, nil)
		after.KeepIn(path)
		if _, err := after.FindHook(t.Context(), "known"); err != nil {
			t.Errorf("after %q: %v", damage, err)
		}
	}
}

// Processes that share a folder write the same file at the same time.
func TestSnapshotsAreWrittenAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "campaigns.json")
	known := newSnapshot(1, []store.Campaign{campaign("known", 1, "started")}, emptySnapshot())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if err := known.save(path); err != nil {
					t.Error(err)
				}
				if read, err := readSaved(path); err != nil || len(read.campaigns) != 1 {
					t.Errorf("read %+v, %v", read, err)
				}
			}
		})
	}
	all.Wait()
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
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
		inbound, err := c.ListInbound(t.Context(), "default")
		if err != nil {
			t.Fatal(err)
		}
		for _, waiting := range inbound {
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
