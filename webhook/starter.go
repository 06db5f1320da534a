package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"replyflow/workflows"
)

// TemporalStarter starts workflows in Temporal.
type TemporalStarter struct {
	Client client.Client
}

// Start implements EntryStarter.
func (s TemporalStarter) Start(ctx context.Context, entry Entry) (workflows.Started, error) {
	switch entry.Kind {
	case EntryCampaignRun:
		in, err := inputOf[workflows.CampaignRunInput](entry)
		if err != nil {
			return workflows.Started{}, err
		}
		return workflows.StartCampaignRun(ctx, s.Client, in)
	case EntryInboundMessage:
		in, err := inputOf[workflows.InboundMessageInput](entry)
		if err != nil {
			return workflows.Started{}, err
		}
		in.Copy = entry.copied
		return workflows.StartInboundMessage(ctx, s.Client, in)
	case EntryProviderUpdates:
		in, err := inputOf[workflows.ProviderUpdatesInput](entry)
		if err != nil {
			return workflows.Started{}, err
		}
		_, key, _ := strings.Cut(strings.TrimPrefix(entry.WorkflowID, "updates/"), "/")
		return workflows.StartProviderUpdates(ctx, s.Client, key, in)
	}
	return workflows.Started{}, fmt.Errorf("webhook: an entry of the kind %q can't be started: a newer process wrote it", entry.Kind)
}

// inputOf is the input of an entry, decoded when it comes from a table or a file.
func inputOf[In any](entry Entry) (In, error) {
	if in, ok := entry.fresh.(In); ok {
		return in, nil
	}
	var in In
	if err := json.Unmarshal(entry.Input, &in); err != nil {
		return in, fmt.Errorf("webhook: the input of entry %s can't be read: %w", entry.ID, err)
	}
	return in, nil
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
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET)
}
