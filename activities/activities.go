// Package activities is what touches the world on behalf of workflows: it
// renders templates, evaluates conditions, normalises numbers and writes to the
// store. It is the only user of the store inside Temporal.
//
// Every activity is idempotent: a worker that dies inside a workflow task
// repeats all local activities of it. Every result explains itself, because a
// local activity's marker in a history shows no input.
package activities

import (
	"context"
	"net/http"
	"time"

	"replyflow/definitions"
	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// Store is what activities need of the database.
type Store interface {
	BeginRun(context.Context, message.BeginRunInput) (message.BeginRunResult, error)
	RecordRun(context.Context, message.RecordRunInput) (message.RecordRunResult, error)
	BatchUpdate(context.Context, message.Workspace, store.BatchUpdate) (store.BatchResult, error)
	UpdatePerson(context.Context, message.Workspace, store.UpdatePerson) (store.UpdateResult, error)
	BatchBegin(context.Context, message.Workspace, store.BatchUpdate) (store.BatchProgress, error)
	ResolvePeople(context.Context, inbound.ResolvePeopleInput) (inbound.ResolvePeopleResult, error)
	RecordMessage(context.Context, message.Workspace, store.RecordMessage) (inbound.RecordMessageResult, error)
	RecordUpdates(ctx context.Context, workspace message.Workspace, updates []message.Update, scope store.ScopeOf, now time.Time) (inbound.RecordUpdatesResult, error)
	AttachMessages(ctx context.Context, in inbound.AttachMessagesInput, now time.Time) (inbound.AttachMessagesResult, error)
	ConsentState(ctx context.Context, workspace string, channel message.Channel, address string, target consent.Target) (consent.State, error)
	NoteCampaigns(ctx context.Context, workspace string, started store.StartedCampaigns) error
	FindSend(ctx context.Context, workspace, id string) (store.SendClaim, error)
	PutOffSend(ctx context.Context, workspace, id string) error
	BeginSend(ctx context.Context, workspace string, out store.Outbound) (store.SendClaim, error)
	EndSend(ctx context.Context, workspace, id string, result store.SendResult) error
	LogUnanswered(ctx context.Context, workspace, messageID, person, sender string, channel message.Channel, why string) error
	CountAnswers(ctx context.Context, workspace, address, sender, purpose, except string, since time.Time) (int, error)
	GetPersonByInternalID(ctx context.Context, workspace string, id int64) (store.Person, error)
	BatchPage(context.Context, message.Workspace, store.BatchUpdate) (store.BatchProgress, error)
}

// Workspaces finds a workspace's settings by its key.
type Workspaces func(key string) (message.Workspace, bool)

// Activities implements workflows.Activities.
type Activities struct {
	store      Store
	workspaces Workspaces
	now        func() time.Time
	senders    *Senders
	campaigns  Campaigns
	client     *http.Client
	publicURL  string
}

// Options are what activities are made of.
type Options struct {
	Store      Store
	Workspaces Workspaces
	// Now is the clock that dates and "is within the last" are read against.
	Now func() time.Time
	// Senders are our senders; nil is none.
	Senders *Senders
	// Campaigns are the started campaigns; nil is none.
	Campaigns Campaigns
	// Client calls providers; nil is one with a timeout.
	Client *http.Client
	// PublicURL is where providers report what became of a message.
	PublicURL string
}

// sendTimeout bounds one request to a provider.
const sendTimeout = 20 * time.Second

// New returns the activities over a store.
func New(options Options) *Activities {
	a := &Activities{
		store: options.Store, workspaces: options.Workspaces, now: options.Now, senders: options.Senders,
		campaigns: options.Campaigns, client: options.Client, publicURL: options.PublicURL,
	}
	if a.senders == nil {
		a.senders = &Senders{}
	}
	if a.campaigns == nil {
		a.campaigns = noCampaigns{}
	}
	if a.client == nil {
		a.client = &http.Client{Timeout: sendTimeout}
	}
	return a
}

type noCampaigns struct{}

func (noCampaigns) ListInbound(context.Context, string) ([]definitions.InboundCampaign, error) {
	return nil, nil
}
