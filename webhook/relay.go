package webhook

import (
	"context"
	"sync/atomic"
	"time"
)

// The rhythm of the relay.
const (
	// relayPage is how many entries are looked at together.
	relayPage = 500
	// relayShare bounds the entries of one order in a page, so that a sender who
	// wrote a thousand times doesn't keep the others waiting.
	relayShare = 32
	// relayReads bounds how often a round looks behind such senders.
	relayReads = 4
	// relayPassed bounds the orders of which nothing starts and behind which the
	// relay looks: each is a parameter of a statement.
	relayPassed = 8 * relayPage
	// relayIdle is how often the relay looks when nobody wakes it: another process
	// may have kept something in the table.
	relayIdle = time.Second
	// relayPause is the first pause after a failure; each next one is twice as
	// long, up to relayMaxPause.
	relayPause    = 200 * time.Millisecond
	relayMaxPause = 2 * time.Second
	// relayWakePause is the shortest pause after a failure: a fresh entry is a
	// reason to look whether Temporal is back.
	relayWakePause = 100 * time.Millisecond
	// relayMaxDelay bounds how long an entry waits that fails while others succeed.
	relayMaxDelay = time.Minute
	// leaseDuration is how long a process that was killed keeps the others from
	// draining the table, leaseRenewal how often a living one renews.
	leaseDuration = 10 * time.Second
	leaseRenewal  = 3 * time.Second
	// relayTimeout bounds each statement of the relay.
	relayTimeout = 10 * time.Second
)

// Relay starts what waits in the spool and in the table: in the order of arrival
// for each Order, different ones at once. Starting an entry twice is harmless, so
// it may stop at any point.
//
// While the database answers, the spool goes into the table first: only there can
// entries of several outages be put in order, and only there do operators see
// them. While it doesn't, the spool goes straight to Temporal.
type Relay struct {
	launcher *Launcher
	owner    string
	// renewAt is when the lease is asked for again.
	renewAt time.Time
	// leads is set while this process drains the table.
	leads atomic.Bool
	// doubtful is set after a round in which no start succeeded: the next one
	// begins with a single start.
	doubtful bool
	// passed are the orders of the pages of which nothing started: the next round
	// looks behind them, since they may be what fails.
	passed []string
	// ahead are the orders of which this relay moved entries into the table since it
	// last saw that empty: while they may wait there, nothing later of them starts
	// from the spool. movedAt is when it last did.
	ahead   map[string]bool
	movedAt time.Time
}

// NewRelay returns the relay of a launcher. owner names this process among those
// that relay.
func NewRelay(launcher *Launcher, owner string) *Relay {
	return &Relay{launcher: launcher, owner: owner, ahead: map[string]bool{}}
}

// progress is what came of a round.
type progress struct {
	// moved is set when at least one entry got further, stuck when one didn't.
	moved, stuck bool
}

func (p progress) and(other progress) progress {
	return progress{p.moved || other.moved, p.stuck || other.stuck}
}

// Run relays until the context ends.
func (r *Relay) Run(ctx context.Context) {
	defer r.dropLease(ctx)
	pause := relayPause
	for ctx.Err() == nil {
		switch came := r.drainSpool(ctx).and(r.drainTable(ctx)); {
		case came.moved && !came.stuck:
			pause = relayPause
		case came.moved:
			pause = relayPause
			r.wait(ctx, relayPause, relayWakePause)
		case came.stuck:
			r.wait(ctx, pause, relayWakePause)
			pause = min(2*pause, relayMaxPause)
		default:
			pause = relayPause
			r.wait(ctx, relayIdle, 0)
		}
	}
}

// wait pauses, or only for the shortest pause when somebody wakes the relay.
func (r *Relay) wait(ctx context.Context, longest, shortest time.Duration) {
	pause := time.NewTimer(shortest)
	defer pause.Stop()
	rest := time.NewTimer(longest)
	defer rest.Stop()
	for _, woken := range []<-chan struct{}{nil, r.launcher.wake} {
		over := rest.C
		if woken == nil {
			over = pause.C
		}
		select {
		case <-ctx.Done():
			return
		case <-woken:
			return
		case <-over:
		}
	}
}

// lead reports whether this process drains the table. It asks the database every
// few seconds only; being wrong in between does double work and no harm.
func (r *Relay) lead(ctx context.Context) (bool, error) {
	now := r.launcher.now()
	if r.leads.Load() && now.Before(r.renewAt) {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	leads, err := r.launcher.table.TakeIntakeLease(ctx, r.owner, leaseDuration)
	r.leads.Store(leads && err == nil)
	r.renewAt = now.Add(leaseRenewal)
	return r.leads.Load(), err
}

func (r *Relay) dropLease(ctx context.Context) {
	if !r.leads.Swap(false) {
		return
	}
	ctx, cancel := settling(ctx)
	defer cancel()
	if err := r.launcher.table.DropIntakeLease(ctx, r.owner); err != nil {
		r.launcher.logger.InfoContext(ctx, "the relay's lease could not be given back; it ends by itself", "error", err)
	}
}

// settling is a context to write down what was done with, also when the relay is
// told to stop.
func settling(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), relayTimeout)
}
