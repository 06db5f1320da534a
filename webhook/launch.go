package webhook

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"replyflow/workflows"
)

const (
	// overflowStartTimeout is how long a start may take when there is something
	// else that can keep the delivery.
	overflowStartTimeout = 2 * time.Second
	// tableTimeout is how long the table may take to keep entries.
	tableTimeout = 2 * time.Second
	// spoolTimeout is how long a disk may take.
	spoolTimeout = 5 * time.Second
	// breakerPause is how long nobody asks after a failure.
	breakerPause = time.Second
	// startsAtOnce bounds the starts of a batch that run at the same time.
	startsAtOnce = 16
	// directBatch is the largest batch whose workflows are started before the
	// answer; a larger one is one durable write, and the relay starts it.
	directBatch = 50
)

// LauncherOptions are what a Launcher is made of.
type LauncherOptions struct {
	Starter EntryStarter
	// Table and Spool take what Temporal can't; nil where there is none.
	Table Table
	Spool Spool
	// CheckTemporal fails when Temporal can't be reached; nil when nobody can ask.
	CheckTemporal func(context.Context) error
	// StartTimeout is how long Temporal may take; 0 means 2 s when there is a
	// table or a spool, else DefaultStartTimeout.
	StartTimeout time.Duration
	// TableTimeout is how long the table may take; 0 means 2 s.
	TableTimeout time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Logger is nil for slog.Default().
	Logger *slog.Logger
}

// Launched says what became of an entry.
type Launched struct {
	// Started is set unless the entry is queued.
	Started workflows.Started
	// Queued is true when the entry is kept and starts later.
	Queued bool
	// Err is set when nothing took the entry: its sender must come again.
	Err error
}

// Launcher starts workflows, and keeps safe what Temporal can't take now: in the
// table, else in the spool. It is safe for concurrent use.
type Launcher struct {
	starter       EntryStarter
	table         Table
	spool         Spool
	checkTemporal func(context.Context) error
	startTimeout  time.Duration
	tableTimeout  time.Duration
	now           func() time.Time
	logger        *slog.Logger
	// temporal and tables skip what has just failed; spools only remembers it.
	temporal, tables, spools *breaker
	counts                   counts
	// wake tells the relay that something was kept.
	wake chan struct{}
}

// NewLauncher returns a launcher.
func NewLauncher(options LauncherOptions) *Launcher {
	l := &Launcher{
		starter: options.Starter, table: options.Table, spool: options.Spool, checkTemporal: options.CheckTemporal,
		startTimeout: options.StartTimeout, tableTimeout: options.TableTimeout,
		now: options.Now, logger: options.Logger, wake: make(chan struct{}, 1),
	}
	if l.now == nil {
		l.now = time.Now
	}
	if l.logger == nil {
		l.logger = slog.Default()
	}
	if l.startTimeout <= 0 {
		l.startTimeout = DefaultStartTimeout
		if l.overflows() {
			l.startTimeout = overflowStartTimeout
		}
	}
	if l.tableTimeout <= 0 {
		l.tableTimeout = tableTimeout
	}
	l.temporal = &breaker{name: "Temporal", now: l.now, pause: breakerPause}
	l.tables = &breaker{name: "the intake table", now: l.now, pause: breakerPause}
	l.spools = &breaker{name: "the spool", now: l.now, pause: breakerPause}
	return l
}

// overflows reports whether anything but Temporal can take an entry.
func (l *Launcher) overflows() bool { return l.table != nil || l.spool != nil }

// Wake makes the relay look for entries at once: one was kept or put back, or what
// they wait for is there again.
func (l *Launcher) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Launch starts an entry's workflow or keeps the entry. The error is the result's.
func (l *Launcher) Launch(ctx context.Context, entry Entry) (Launched, error) {
	launched := l.LaunchAll(ctx, []Entry{entry})[0]
	return launched, launched.Err
}

// LaunchAll starts the workflows of a batch, up to 16 at once and those of one
// order one after the other, and keeps what could not be started. A batch of more
// than 50 is kept first, when the table takes it. What a caller that goes away
// has sent is finished all the same.
func (l *Launcher) LaunchAll(ctx context.Context, entries []Entry) []Launched {
	ctx = context.WithoutCancel(ctx)
	b := newBatch(l, entries)
	defer b.count()
	if len(entries) > directBatch && b.keepInTable(ctx, b.left()) == nil {
		return b.launched
	}
	b.startAll(ctx, b.try)
	left := b.left()
	if len(left) == 0 {
		return b.launched
	}
	kept := b.keep(ctx, left)
	if kept == nil {
		return b.launched
	}
	if !b.failed.Load() {
		// Temporal was skipped only, and nothing else is left.
		b.startAll(ctx, b.insist)
	}
	for _, i := range b.left() {
		b.launched[i].Err = errors.Join(b.launched[i].Err, kept)
	}
	return b.launched
}
