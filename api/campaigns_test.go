package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"replyflow/definitions"
	"replyflow/internal/message"
)

const greeting = `# Says that it was here.
campaign: greeting
name: Greeting
trigger:
  webhook: {}
workflow:
  - branch: Known
    if: From is 0155
    then:
      - update_person: Mark
        person: ann
        set: {big: 12345678901234567890123}
`

type shownCampaign struct {
	Key, Name, Status, Source string
	Version                   int
	WebhookURL                string `json:"webhook_url"`
	Definition                json.RawMessage
	Problems                  []definitions.Problem
}

// apply applies a definition that has no errors.
func (b *bench) apply(source string) shownCampaign {
	b.t.Helper()
	var applied shownCampaign
	b.must(http.StatusOK, "POST", "/api/v1/campaigns", source, "Content-Type", "application/yaml").decode(b.t, &applied)
	return applied
}

func (b *bench) campaign(key string) shownCampaign {
	b.t.Helper()
	var shown shownCampaign
	b.must(http.StatusOK, "GET", "/api/v1/campaigns/"+key, "").decode(b.t, &shown)
	return shown
}

func TestApplyCampaign(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.apply(greeting)
	if first.Key != "greeting" || first.Version != 1 || first.Status != "draft" || first.Problems == nil {
		t.Errorf("applied %+v", first)
	}
	if !strings.HasPrefix(first.WebhookURL, testWebhooks+"/hooks/") || len(first.WebhookURL) < len(testWebhooks+"/hooks/")+32 {
		t.Errorf("webhook_url is %q", first.WebhookURL)
	}
	if b.catalogue.refreshed.Load() != 1 {
		t.Error("the catalogue was not refreshed")
	}
	if again := b.apply(greeting); again.Version != 1 {
		t.Errorf("the same definition made version %d", again.Version)
	}
	second := b.apply(strings.Replace(greeting, "0155", "0156", 1))
	if second.Version != 2 || second.WebhookURL != first.WebhookURL {
		t.Errorf("the changed definition made %+v", second)
	}

	shown := b.campaign("greeting")
	if shown.Name != "Greeting" || shown.Version != 2 || !strings.Contains(string(shown.Definition), "12345678901234567890123") {
		t.Errorf("shown %+v", shown)
	}
	var versions struct{ Versions []shownCampaign }
	b.must(http.StatusOK, "GET", "/api/v1/campaigns/greeting/versions", "").decode(t, &versions)
	if len(versions.Versions) != 2 || versions.Versions[0].Version != 2 || versions.Versions[1].Source != greeting {
		t.Errorf("versions %+v", versions)
	}
	var listed struct{ Campaigns []shownCampaign }
	b.must(http.StatusOK, "GET", "/api/v1/campaigns", "").decode(t, &listed)
	if len(listed.Campaigns) != 1 || listed.Campaigns[0].WebhookURL != first.WebhookURL {
		t.Errorf("listed %+v", listed)
	}
}

func TestApplyReadsJSONAndYAMLWhateverTheirType(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(greeting)
	definition := string(b.campaign("greeting").Definition)
	for _, kind := range []string{"application/json", "application/x-www-form-urlencoded", ""} {
		var applied shownCampaign
		b.must(http.StatusOK, "POST", "/api/v1/campaigns", definition, "Content-Type", kind).decode(t, &applied)
		if applied.Version != 1 {
			t.Errorf("as %q the same definition is version %d", kind, applied.Version)
		}
	}
	// What came as JSON is exported as YAML.
	exported := b.must(http.StatusOK, "GET", "/api/v1/campaigns/greeting?format=yaml", "")
	if !strings.Contains(exported.body, "campaign: greeting") {
		t.Errorf("exported %s", exported.body)
	}
}

func TestExportIsTheFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(greeting)
	for _, got := range []answer{
		b.must(http.StatusOK, "GET", "/api/v1/campaigns/greeting?format=yaml", ""),
		b.must(http.StatusOK, "GET", "/api/v1/campaigns/greeting", "", "Accept", "application/yaml"),
	} {
		if got.body != greeting || !strings.HasPrefix(got.header.Get("Content-Type"), "application/yaml") {
			t.Errorf("exported as %s: %s", got.header.Get("Content-Type"), got.body)
		}
	}
	b.refused(http.StatusNotFound, "GET", "/api/v1/campaigns/nothing", "", "Accept", "application/yaml")
}

