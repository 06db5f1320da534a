package webhook

import (
	"context"
	"errors"
	"time"
)

const (
	// answerAge is how long an answer says that a sink works, failureAge how long
	// a failure says that it doesn't: the relay repeats one that matters sooner.
	answerAge  = 2 * time.Second
	failureAge = 5 * time.Second
	// checkTimeout bounds how long a sink is asked how it is.
	checkTimeout = 2 * time.Second
)

// Sink is a place that takes deliveries.
type Sink string

// The sinks, and where deliveries are counted that none took.
const (
	SinkTemporal Sink = "temporal"
	SinkTable    Sink = "table"
	SinkSpool    Sink = "spool"
	SinkRefused  Sink = "refused"
)

// SinkState is how a sink is doing.
type SinkState struct {
	Configured bool
	// FailingSince is when it stopped answering, nil when it answers.
	FailingSince *time.Time
	// Reason is why, empty when it answers.
	Reason string
}

// IntakeStatus is how intake is doing in this process.
type IntakeStatus struct {
	Temporal, Table, Spool SinkState
	// Spooled counts the entries in this process's files, and their bytes.
	Spooled      int
	SpooledBytes int64
	// Damaged counts the entries of the spool that can't be read any more;
	// DamagedFiles hold what is left of them.
	Damaged      int
	DamagedFiles []string
}

// Status asks each sink how it is, unless its last calls tell.
func (l *Launcher) Status(ctx context.Context) IntakeStatus {
	checks := l.checks()
	inParallel(len(checks), len(checks), func(i int) { _ = checks[i].ask(ctx) })
	return l.status()
}

// status is what is known without asking.
func (l *Launcher) status() IntakeStatus {
	s := IntakeStatus{Temporal: l.temporal.state()}
	if l.table != nil {
		s.Table = l.tables.state()
	}
	if l.spool != nil {
		s.Spool = l.spools.state()
		s.Spooled, s.SpooledBytes = l.spool.Waiting()
		s.Damaged, s.DamagedFiles = l.spool.Damaged()
	}
	return s
}

// Ready is empty when a delivery that comes now would be kept: at least one sink
// works. Else it says what is wrong with each.
func (l *Launcher) Ready(ctx context.Context) map[Sink]error {
	ctx, cancel := context.WithCancel(ctx)
	// Who answers late has no say any more.
	defer cancel()
	type answer struct {
		sink Sink
		err  error
	}
	checks := l.checks()
	answers := make(chan answer, len(checks))
	for _, c := range checks {
		go func() { answers <- answer{c.sink, c.ask(ctx)} }()
	}
	failing := map[Sink]error{}
	for range checks {
		a := <-answers
		if a.err == nil {
			return nil
		}
		failing[a.sink] = a.err
	}
	return failing
}

// check finds out how a sink is.
type check struct {
	sink Sink
	ask  func(context.Context) error
}

func (l *Launcher) checks() []check {
	checks := []check{{SinkTemporal, func(ctx context.Context) error { return l.check(ctx, l.temporal, l.checkTemporal) }}}
	if l.table != nil {
		checks = append(checks, check{SinkTable, func(ctx context.Context) error { return l.check(ctx, l.tables, l.table.Check) }})
	}
	if l.spool != nil {
		checks = append(checks, check{SinkSpool, l.checkSpool})
	}
	return checks
}

// check asks a sink how it is, unless its last calls tell. A failure that nobody
// has repeated for a while tells nothing.
func (l *Launcher) check(ctx context.Context, b *breaker, ask func(context.Context) error) error {
	failure, known := b.verdict()
	if known || ask == nil {
		return failure
	}
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	err := ask(limited)
	if ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	l.told(ctx, b.force(), err)
	return err
}

// checkSpool asks the disk each time: nobody else does while all is well.
func (l *Launcher) checkSpool(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	err := l.spool.Check(limited)
	if ctx.Err() == nil {
		l.told(ctx, l.spools.force(), err)
	}
	return err
}
