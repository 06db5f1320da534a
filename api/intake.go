package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// intakeTimeout bounds how long the intake table is asked: whoever asks wants to
// know what is wrong, and soon.
const intakeTimeout = 2 * time.Second

// IntakeStatus is what waits to be started, as the server that answers sees it.
type IntakeStatus struct {
	Waiting *int       `json:"waiting" doc:"Deliveries of the workspace that wait in the table; null when the table can't be reached."`
	Dead    *int       `json:"dead" doc:"Deliveries of the workspace that were refused for good; null when the table can't be reached."`
	Oldest  *time.Time `json:"oldest,omitempty" doc:"When the oldest delivery arrived that waits in the table."`
	ServerIntake
}

// ServerIntake is how intake is doing in the server that answers.
type ServerIntake struct {
	Spooled      int         `json:"spooled" doc:"Deliveries of all workspaces that wait in the files of this server."`
	SpooledBytes int64       `json:"spooled_bytes" doc:"How long these files are."`
	Damaged      int         `json:"damaged" doc:"Deliveries in the files of this server that can't be read any more, at least."`
	DamagedFiles []string    `json:"damaged_files,omitempty" nullable:"false" doc:"The files that hold what is left of them. They count until they are moved elsewhere."`
	Temporal     IntakeState `json:"temporal"`
	Table        IntakeState `json:"table"`
	Spool        IntakeState `json:"spool"`
}

// IntakeState is how one of the places that take deliveries is doing.
type IntakeState struct {
	Configured   bool       `json:"configured" doc:"False when this server has none."`
	FailingSince *time.Time `json:"failing_since,omitempty" doc:"When it stopped answering; missing while it answers."`
	Reason       string     `json:"reason,omitempty" doc:"Why it fails."`
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
	out := &intakeOutput{}
	if a.intake != nil {
		out.Body.ServerIntake = a.intake(ctx)
	}
	limited, cancel := context.WithTimeout(ctx, intakeTimeout)
	defer cancel()
	status, err := a.store.IntakeStatus(limited, caller(ctx))
	if err != nil {
		// What waits in the spool, and since when, is worth an answer: that is what
		// is asked in an outage.
		a.logger.WarnContext(ctx, "the intake table can't be counted", "error", err)
		out.Body.Table.fails(a.now(), err)
		return out, nil
	}
	out.Body.Waiting, out.Body.Dead, out.Body.Oldest = &status.Waiting, &status.Dead, status.Oldest
	return out, nil
}

// fails notes a failure, unless it is known for longer.
func (s *IntakeState) fails(now time.Time, err error) {
	s.Configured = true
	if s.FailingSince == nil {
		s.FailingSince, s.Reason = &now, err.Error()
	}
}

func (a *API) listDead(ctx context.Context, in *deadInput) (*deadOutput, error) {
	limited, cancel := context.WithTimeout(ctx, intakeTimeout)
	defer cancel()
	page, err := a.store.ListDeadIntake(limited, caller(ctx), in.Limit, in.Cursor)
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
	limited, cancel := context.WithTimeout(ctx, intakeTimeout)
	defer cancel()
	err := a.store.ReplayDeadIntake(limited, caller(ctx), in.ID)
	if err == nil && a.wakeRelay != nil {
		a.wakeRelay()
	}
	return nil, a.answerError(ctx, "putting the delivery back", "No delivery with this id was set aside.", err)
}
