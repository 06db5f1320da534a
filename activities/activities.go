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
	"time"

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
	BatchPage(context.Context, message.Workspace, store.BatchUpdate) (store.BatchProgress, error)
}

// Workspaces finds a workspace's settings by its key.
type Workspaces func(key string) (message.Workspace, bool)

// Activities implements workflows.Activities.
type Activities struct {
	store      Store
	workspaces Workspaces
	now        func() time.Time
}

// New returns the activities over a store. now is the clock that dates and
// "is within the last" are read against.
func New(store Store, workspaces Workspaces, now func() time.Time) *Activities {
	return &Activities{store: store, workspaces: workspaces, now: now}
}
