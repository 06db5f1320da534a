package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/definitions"
	"replyflow/internal/store"
)

// transition is a way in which a campaign's status may change.
type transition struct {
	verb, summary string
	to            store.CampaignStatus
	// refused are the states from which there is no such way, and why. From its
	// own goal a transition changes nothing: doing it twice is harmless.
	refused map[store.CampaignStatus]string
}

// transitions are all there are. Archived is the end: its webhook answers that
// it is gone, and a sender may have acted on that.
var transitions = []transition{
	{
		verb: "start", summary: "Start a campaign: deliveries run it", to: store.CampaignStarted,
		refused: map[store.CampaignStatus]string{
			store.CampaignArchived: "it is archived, and that is final; apply the definition under another key",
		},
	},
	{
		verb: "pause", summary: "Pause a campaign: deliveries are kept as samples and run nothing", to: store.CampaignPaused,
		refused: map[store.CampaignStatus]string{
			store.CampaignDraft:    "it is a draft that was never started",
			store.CampaignArchived: "it is archived, and that is final",
		},
	},
	{
		verb: "archive", summary: "Archive a campaign for good: deliveries are refused", to: store.CampaignArchived,
	},
}

func (a *API) addCampaignStates(api huma.API) {
	for _, t := range transitions {
		op := operation(http.MethodPost, "/campaigns/{key}/"+t.verb, t.verb+"-campaign", "campaigns", t.summary)
		op.Description = "The change is in force when it is answered; runs that are open go on."
		op.DefaultStatus = http.StatusOK
		op.Errors = []int{http.StatusNotFound, http.StatusConflict}
		handle(api, op, func(ctx context.Context, in *campaignInput) (*stateOutput, error) {
			return a.changeStatus(ctx, in.Key, t)
		})
	}
}

func (a *API) changeStatus(ctx context.Context, key string, t transition) (*stateOutput, error) {
	campaign, err := a.store.GetCampaign(ctx, caller(ctx), key)
	if err != nil {
		return nil, a.answerError(ctx, "reading the campaign", noSuchCampaign, err)
	}
	if reason, refused := t.refused[campaign.Status]; refused {
		return nil, huma.Error409Conflict(fmt.Sprintf("The campaign %s can't be %s: %s.", key, t.to, reason))
	}
	// A definition that was good when it was applied may not be any more: the
	// language can grow stricter between releases.
	if _, problems := definitions.Load(key+".json", campaign.Definition); t.to == store.CampaignStarted && problems.HasErrors() {
		return nil, refuseDefinition(problems)
	}
	if campaign.Status != t.to {
		if campaign, err = a.store.SetCampaignStatus(ctx, caller(ctx), key, t.to); err != nil {
			return nil, a.answerError(ctx, "changing the campaign", noSuchCampaign, err)
		}
	}
	if err := a.enforce(ctx); err != nil {
		return nil, err
	}
	return &stateOutput{a.summary(campaign).CampaignState}, nil
}
