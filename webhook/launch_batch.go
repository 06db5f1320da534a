package webhook

import (
	"context"
	"errors"
	"sync/atomic"
)

// batch is entries on their way, and what became of each.
type batch struct {
	launcher *Launcher
	entries  []Entry
	launched []Launched
	// results are of the starts; kept says where entries are durable without one.
	results []startOutcome
	kept    []Sink
	// failed is set when Temporal didn't answer a start of the batch.
	failed atomic.Bool
}

func newBatch(l *Launcher, entries []Entry) *batch {
	b := &batch{
		launcher: l, entries: append([]Entry(nil), entries...), launched: make([]Launched, len(entries)),
		results: make([]startOutcome, len(entries)), kept: make([]Sink, len(entries)),
	}
	for i := range b.entries {
		if b.entries[i].ID == "" {
			b.entries[i].ID = NewEntryID()
		}
	}
	return b
}

// try asks the breaker whether to start, unless nothing but Temporal can take an
// entry.
func (b *batch) try() (attempt, bool) {
	if !b.launcher.overflows() {
		return b.insist()
	}
	return b.launcher.temporal.try()
}

// insist starts until Temporal fails to answer.
func (b *batch) insist() (attempt, bool) {
	return b.launcher.temporal.force(), !b.failed.Load()
}

// left are the places of the entries that are neither started nor kept.
func (b *batch) left() []int {
	var left []int
	for i := range b.entries {
		if b.results[i] != startDone && b.kept[i] == "" {
			left = append(left, i)
		}
	}
	return left
}

// startAll starts what is left, except what was refused for good.
func (b *batch) startAll(ctx context.Context, try func() (attempt, bool)) {
	var places []int
	for _, i := range b.left() {
		if b.results[i] != startRefused {
			places = append(places, i)
		}
	}
	groups := b.groups(places)
	inParallel(len(groups), startsAtOnce, func(g int) {
		for at, i := range groups[g] {
			b.start(ctx, i, try)
			if b.results[i] != startUnreachable {
				continue
			}
			for _, behind := range groups[g][at+1:] {
				b.results[behind], b.launched[behind].Err = startUnreachable, errSkipped
			}
			return
		}
	})
}

// groups are the places of entries, grouped by order.
func (b *batch) groups(places []int) [][]int {
	picked := make([]Entry, len(places))
	for at, i := range places {
		picked[at] = b.entries[i]
	}
	groups := byOrder(picked)
	for _, group := range groups {
		for at := range group {
			group[at] = places[group[at]]
		}
	}
	return groups
}

func (b *batch) start(ctx context.Context, i int, try func() (attempt, bool)) {
	call, allowed := try()
	if !allowed {
		b.results[i], b.launched[i].Err = startUnreachable, errSkipped
		return
	}
	b.launched[i].Started, b.results[i], b.launched[i].Err = b.launcher.start(ctx, b.entries[i], call)
	switch b.results[i] {
	case startUnreachable:
		b.failed.Store(true)
	case startRefused:
		b.entries[i].Dead, b.entries[i].Reason = true, b.launched[i].Err.Error()
	}
}

// keep puts entries into the table, else into the spool.
func (b *batch) keep(ctx context.Context, places []int) error {
	inTable := b.keepInTable(ctx, places)
	if inTable == nil {
		return nil
	}
	inSpool := b.keepInSpool(ctx, places)
	if inSpool == nil {
		return nil
	}
	return errors.Join(inTable, inSpool)
}

var (
	errNoTable = errors.New("webhook: the database isn't there or failed a moment ago")
	errNoSpool = errors.New("webhook: there is no spool folder")
)

func (b *batch) keepInTable(ctx context.Context, places []int) error {
	l := b.launcher
	if l.table == nil {
		return errNoTable
	}
	call, allowed := l.tables.try()
	if !allowed {
		return errNoTable
	}
	if err := l.appendToTable(ctx, b.pick(places), l.tableTimeout, call); err != nil {
		return err
	}
	b.queued(places, SinkTable)
	return nil
}

func (b *batch) keepInSpool(ctx context.Context, places []int) error {
	l := b.launcher
	if l.spool == nil {
		return errNoSpool
	}
	ctx, cancel := context.WithTimeout(ctx, spoolTimeout)
	defer cancel()
	err := l.spool.Append(ctx, b.pick(places))
	l.told(ctx, l.spools.force(), err)
	if err != nil {
		l.logger.ErrorContext(ctx, "the spool took no delivery", "entries", len(places), "error", err)
		return err
	}
	b.queued(places, SinkSpool)
	return nil
}

func (b *batch) pick(places []int) []Entry {
	picked := make([]Entry, len(places))
	for at, i := range places {
		picked[at] = b.entries[i].encoded()
	}
	return picked
}

func (b *batch) queued(places []int, in Sink) {
	for _, i := range places {
		b.kept[i], b.launched[i].Queued, b.launched[i].Err = in, true, nil
	}
	b.launcher.Wake()
}

// count counts where the deliveries of the batch went.
func (b *batch) count() {
	for i := range b.entries {
		switch {
		case b.launched[i].Err != nil:
			b.launcher.counts.took(SinkRefused)
		case b.kept[i] != "":
			b.launcher.counts.took(b.kept[i])
		default:
			b.launcher.counts.took(SinkTemporal)
		}
	}
}