func TestApplyTellsEveryProblem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	broken := strings.NewReplacer("update_person", "update_persn", "From is 0155", "From iz 0155").Replace(greeting)
	got := b.must(http.StatusUnprocessableEntity, "POST", "/api/v1/campaigns?file=greeting.yaml", broken, "Content-Type", "application/yaml")
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type %q", kind)
	}
	var told struct {
		problem
		Problems []definitions.Problem
	}
	got.decode(t, &told)
	if len(told.Errors) < 2 || len(told.Errors) != len(told.Problems) {
		t.Fatalf("told %s", got.body)
	}
	if at := told.Errors[0].Location; !strings.HasPrefix(at, "greeting.yaml:8:") {
		t.Errorf("the first error is at %q", at)
	}
	b.refused(http.StatusNotFound, "GET", "/api/v1/campaigns/greeting", "")
	if b.catalogue.refreshed.Load() != 0 {
		t.Error("a refused definition refreshed the catalogue")
	}
	b.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/campaigns", "\xff", "Content-Type", "application/yaml")
	b.refused(http.StatusBadRequest, "POST", "/api/v1/campaigns", "")
}

func TestWarningsAreAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, shipped := range definitions.Shipped() {
		if shipped.File != "sms-opt-out.yaml" {
			continue
		}
		if applied := b.apply(string(shipped.Data)); len(applied.Problems) == 0 || applied.Problems[0].Severity != definitions.SeverityWarning {
			t.Errorf("problems %+v", applied.Problems)
		}
	}
	if shown := b.campaign("sms-opt-out"); len(shown.Problems) == 0 || shown.Problems[0].Line < 2 {
		t.Errorf("shown with %+v", shown.Problems)
	}
}

func TestTransitions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const allowed, conflict = http.StatusOK, http.StatusConflict
	wants := map[string]map[string]int{
		"draft":    {"start": allowed, "pause": conflict, "archive": allowed},
		"started":  {"start": allowed, "pause": allowed, "archive": allowed},
		"paused":   {"start": allowed, "pause": allowed, "archive": allowed},
		"archived": {"start": conflict, "pause": conflict, "archive": allowed},
	}
	ways := map[string][]string{"draft": {}, "started": {"start"}, "paused": {"start", "pause"}, "archived": {"archive"}}
	goals := map[string]string{"start": "started", "pause": "paused", "archive": "archived"}
	for from, verbs := range wants {
		for verb, status := range verbs {
			t.Run(from+" "+verb, func(t *testing.T) {
				b := b.in(t)
				key := from + "-" + verb
				b.apply(strings.Replace(greeting, "campaign: greeting", "campaign: "+key, 1))
				for _, way := range ways[from] {
					b.must(http.StatusOK, "POST", "/api/v1/campaigns/"+key+"/"+way, "")
				}
				want := goals[verb]
				if status == conflict {
					want = from
					told := b.refused(status, "POST", "/api/v1/campaigns/"+key+"/"+verb, "")
					if !strings.Contains(told.Detail, from) {
						t.Errorf("the refusal gives no reason: %s", told.Detail)
					}
				} else {
					b.must(status, "POST", "/api/v1/campaigns/"+key+"/"+verb, "")
				}
				if got := b.campaign(key).Status; got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
			})
		}
	}
	b.refused(http.StatusNotFound, "POST", "/api/v1/campaigns/nothing/start", "")
}

func TestArchivedCampaignsTakeNoVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(greeting)
	b.must(http.StatusOK, "POST", "/api/v1/campaigns/greeting/archive", "")
	b.refused(http.StatusConflict, "POST", "/api/v1/campaigns", greeting, "Content-Type", "application/yaml")
}

func TestChangesThatAreNotInForceAreNotDone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.catalogue.failing.Store(true)
	b.refused(http.StatusServiceUnavailable, "POST", "/api/v1/campaigns", greeting, "Content-Type", "application/yaml")
	b.catalogue.failing.Store(false)
	b.apply(greeting)
}

func TestSamples(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.apply(greeting)
	event := message.Event{Key: "k1", ArrivedAt: testNow, Payload: json.RawMessage(`{"n":12345678901234567890}`)}
	if err := b.store.KeepSample(t.Context(), "default", "greeting", event); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Samples []struct {
			Key        string
			ReceivedAt time.Time `json:"received_at"`
			Payload    json.RawMessage
		}
	}
	b.must(http.StatusOK, "GET", "/api/v1/campaigns/greeting/samples", "").decode(t, &got)
	if len(got.Samples) != 1 || !got.Samples[0].ReceivedAt.Equal(testNow) {
		t.Fatalf("samples %+v", got)
	}
	if diff := cmp.Diff(string(event.Payload), string(got.Samples[0].Payload)); diff != "" {
		t.Error(diff)
	}
	b.refused(http.StatusNotFound, "GET", "/api/v1/campaigns/nothing/samples", "")
}
