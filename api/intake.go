package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// IntakeStatus is what waits to be started, as the server that answers sees it.
type IntakeStatus struct {
	Waiting int        `json:"waiting" doc:"Deliveries of the workspace that wait in the table."`
	Dead    int        `json:"dead" doc:"Deliveries of the workspace that were refused for good."`
	Oldest  *time.Time `json:"oldest,omitempty" doc:"When the oldest waiting delivery arrived."`
	Spooled int        `json:"spooled" doc:"Deliveries of all workspaces that wait in the files of this server."`
}

// DeadDelivery is a delivery that can't be started.
type DeadDelivery struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind" doc:"campaign_run, inbound_message or provider_updates."`
	WorkflowID string    `json:"workflow_id"`
	ArrivedAt  time.Time `json:"arrived_at"`
	Attempts   int       `json:"attempts"`
	Reason     string    `json:"reason" doc:"Why it can't be started."`
}

// DeadDeliveries is a part of a list of deliveries, the last arrived first.
type DeadDeliveries struct {
	Dead []DeadDelivery `json:"dead" nullable:"false"`
	Next string         `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

type (
	intakeOutput struct{ Body IntakeStatus }
	deadInput    struct{ Page }
	deadOutput   struct{ Body DeadDeliveries }
	replayInput  struct {
		ID string `path:"id" doc:"The delivery's id, percent-encoded."`
	}
)

func (a *API) addIntake(api huma.API) {
	handle(api, operation(http.MethodGet, "/intake", "get-intake", "intake", "Show what waits to be started"), a.getIntake)
	handle(api, operation(http.MethodGet, "/intake/dead", "list-dead", "intake", "List deliveries that can't be started"), a.listDead)
	replay := operation(http.MethodPost, "/intake/dead/{id}/replay", "replay-dead", "intake", "Start a delivery again")
	replay.DefaultStatus = http.StatusNoContent
	handle(api, replay, a.replayDead)
}

func (a *API) getIntake(ctx context.Context, _ *struct{}) (*intakeOutput, error) {
	status, err := a.store.IntakeStatus(ctx, caller(ctx))
	if err != nil {
		return nil, a.answerError(ctx, "reading the intake table", "", err)
	}
	out := &intakeOutput{IntakeStatus{Waiting: status.Waiting, Dead: status.Dead, Oldest: status.Oldest}}
	if a.spooled != nil {
		out.Body.Spooled = a.spooled()
	}
	return out, nil
}

func (a *API) listDead(ctx context.Context, in *deadInput) (*deadOutput, error) {
	page, err := a.store.ListDeadIntake(ctx, caller(ctx), in.Limit, in.Cursor)
	if err != nil {
		return nil, a.answerError(ctx, "reading the intake table", "", err)
	}
	out := &deadOutput{}
	out.Body.Next = page.Next
	out.Body.Dead = make([]DeadDelivery, len(page.Entries))
	for i, entry := range page.Entries {
		out.Body.Dead[i] = DeadDelivery{
			ID: entry.ID, Kind: entry.Kind, WorkflowID: entry.WorkflowID, ArrivedAt: entry.ArrivedAt, Attempts: entry.Attempts, Reason: entry.Reason,
		}
	}
	return out, nil
}

func (a *API) replayDead(ctx context.Context, in *replayInput) (*struct{}, error) {
	err := a.store.ReplayDeadIntake(ctx, caller(ctx), in.ID)
	if err == nil && a.wakeRelay != nil {
		a.wakeRelay()
	}
	return nil, a.answerError(ctx, "putting the delivery back", "No delivery with this id was set aside.", err)
}
