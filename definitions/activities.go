package definitions

import (
	"context"

	"replyflow/internal/message"
)

// Activities is what nodes ask of the world. Package activities implements it;
// a node that needs something new adds one line here, at which the compiler
// points there.
type Activities interface {
	// EvaluateBranch decides whether a condition holds for the trigger.
	EvaluateBranch(context.Context, message.EvaluateBranchInput) (message.EvaluateBranchResult, error)
	// BatchUpdate sets attributes on everyone who matches, in one transaction.
	// It fails with BatchLimitExceeded, changing nobody, when more match than
	// the limit allows.
	BatchUpdate(context.Context, message.BatchUpdateInput) (message.BatchUpdateResult, error)
	// BatchUpdatePaged does the same page by page, for limits above
	// LocalBatchLimit. It heartbeats and goes on where it stopped.
	BatchUpdatePaged(context.Context, message.BatchUpdateInput) (message.BatchUpdateResult, error)
	// UpdatePerson sets attributes on one person.
	UpdatePerson(context.Context, message.UpdatePersonInput) (message.UpdatePersonResult, error)
}
