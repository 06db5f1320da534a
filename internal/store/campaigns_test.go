package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/message"
)

func applied(t testing.TB, s *Store, apply ApplyCampaign) Campaign {
	t.Helper()
	campaign, err := s.ApplyCampaign(t.Context(), workspace.Key, apply)
	if err != nil {
		t.Fatal(err)
	}
	return campaign
}

func revision(t testing.TB, s *Store) int64 {
	t.Helper()
	revision, err := s.CatalogueRevision(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return revision
}

func testCampaigns(t *testing.T, s *Store) {
	ctx := t.Context()
	before := revision(t, s)
	apply := ApplyCampaign{Key: "sms", Name: "SMS", Definition: json.RawMessage(`{"n":12345678901234567890}`), Source: "campaign: sms\n", Hash: "h1"}
	first := applied(t, s, apply)
	if first.Version != 1 || first.Status != CampaignDraft || len(first.Token) < 32 || string(first.Definition) != string(apply.Definition) {
		t.Errorf("new: %+v", first)
	}
	if after := revision(t, s); after <= before {
		t.Errorf("the revision went from %d to %d", before, after)
	}
	started, err := s.SetCampaignStatus(ctx, workspace.Key, "sms", CampaignStarted)
	if err != nil || started.Status != CampaignStarted {
		t.Errorf("started: %+v, %v", started, err)
	}
	apply.Source = "# a comment\ncampaign: sms\n"
	if same := applied(t, s, apply); same.Version != 1 || same.Source != apply.Source {
		t.Errorf("the same definition: %+v", same)
	}
	apply.Hash, apply.Definition = "h2", json.RawMessage(`{"n":2}`)
	second := applied(t, s, apply)
	if second.Version != 2 || second.Token != first.Token || second.Status != CampaignStarted {
		t.Errorf("changed: %+v", second)
	}
	versions, err := s.ListVersions(ctx, workspace.Key, "sms")
	if err != nil || len(versions) != 2 || versions[0].Version != 2 || versions[1].Hash != "h1" {
		t.Errorf("versions: %+v, %v", versions, err)
	}
	found, err := s.FindCampaignByToken(ctx, first.Token)
	if diff := cmp.Diff(second, found); err != nil || diff != "" {
		t.Errorf("by token: %s, %v", diff, err)
	}
	listed, err := s.ListCampaigns(ctx, workspace.Key)
	if diff := cmp.Diff([]Campaign{second}, listed); err != nil || diff != "" {
		t.Errorf("listed: %s, %v", diff, err)
	}
	all, err := s.ListAllCampaigns(ctx)
	if err != nil || len(all) != 1 {
		t.Errorf("of all workspaces: %+v, %v", all, err)
	}
	checkMissingCampaigns(t, s)
}

func checkMissingCampaigns(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.GetCampaign(ctx, "other", "sms"); !errors.Is(err, ErrNotFound) {
		t.Errorf("another workspace sees the campaign: %v", err)
	}
	if _, err := s.SetCampaignStatus(ctx, workspace.Key, "none", CampaignPaused); !errors.Is(err, ErrNotFound) {
		t.Errorf("paused: %v", err)
	}
	_, err := s.SetCampaignStatus(ctx, workspace.Key, "sms", "running")
	wantInvalid(t, err)
	if versions, err := s.ListVersions(ctx, workspace.Key, "none"); err != nil || len(versions) != 0 {
		t.Errorf("versions: %+v, %v", versions, err)
	}
}

func testCampaignsAtOnce(t *testing.T, s *Store) {
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			_, err := s.ApplyCampaign(context.Background(), workspace.Key, ApplyCampaign{
				Key: "sms", Name: "SMS", Definition: json.RawMessage(`{}`), Hash: fmt.Sprint(i % 4),
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	campaign, err := s.GetCampaign(t.Context(), workspace.Key, "sms")
	versions, errVersions := s.ListVersions(t.Context(), workspace.Key, "sms")
	if err != nil || errVersions != nil || campaign.Version != len(versions) || len(versions) < 4 {
		t.Errorf("version %d of %d, %v, %v", campaign.Version, len(versions), err, errVersions)
	}
}

func testSamples(t *testing.T, s *Store) {
	for i := range 100 {
		event := message.Event{Key: fmt.Sprint(i), ArrivedAt: noon.Add(time.Duration(i) * time.Second), Payload: json.RawMessage(fmt.Sprintf(`{"i":%d,"nul":"\u0000"}`, i))}
		for range 2 {
			if err := s.KeepSample(t.Context(), workspace.Key, "c", event); err != nil {
				t.Fatal(err)
			}
		}
	}
	samples, err := s.ListSamples(t.Context(), workspace.Key, "c")
	if err != nil || len(samples) != MaxSamples {
		t.Fatalf("%d samples, %v", len(samples), err)
	}
	want := Sample{Key: "99", ReceivedAt: noon.Add(99 * time.Second), Payload: json.RawMessage(`{"i":99,"nul":"\u0000"}`)}
	if diff := cmp.Diff(want, samples[0]); diff != "" {
		t.Error(diff)
	}
	var kept int
	if err := s.read().get(t.Context(), &kept, "SELECT count(*) FROM samples"); err != nil || kept > MaxSamples+4*pruneEvery {
		t.Errorf("%d samples are kept, %v", kept, err)
	}
	if other, err := s.ListSamples(t.Context(), workspace.Key, "d"); err != nil || len(other) != 0 {
		t.Errorf("another campaign has %v, %v", other, err)
	}
}

func testAPIKeys(t *testing.T, s *Store) {
	for _, key := range []APIKey{
		{Workspace: "b", Name: "ci", Hash: []byte{1}, CreatedAt: noon},
		{Workspace: "a", Name: "ci", Hash: []byte{2}, CreatedAt: noon},
		{Workspace: "b", Name: "ci", Hash: []byte{0, 255}, CreatedAt: noon},
	} {
		if err := s.PutAPIKey(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := s.ListAPIKeys(t.Context())
	want := []APIKey{{"a", "ci", []byte{2}, noon}, {"b", "ci", []byte{0, 255}, noon}}
	if diff := cmp.Diff(want, keys); err != nil || diff != "" {
		t.Error(diff, err)
	}
}

func testActivityLog(t *testing.T, s *Store) {
	for i := range 5 {
		putAt(t, s, fmt.Sprint("p", i%2), fmt.Sprintf(`{"i": %d}`, i), i)
	}
	var types []string
	query := ActivityQuery{Person: "p0", Limit: 2}
	for {
		page, err := s.ListActivity(t.Context(), workspace.Key, query)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range page.Activity {
			types = append(types, entry.Type+" "+string(entry.Data))
		}
		if query.Cursor = page.Next; page.Next == "" {
			break
		}
	}
	want := []string{
		`attributes_changed {"before":{"i":2},"after":{"i":4}}`,
		`attributes_changed {"before":{"i":0},"after":{"i":2}}`,
		`person_created {"before":{"i":null},"after":{"i":0}}`,
	}
	if diff := cmp.Diff(want, types); diff != "" {
		t.Error(diff)
	}
	for _, none := range []ActivityQuery{{Person: "p9"}, {Run: "r"}, {Campaign: "c"}, {Type: "nothing"}} {
		if page, err := s.ListActivity(t.Context(), workspace.Key, none); err != nil || len(page.Activity) != 0 {
			t.Errorf("%+v: %+v, %v", none, page, err)
		}
	}
}

// testSeedCampaigns: seeding happens once, and never touches what is there.
func testSeedCampaigns(t *testing.T, s *Store) {
	ctx := t.Context()
	campaigns := []ApplyCampaign{
		{Key: "a", Name: "A", Definition: json.RawMessage(`{}`), Hash: "a"},
		{Key: "b", Name: "B", Definition: json.RawMessage(`{}`), Hash: "b"},
	}
	if seeded, err := s.SeedCampaigns(ctx, workspace.Key, campaigns); err != nil || !seeded {
		t.Fatalf("seeded %t, %v", seeded, err)
	}
	if _, err := s.SetCampaignStatus(ctx, workspace.Key, "a", CampaignPaused); err != nil {
		t.Fatal(err)
	}
	if seeded, err := s.SeedCampaigns(ctx, workspace.Key, campaigns); err != nil || seeded {
		t.Errorf("seeded again: %t, %v", seeded, err)
	}
	listed, err := s.ListCampaigns(ctx, workspace.Key)
	if err != nil || len(listed) != 2 || listed[0].Status != CampaignPaused || listed[1].Status != CampaignStarted {
		t.Errorf("campaigns %+v, %v", listed, err)
	}
	if other, err := s.SeedCampaigns(ctx, "other", campaigns[:1]); err != nil || !other {
		t.Errorf("another workspace: %t, %v", other, err)
	}
}
