package webhook

import (
	"context"
	"errors"
	"syscall"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"replyflow/workflows"
)

// TemporalStarter starts runs in Temporal.
type TemporalStarter struct {
	Client client.Client
}

// StartCampaignRun implements Starter.
func (s TemporalStarter) StartCampaignRun(ctx context.Context, in workflows.CampaignRunInput) (workflows.Started, error) {
	return workflows.StartCampaignRun(ctx, s.Client, in)
}

// unreachable reports whether a start failed because Temporal can't be reached
// or can't take more now. The same start may well succeed later; after any other
// error it would fail again.
func unreachable(err error) bool {
	var (
		unavailable *serviceerror.Unavailable
		late        *serviceerror.DeadlineExceeded
		exhausted   *serviceerror.ResourceExhausted
	)
	return errors.As(err, &unavailable) || errors.As(err, &late) || errors.As(err, &exhausted) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ECONNREFUSED)
}
