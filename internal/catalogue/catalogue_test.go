package catalogue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"replyflow/internal/store"
	"replyflow/webhook"
)

const testDefinition = `{
	"campaign": "sms-opt-out", "name": "SMS Opt-out",
	"trigger": {"webhook": {"dedupe": "MessageSid", "verify": {"basic": {"username": "u", "password": "p"}}}},
	"workflow": [{"exit": "Done"}],
	"tests": [{"name": "t", "trigger": {}}]
}`

// fakeStore is a database of campaigns that counts how often it is asked.
type fakeStore struct {
	mu        sync.Mutex
	revision  int64
	campaigns []store.Campaign
	down      error
	lists     int
	lookUps   int
}

func (f *fakeStore) CatalogueRevision(context.Context) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.revision, f.down
}

func (f *fakeStore) ListAllCampaigns(context.Context) ([]store.Campaign, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists++
	return append([]store.Campaign(nil), f.campaigns...), f.down
}

func (f *fakeStore) FindCampaignByToken(_ context.Context, token string) (store.Campaign, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lookUps++
	if f.down != nil {
		return store.Campaign{}, f.down
	}
	for _, campaign := range f.campaigns {
		if campaign.Token == token {
			return campaign, nil
		}
	}
	return store.Campaign{}, store.ErrNotFound
}

// put adds a campaign, or replaces the one with its token.
func (f *fakeStore) put(campaign store.Campaign) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.revision++
	for i, old := range f.campaigns {
		if old.Token == campaign.Token {
			f.campaigns[i] = campaign
			return
		}
	}
	f.campaigns = append(f.campaigns, campaign)
}

func (f *fakeStore) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.down = err
}

func (f *fakeStore) asked() (lists, lookUps int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.lists, f.lookUps
}

func campaign(token string, version int, status string) store.Campaign {
	return store.Campaign{
		Workspace: "default", Key: "sms-opt-out", Name: "SMS Opt-out", Status: store.CampaignStatus(status),
		Version: version, Token: token, Definition: json.RawMessage(testDefinition),
	}
}

func setup(t *testing.T, campaigns ...store.Campaign) (*Catalogue, *fakeStore) {
	t.Helper()
	db := &fakeStore{}
	for _, c := range campaigns {
		db.put(c)
	}
	c := New(db, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c, db
}

func TestFindHook(t *testing.T) {
	t.Parallel()
	c, db := setup(t, campaign("one", 3, "started"))
	hook, err := c.FindHook(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	if hook.Workspace != "default" || hook.Campaign != "sms-opt-out" || hook.Version != 3 || hook.Status != webhook.StatusStarted {
		t.Errorf("got %+v", hook)
	}
	if hook.Trigger.Verify == nil || hook.Trigger.Verify.Basic.Password != "p" || hook.Trigger.Dedupe != "MessageSid" {
		t.Errorf("the trigger is %+v", hook.Trigger)
	}
	if hook.Definition.Trigger.Webhook.Verify != nil || hook.Definition.Tests != nil || len(hook.Definition.Workflow) != 1 {
		t.Errorf("the definition is not compiled: %+v", hook.Definition)
	}
	if _, lookUps := db.asked(); lookUps != 0 {
		t.Errorf("a known token cost %d look-ups", lookUps)
	}
}

func TestRefreshIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	c, db := setup(t, campaign("one", 1, "draft"))
	for _, next := range []store.Campaign{campaign("one", 1, "started"), campaign("one", 2, "started"), campaign("one", 2, "archived")} {
		db.put(next)
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		hook, err := c.FindHook(t.Context(), "one")
		if err != nil || hook.Version != next.Version || string(hook.Status) != string(next.Status) {
			t.Errorf("got version %d, %s (%v), want %d, %s", hook.Version, hook.Status, err, next.Version, next.Status)
		}
	}
}

func TestUnknownTokenCostsOneLookUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, db := setup(t, campaign("one", 1, "started"))
		ask := func(token string, want int) {
			t.Helper()
			if _, err := c.FindHook(t.Context(), token); !errors.Is(err, webhook.ErrUnknownToken) {
				t.Errorf("got %v", err)
			}
			if _, lookUps := db.asked(); lookUps != want {
				t.Errorf("%d look-ups, want %d", lookUps, want)
			}
		}
		ask("other", 1)
		ask("other", 1)
		ask(strings.Repeat("x", maxToken+1), 1)
		time.Sleep(unknownFor)
		ask("other", 2)
	})
}

func TestLookUpsAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, db := setup(t)
		for i := range 10 * lookUpBurst {
			if _, err := c.FindHook(t.Context(), fmt.Sprint("guess", i)); !errors.Is(err, webhook.ErrUnknownToken) {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		if _, lookUps := db.asked(); lookUps != lookUpBurst {
			t.Errorf("%d look-ups, want %d", lookUps, lookUpBurst)
		}
	})
}

