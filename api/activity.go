package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/store"
)

// LogEntry is a line of the activity log.
type LogEntry struct {
	ID       string          `json:"id"`
	At       time.Time       `json:"at"`
	Type     string          `json:"type" doc:"What happened: person_created, attributes_changed, message_received, consent_changed, near_miss, reply_attributed, anonymous_attached, …" example:"attributes_changed"`
	Person   string          `json:"person,omitempty"`
	Campaign string          `json:"campaign,omitempty"`
	Run      string          `json:"run,omitempty"`
	Sender   string          `json:"sender,omitempty" doc:"Our sender, for what is about messages."`
	Data     json.RawMessage `json:"data" doc:"What it is about, as the type says: changed attributes stand in before and after."`
}

// ActivityPage is a part of the activity log.
type ActivityPage struct {
	Activity []LogEntry `json:"activity" nullable:"false"`
	Next     string     `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

type (
	activityInput struct {
		Person    string    `query:"person" doc:"Keep what happened to this person."`
		Type      string    `query:"type" doc:"Keep what is of this type."`
		Campaign  string    `query:"campaign" doc:"Keep what this campaign did."`
		Run       string    `query:"run" doc:"Keep what this run did."`
		Sender    string    `query:"sender" doc:"Keep what is about this sender of ours, by address or name."`
		Anonymous string    `query:"anonymous" enum:"true,false" doc:"Keep what is about messages of unknown writers, or everything else."`
		Since     time.Time `query:"since" doc:"Keep what happened at this time or later."`
		Until     time.Time `query:"until" doc:"Keep what happened before this time."`
		Page
	}
	activityOutput struct{ Body ActivityPage }
)

func (a *API) addActivity(api huma.API) {
	handle(api, operation(http.MethodGet, "/activity", "list-activity", "activity", "Show the activity log, newest first"), a.listActivity)
}

func (a *API) listActivity(ctx context.Context, in *activityInput) (*activityOutput, error) {
	sender, err := a.senderAddress(caller(ctx), in.Sender)
	if err != nil {
		return nil, err
	}
	page, err := a.store.ListActivity(ctx, caller(ctx), store.ActivityQuery{
		Person: in.Person, Type: in.Type, Campaign: in.Campaign, Run: in.Run, Limit: in.Limit, Cursor: in.Cursor,
		Sender: sender, Anonymous: optionalBool(in.Anonymous), Since: optionalTime(in.Since), Until: optionalTime(in.Until),
	})
	if err != nil {
		return nil, a.answerError(ctx, "reading the activity log", "", err)
	}
	out := &activityOutput{}
	out.Body.Next = page.Next
	out.Body.Activity = make([]LogEntry, len(page.Activity))
	for i, entry := range page.Activity {
		out.Body.Activity[i] = LogEntry(entry)
	}
	return out, nil
}
