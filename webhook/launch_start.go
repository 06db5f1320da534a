package webhook

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"go.temporal.io/api/serviceerror"

	"replyflow/workflows"
)

// appendToTable keeps entries in the table and tells the breaker.
func (l *Launcher) appendToTable(ctx context.Context, entries []Entry, timeout time.Duration, call attempt) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := l.table.AppendIntake(ctx, entries)
	l.told(ctx, call, err)
	return err
}

// told tells the breaker and the log what came of a call.
func (l *Launcher) told(ctx context.Context, call attempt, err error) {
	name := call.breaker.name
	if err != nil {
		if call.failed(err) {
			l.logger.WarnContext(ctx, name+" can't be reached", "error", err)
		}
		return
	}
	if call.succeeded() {
		l.logger.InfoContext(ctx, name+" is back")
		l.Wake()
	}
}

// errSkipped: Temporal has just failed, and isn't asked.
var errSkipped = errors.New("webhook: Temporal failed a moment ago")

// startOutcome is what came of a start.
type startOutcome int

const (
	// startPending: nobody has tried yet.
	startPending startOutcome = iota
	startDone
	// startUnreachable: the same start may succeed later.
	startUnreachable
	// startRefused: it would fail again.
	startRefused
)

// start starts an entry's workflow and tells the breaker.
func (l *Launcher) start(ctx context.Context, entry Entry, call attempt) (workflows.Started, startOutcome, error) {
	limited, cancel := context.WithTimeout(ctx, l.startTimeout)
	defer cancel()
	started, err := l.starter.Start(limited, entry)
	var before *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &before) {
		started, err = workflows.Started{WorkflowID: entry.WorkflowID, Duplicate: true}, nil
	}
	if err != nil && ctx.Err() != nil {
		call.abandon()
		return workflows.Started{}, startUnreachable, err
	}
	if err != nil && passing(err) {
		l.told(ctx, call, err)
		return workflows.Started{}, startUnreachable, err
	}
	// Also who refuses has answered.
	l.told(ctx, call, nil)
	if err != nil {
		l.logger.ErrorContext(ctx, "Temporal refused a start for good; see replyflow intake dead",
			"entry", entry.ID, "workspace", entry.Workspace, "kind", entry.Kind, "error", err)
		return workflows.Started{}, startRefused, err
	}
	return started, startDone, nil
}

// passing reports whether a start failed because Temporal can't be reached, or
// because this process is going down: it may well succeed later.
func passing(err error) bool {
	var (
		canceled *serviceerror.Canceled
		network  *net.OpError
	)
	return unreachable(err) || errors.Is(err, errSkipped) || errors.As(err, &network) || errors.As(err, &canceled) ||
		errors.Is(err, context.Canceled) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrUnexpectedEOF)
}

// inParallel calls a function for 0 to count-1, so many at once.
func inParallel(count, atOnce int, call func(int)) {
	if count == 1 {
		call(0)
		return
	}
	var workers sync.WaitGroup
	next := make(chan int)
	for range min(count, atOnce) {
		workers.Go(func() {
			for i := range next {
				call(i)
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	workers.Wait()
}
