package activities

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"replyflow/internal/message"
	"replyflow/internal/store"
)

// Failure types of errors that no retry can mend. They name the kind of
// problem and hold no personal data: Temporal never encrypts them.
const (
	// BatchLimitExceeded: more people match a batch update than its limit
	// allows. Nobody was changed.
	BatchLimitExceeded = "BatchLimitExceeded"
	// TemplateFailed: a value's template can't be rendered for this payload.
	TemplateFailed = "TemplateFailed"
	// InvalidValue: a rendered value can't be stored or compared.
	InvalidValue = "InvalidValue"
	// InvalidSender: a sender's configuration can't do what it is asked for.
	InvalidSender = "InvalidSender"
	// ProviderUnavailable: the provider didn't take a message, and may later.
	ProviderUnavailable = "ProviderUnavailable"
	// UnknownWorkspace: the run belongs to a workspace that this process's
	// configuration doesn't have.
	UnknownWorkspace = "UnknownWorkspace"
)

// refuse marks an error that no retry can mend, with a sentence that says what
// to do.
func refuse(kind, sentence string) error {
	return temporal.NewNonRetryableApplicationError(sentence, kind, nil)
}

// storeFailure tells the store's refusals from its outages: the former stop the
// run, the latter are tried again.
func storeFailure(err error) error {
	var limit *store.BatchLimitError
	if errors.As(err, &limit) {
		return refuse(BatchLimitExceeded, limit.Error())
	}
	if errors.Is(err, store.ErrInvalid) {
		return refuse(InvalidValue, err.Error())
	}
	return err
}

func templateFailure(err error) error {
	return refuse(TemplateFailed, "a template can't be rendered: "+err.Error())
}

func (a *Activities) workspace(key string) (message.Workspace, error) {
	workspace, ok := a.workspaces(key)
	if !ok {
		return message.Workspace{}, refuse(UnknownWorkspace,
			"this process has no workspace "+key+": give the worker the same configuration as the server")
	}
	return workspace, nil
}