// Without a look-up and with an old snapshot nobody can say that a token is unknown.
func TestLimitedLookUpOnAnOldSnapshotIsNoVerdict(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := setup(t)
		time.Sleep(freshFor + time.Second)
		for i := range lookUpBurst {
			_, _ = c.FindHook(t.Context(), fmt.Sprint("guess", i))
		}
		if _, err := c.FindHook(t.Context(), "last"); !errors.Is(err, webhook.ErrTryLater) {
			t.Errorf("got %v", err)
		}
	})
}

func TestLookUpFindsAYoungerCampaign(t *testing.T) {
	t.Parallel()
	c, db := setup(t)
	db.put(campaign("young", 1, "started"))
	for range 2 {
		if hook, err := c.FindHook(t.Context(), "young"); err != nil || hook.Version != 1 {
			t.Fatalf("got %+v, %v", hook, err)
		}
	}
	if _, lookUps := db.asked(); lookUps != 1 {
		t.Errorf("%d look-ups", lookUps)
	}
}

func TestDatabaseDownKeepsTheSnapshot(t *testing.T) {
	t.Parallel()
	c, db := setup(t, campaign("one", 1, "started"))
	db.fail(errors.New("down"))
	if err := c.Refresh(t.Context()); err == nil {
		t.Error("a refresh without a database succeeded")
	}
	if _, err := c.FindHook(t.Context(), "one"); err != nil {
		t.Errorf("a known token: %v", err)
	}
	if _, err := c.FindHook(t.Context(), "other"); !errors.Is(err, webhook.ErrTryLater) {
		t.Errorf("an unknown token: %v", err)
	}
}

func TestDefinitionThatCannotBeRead(t *testing.T) {
	t.Parallel()
	broken := campaign("one", 1, "started")
	broken.Definition = json.RawMessage(`{"campaign": "sms-opt-out", "trigger": {"webhook": {}}, "workflow": [{"teleport": "x"}]}`)
	c, db := setup(t, broken)
	if _, err := c.FindHook(t.Context(), "one"); !errors.Is(err, webhook.ErrTryLater) {
		t.Errorf("got %v", err)
	}
	db.put(campaign("one", 2, "started"))
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if hook, err := c.FindHook(t.Context(), "one"); err != nil || hook.Version != 2 {
		t.Errorf("after a correction: %+v, %v", hook, err)
	}
}

func TestCampaignWithoutAWebhookHasNoHook(t *testing.T) {
	t.Parallel()
	other := campaign("one", 1, "started")
	other.Definition = json.RawMessage(`{"campaign": "sms-opt-out", "name": "x", "trigger": {}, "workflow": [{"exit": "Done"}]}`)
	c, _ := setup(t, other)
	for range 2 {
		if _, err := c.FindHook(t.Context(), "one"); !errors.Is(err, webhook.ErrUnknownToken) {
			t.Errorf("got %v", err)
		}
	}
}

func TestRunFollowsOtherProcesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, db := setup(t, campaign("one", 1, "started"))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.Run(ctx)
		}()
		status := func() webhook.Status {
			hook, err := c.FindHook(ctx, "one")
			if err != nil {
				t.Errorf("got %v", err)
			}
			return hook.Status
		}
		db.put(campaign("one", 1, "paused"))
		time.Sleep(2 * time.Second)
		if got := status(); got != webhook.StatusPaused {
			t.Errorf("two seconds after a pause the campaign is %s", got)
		}
		lists, _ := db.asked()
		time.Sleep(time.Minute)
		if again, _ := db.asked(); again != lists {
			t.Errorf("campaigns were read %d times without a change", again-lists)
		}
		db.fail(errors.New("down"))
		time.Sleep(time.Minute)
		if got := status(); got != webhook.StatusPaused {
			t.Errorf("without a database the campaign is %s", got)
		}
		db.put(campaign("one", 1, "started"))
		db.fail(nil)
		time.Sleep(2 * time.Second)
		if got := status(); got != webhook.StatusStarted {
			t.Errorf("two seconds after the outage the campaign is %s", got)
		}
		stop()
		<-done
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c, db := setup(t, campaign("one", 1, "started"))
	var work sync.WaitGroup
	for i := range 8 {
		work.Go(func() {
			for n := range 50 {
				if i%4 == 0 {
					db.put(campaign("one", n+1, "started"))
					if err := c.Refresh(t.Context()); err != nil {
						t.Error(err)
					}
				}
				if _, err := c.FindHook(t.Context(), "one"); err != nil {
					t.Error(err)
				}
				_, _ = c.FindHook(t.Context(), fmt.Sprint("guess", i, n))
			}
		})
	}
	work.Wait()
}
