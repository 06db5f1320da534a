package webhook

import (
	"context"
	"errors"
	"slices"
	"time"
)

// drainTable starts a page of the table, if this process is the one that does.
func (r *Relay) drainTable(ctx context.Context) progress {
	l := r.launcher
	if l.table == nil {
		return progress{}
	}
	call, allowed := l.tables.try()
	if !allowed {
		return progress{stuck: true}
	}
	page, err := r.readTable(ctx)
	if ctx.Err() != nil {
		call.abandon()
		return progress{}
	}
	l.told(ctx, call, err)
	if err != nil {
		return progress{stuck: true}
	}
	if len(page) == 0 {
		r.forgetAhead(ctx)
		return progress{}
	}
	found := r.startGroups(ctx, page, shares(byOrder(page)))
	l.counts.relayed.Add(uint64(len(found.places(startDone))))
	r.lookBehind(page, found)
	if err := r.settle(ctx, page, found); err != nil {
		l.logger.WarnContext(ctx, "what the relay did can't be written down: it is done again, which is harmless", "error", err)
		return progress{moved: found.progress().moved, stuck: true}
	}
	return found.progress()
}

func (r *Relay) readTable(ctx context.Context) ([]Entry, error) {
	leads, err := r.lead(ctx)
	if err != nil || !leads {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	page, err := r.gather(ctx)
	if err == nil && len(page) == 0 && len(r.passed) > 0 {
		r.passed = nil
		return r.gather(ctx)
	}
	return page, err
}

// lookBehind makes the next round look behind a page of which nothing started. What
// fails in it may be its own fault and not Temporal's: it must not hide the others. They
// come first again once a page started whole.
func (r *Relay) lookBehind(page []Entry, found outcomes) {
	came := found.progress()
	switch {
	case !came.stuck || len(r.passed) >= relayPassed:
		r.passed = nil
		return
	case came.moved:
		return
	}
	for _, group := range byOrder(page) {
		if order := page[group[0]].Order; order != "" {
			r.passed = append(r.passed, order)
		}
	}
}

// gather reads the oldest entries, but for orders that were passed. While many are those of a few senders who wrote
// a lot, it looks behind them for others.
func (r *Relay) gather(ctx context.Context) ([]Entry, error) {
	var page []Entry
	crowded := slices.Clone(r.passed)
	known := map[string]bool{}
	for range relayReads {
		found, err := r.launcher.table.ListIntake(ctx, relayPage, crowded)
		if err != nil {
			return nil, err
		}
		for _, entry := range found {
			if !known[entry.ID] {
				known[entry.ID] = true
				page = append(page, entry)
			}
		}
		before := len(crowded)
		for _, group := range byOrder(found) {
			if len(group) > relayShare {
				crowded = append(crowded, found[group[0]].Order)
			}
		}
		if len(crowded) == before {
			break
		}
	}
	return page, nil
}

// shares cuts groups to the share that each may have of a round.
func shares(groups [][]int) [][]int {
	for g := range groups {
		groups[g] = groups[g][:min(len(groups[g]), relayShare)]
	}
	return groups
}

// settle writes down what became of entries: started ones go, refused ones are
// dead. What failed while others succeeded is put off, so that it blocks nobody.
func (r *Relay) settle(ctx context.Context, page []Entry, found outcomes) error {
	ctx, cancel := settling(ctx)
	defer cancel()
	table := r.launcher.table
	var failed error
	var started []string
	for _, i := range found.places(startDone) {
		started = append(started, page[i].ID)
	}
	if len(started) > 0 {
		failed = table.DeleteIntake(ctx, started)
	}
	for _, i := range found.places(startRefused) {
		failed = errors.Join(failed, table.MarkIntakeDead(ctx, page[i].ID, found[i].err.Error()))
	}
	if !found.progress().moved {
		return failed
	}
	for _, i := range found.places(startUnreachable) {
		until := r.launcher.now().Add(delayOf(page[i].Attempts))
		failed = errors.Join(failed, table.DelayIntake(ctx, page[i].ID, until, found[i].err.Error()))
	}
	return failed
}

// delayOf doubles with every attempt.
func delayOf(attempts int) time.Duration {
	return min(relayPause<<min(attempts, 10), relayMaxDelay)
}
