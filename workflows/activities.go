package workflows

import (
	"context"

	"replyflow/definitions"
	"replyflow/internal/message"
)

// Activities is what workflows ask of the world, beside what nodes ask. Package
// activities implements it.
type Activities interface {
	definitions.Activities
	// BeginRun claims the delivery for the run, beyond Temporal's retention,
	// and keeps its payload as a sample.
	BeginRun(context.Context, message.BeginRunInput) (message.BeginRunResult, error)
	// RecordRun writes the run's state and steps.
	RecordRun(context.Context, message.RecordRunInput) (message.RecordRunResult, error)
}
