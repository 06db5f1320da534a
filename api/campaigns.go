package api

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/definitions"
	"replyflow/internal/store"
)

// CampaignState is where a campaign stands: what a write of it answers.
type CampaignState struct {
	Key        string                `json:"key" example:"sms-opt-out"`
	Version    int                   `json:"version" doc:"The version that new runs take."`
	Status     store.CampaignStatus  `json:"status" enum:"draft,started,paused,archived"`
	WebhookURL string                `json:"webhook_url,omitempty" doc:"Where the campaign's webhook takes deliveries; a secret unless the trigger demands proof."`
	Problems   []definitions.Problem `json:"problems" nullable:"false" doc:"What is doubtful about the definition: warnings."`
}

// CampaignSummary is a campaign in a list.
type CampaignSummary struct {
	CampaignState
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Campaign is a campaign with its definition.
type Campaign struct {
	CampaignSummary
	Definition json.RawMessage `json:"definition" doc:"The definition in canonical JSON."`
	Source     string          `json:"source" doc:"The definition as it was written."`
}

// CampaignVersion is a definition that was in force at some time.
type CampaignVersion struct {
	Version    int             `json:"version"`
	CreatedAt  time.Time       `json:"created_at"`
	Definition json.RawMessage `json:"definition"`
	Source     string          `json:"source"`
}

// Sample is a payload that a campaign's webhook received.
type Sample struct {
	Key        string          `json:"key" doc:"The delivery's idempotency key."`
	ReceivedAt time.Time       `json:"received_at"`
	Payload    json.RawMessage `json:"payload"`
}

// The lists that aren't paged: none of them grows long.
type (
	// CampaignList is every campaign.
	CampaignList struct {
		Campaigns []CampaignSummary `json:"campaigns" nullable:"false"`
	}
	// VersionList is every version of a campaign.
	VersionList struct {
		Versions []CampaignVersion `json:"versions" nullable:"false"`
	}
	// SampleList is what is kept of what a campaign's webhook received.
	SampleList struct {
		Samples []Sample `json:"samples" nullable:"false"`
	}
)

type (
	campaignInput struct {
		Key string `path:"key" doc:"The campaign's key."`
	}
	applyInput struct {
		File        string `query:"file" doc:"The file's name, for problems to name it." example:"sms-opt-out.yaml"`
		ContentType string `header:"Content-Type" hidden:"true"`
		RawBody     []byte `contentType:"application/yaml"`
	}
	stateOutput      struct{ Body CampaignState }
	campaignsOutput  struct{ Body CampaignList }
	getCampaignInput struct {
		Key    string `path:"key" doc:"The campaign's key."`
		Format string `query:"format" enum:"json,yaml" doc:"yaml answers the definition alone, as a file; so does Accept: application/yaml."`
		Accept string `header:"Accept" hidden:"true"`
	}
	// campaignOutput is written by hand: JSON, or the definition as YAML.
	campaignOutput struct {
		Body func(huma.Context)
	}
	versionsOutput struct{ Body VersionList }
	samplesOutput  struct{ Body SampleList }
)

const noSuchCampaign = "No campaign has this key."

func (a *API) addCampaigns(api huma.API) {
	apply := operation(http.MethodPost, "/campaigns", "apply-campaign", "campaigns", "Apply a definition")
	apply.Description = "Makes a new campaign in draft, or a new version of the one with the definition's key; a definition that is in force already makes none. New runs take the new version, running ones keep theirs. A definition with errors changes nothing and answers all of them."
	apply.SkipValidateBody = true // the language's own check says more
	apply.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/yaml": {Schema: &huma.Schema{Type: huma.TypeString, Description: "The definition as YAML."}},
		"application/json": {Schema: &huma.Schema{Type: huma.TypeObject, Description: "The definition as JSON.", AdditionalProperties: true}},
	}}
	apply.Responses = map[string]*huma.Response{
		"409": {Description: "The campaign is archived", Content: problemContent(schemaOf[huma.ErrorModel](api))},
		"422": {Description: "The definition has errors", Content: problemContent(schemaOf[DefinitionProblems](api))},
	}
	handle(api, apply, a.applyCampaign)
	handle(api, operation(http.MethodGet, "/campaigns", "list-campaigns", "campaigns", "List campaigns by key"), a.listCampaigns)
	get := operation(http.MethodGet, "/campaigns/{key}", "get-campaign", "campaigns", "Show a campaign with its definition")
	get.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"application/json": {Schema: schemaOf[Campaign](api)},
		"application/yaml": {Schema: &huma.Schema{Type: huma.TypeString, Description: "The definition, as a file."}},
	}}}
	handle(api, get, a.getCampaign)
	handle(api, operation(http.MethodGet, "/campaigns/{key}/versions", "list-campaign-versions", "campaigns", "List a campaign's versions, newest first"), a.listVersions)
	handle(api, operation(http.MethodGet, "/campaigns/{key}/samples", "list-campaign-samples", "campaigns", "List the last payloads that a campaign's webhook received, newest first"), a.listSamples)
}

