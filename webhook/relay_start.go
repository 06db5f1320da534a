package webhook

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
)

// outcome is what became of an entry in a round; the zero value is one whose turn
// didn't come.
type outcome struct {
	result startOutcome
	err    error
}

// outcomes are what became of each entry of a round.
type outcomes []outcome

// places are the entries with a result.
func (o outcomes) places(result startOutcome) []int {
	var places []int
	for i := range o {
		if o[i].result == result {
			places = append(places, i)
		}
	}
	return places
}

// progress is what the round came to. Entries that Temporal refused have got
// further, too.
func (o outcomes) progress() progress {
	var p progress
	for i := range o {
		switch o[i].result {
		case startDone, startRefused:
			p.moved = true
		case startUnreachable:
			p.stuck = true
		}
	}
	return p
}

// startGroups starts the entries of groups: those of one group one after the
// other, several groups at once. A group ends where Temporal doesn't answer. When
// it answered nobody in the round before, a single start has to succeed first, but
// for a page behind those that failed: most of it may fail as well.
func (r *Relay) startGroups(ctx context.Context, entries []Entry, groups [][]int) outcomes {
	found := make(outcomes, len(entries))
	if len(groups) == 0 {
		return found
	}
	if r.doubtful {
		// Any of them first: the oldest may be what fails.
		rand.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	}
	if r.doubtful && len(r.passed) == 0 {
		probe := groups[0][0]
		if found[probe] = r.start(ctx, entries[probe]); found[probe].result == startUnreachable {
			return found
		}
	}
	var failures atomic.Int64
	inParallel(len(groups), startsAtOnce, func(g int) {
		for _, i := range groups[g] {
			if failures.Load() >= startsAtOnce || ctx.Err() != nil {
				return
			}
			if found[i].result == startPending {
				found[i] = r.start(ctx, entries[i])
			}
			if found[i].result == startUnreachable {
				failures.Add(1)
				return
			}
		}
	})
	came := found.progress()
	r.doubtful = came.stuck && !came.moved
	return found
}

// start starts an entry. What waited here may have arrived before a copy that went
// straight to Temporal, and then takes effect as of its own arrival: it becomes a
// workflow of its own, which records that and does nothing twice.
func (r *Relay) start(ctx context.Context, entry Entry) outcome {
	started, result, err := r.launcher.start(ctx, entry, r.launcher.temporal.force())
	if result == startUnreachable && ctx.Err() != nil {
		// The relay was told to stop: the entry's turn comes again.
		return outcome{}
	}
	if result == startDone && started.Duplicate && entry.Kind == EntryInboundMessage && !entry.copied {
		return r.start(ctx, entry.asCopy())
	}
	return outcome{result, err}
}