func (a *API) applyCampaign(ctx context.Context, in *applyInput) (*stateOutput, error) {
	// The body's buffer is used again after the request.
	source := string(in.RawBody)
	file := definitionFile(in.File, in.ContentType)
	definition, problems := definitions.Load(file, []byte(source))
	if problems.HasErrors() {
		return nil, refuseDefinition(problems)
	}
	problems = append(problems, a.unknownSenders(caller(ctx), definition, file, source)...)
	current, err := a.store.GetCampaign(ctx, caller(ctx), definition.Key)
	if err == nil && current.Status == store.CampaignArchived {
		return nil, huma.Error409Conflict("The campaign " + definition.Key + " is archived and takes no new version; apply the definition under another key.")
	}
	canonical, err := definition.Canonical()
	if err != nil {
		return nil, a.answerError(ctx, "applying the campaign", "", err)
	}
	campaign, err := a.store.ApplyCampaign(ctx, caller(ctx), store.ApplyCampaign{
		Key: definition.Key, Name: definition.Name, Definition: canonical, Source: source, Hash: definition.Hash(),
	})
	if err != nil {
		return nil, a.answerError(ctx, "applying the campaign", noSuchCampaign, err)
	}
	if err := a.enforce(ctx); err != nil {
		return nil, err
	}
	return &stateOutput{a.state(campaign, definition, problems)}, nil
}

// definitionFile is the name under which problems are told. Its ending says how
// the definition is read; without one it is read as what it looks like.
func definitionFile(given, contentType string) string {
	switch {
	case given != "":
		return filepath.Base(filepath.ToSlash(given))
	case strings.Contains(contentType, "yaml"):
		return "definition.yaml"
	case strings.Contains(contentType, "json"):
		return "definition.json"
	}
	return "definition"
}

// enforce brings a change of campaigns in force before it is answered.
func (a *API) enforce(ctx context.Context) error {
	if err := a.catalogue.Refresh(ctx); err != nil {
		a.logger.ErrorContext(ctx, "a change of a campaign was stored but is not in force", "error", err)
		return huma.Error503ServiceUnavailable("The change is stored, but not in force here yet: the database can't be read. Try again; doing the same twice is harmless.")
	}
	return nil
}

func (a *API) listCampaigns(ctx context.Context, _ *struct{}) (*campaignsOutput, error) {
	campaigns, err := a.store.ListCampaigns(ctx, caller(ctx))
	if err != nil {
		return nil, a.answerError(ctx, "listing campaigns", "", err)
	}
	out := &campaignsOutput{}
	out.Body.Campaigns = make([]CampaignSummary, len(campaigns))
	for i, campaign := range campaigns {
		out.Body.Campaigns[i] = a.summary(campaign)
	}
	return out, nil
}

func (a *API) getCampaign(ctx context.Context, in *getCampaignInput) (*campaignOutput, error) {
	campaign, err := a.store.GetCampaign(ctx, caller(ctx), in.Key)
	if err != nil {
		return nil, a.answerError(ctx, "reading the campaign", noSuchCampaign, err)
	}
	if in.Format == "yaml" || (in.Format == "" && strings.Contains(in.Accept, "yaml")) {
		file, err := exportYAML(campaign)
		if err != nil {
			return nil, a.answerError(ctx, "exporting the campaign", "", err)
		}
		return &campaignOutput{func(answer huma.Context) {
			answer.SetHeader("Content-Type", "application/yaml; charset=utf-8")
			// The client went away if this fails; there is nobody to tell.
			_, _ = answer.BodyWriter().Write(file)
		}}, nil
	}
	shown := Campaign{CampaignSummary: a.summary(campaign), Definition: campaign.Definition, Source: campaign.Source}
	return &campaignOutput{func(answer huma.Context) {
		answer.SetHeader("Content-Type", "application/json")
		_ = huma.DefaultJSONFormat.Marshal(answer.BodyWriter(), shown)
	}}, nil
}

// exportYAML is the file as the marketer wrote it, comments and all, or for a
// definition that came as JSON the same as YAML.
func exportYAML(campaign store.Campaign) ([]byte, error) {
	if !strings.HasPrefix(strings.TrimSpace(campaign.Source), "{") {
		return []byte(campaign.Source), nil
	}
	definition, problems := definitions.Load(campaign.Key+".json", campaign.Definition)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return definition.YAML()
}

func (a *API) listVersions(ctx context.Context, in *campaignInput) (*versionsOutput, error) {
	versions, err := a.store.ListVersions(ctx, caller(ctx), in.Key)
	if err == nil && len(versions) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, a.answerError(ctx, "listing the campaign's versions", noSuchCampaign, err)
	}
	out := &versionsOutput{}
	out.Body.Versions = make([]CampaignVersion, len(versions))
	for i, version := range versions {
		out.Body.Versions[i] = CampaignVersion{version.Version, version.CreatedAt, version.Definition, version.Source}
	}
	return out, nil
}

func (a *API) listSamples(ctx context.Context, in *campaignInput) (*samplesOutput, error) {
	if _, err := a.store.GetCampaign(ctx, caller(ctx), in.Key); err != nil {
		return nil, a.answerError(ctx, "reading the campaign", noSuchCampaign, err)
	}
	samples, err := a.store.ListSamples(ctx, caller(ctx), in.Key)
	if err != nil {
		return nil, a.answerError(ctx, "listing the campaign's samples", noSuchCampaign, err)
	}
	out := &samplesOutput{}
	out.Body.Samples = make([]Sample, len(samples))
	for i, sample := range samples {
		out.Body.Samples[i] = Sample(sample)
	}
	return out, nil
}

// summary is a stored campaign as a list shows it. Its definition is read again
// for its warnings: what replyflow knows to warn about grows. They name places in
// what was written, unless that can't be read any more.
func (a *API) summary(campaign store.Campaign) CampaignSummary {
	definition, problems := definitions.Load(campaign.Key, []byte(campaign.Source))
	if problems.HasErrors() {
		definition, problems = definitions.Load(campaign.Key+".json", campaign.Definition)
	}
	return CampaignSummary{
		CampaignState: a.state(campaign, definition, problems),
		Name:          campaign.Name, CreatedAt: campaign.CreatedAt, UpdatedAt: campaign.UpdatedAt,
	}
}

func (a *API) state(campaign store.Campaign, definition definitions.Definition, problems definitions.Problems) CampaignState {
	state := CampaignState{
		Key: campaign.Key, Version: campaign.Version, Status: campaign.Status, Problems: append([]definitions.Problem{}, problems...),
	}
	if definition.Trigger.Webhook != nil {
		state.WebhookURL = a.publicURL + "/hooks/" + campaign.Token
	}
	return state
}
