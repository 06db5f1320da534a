package webhook

import "context"

// spooled is a page of the spool.
type spooled struct {
	entries []Entry
	places  []uint64
}

func (s spooled) pick(at []int) []uint64 {
	places := make([]uint64, len(at))
	for i := range at {
		places[i] = s.places[at[i]]
	}
	return places
}

// drainSpool moves what the spool holds into the table, or starts it when the
// table doesn't answer.
func (r *Relay) drainSpool(ctx context.Context) progress {
	l := r.launcher
	if l.spool == nil {
		return progress{}
	}
	var came progress
	var after uint64
	// blocked are the orders with an entry that Temporal didn't take.
	blocked := map[string]bool{}
	for ctx.Err() == nil {
		entries, places, err := l.spool.Read(after, relayPage)
		if err != nil {
			l.logger.ErrorContext(ctx, "the spool can't be read", "error", err)
			came.stuck = true
		}
		if len(entries) == 0 {
			return came
		}
		after = places[len(places)-1]
		page := spooled{entries, places}
		if r.moveToTable(ctx, page) {
			came.moved = true
			continue
		}
		now := r.startSpooled(ctx, page, blocked)
		came = came.and(now)
		if now.stuck && !now.moved {
			return came
		}
	}
	return came
}

// moveToTable is false when the table took nothing of a page.
func (r *Relay) moveToTable(ctx context.Context, page spooled) bool {
	l := r.launcher
	if l.table == nil {
		return false
	}
	call, allowed := l.tables.try()
	if !allowed {
		return false
	}
	err := l.appendToTable(ctx, page.entries, relayTimeout, call)
	if err == nil {
		r.ack(ctx, page.places)
		return true
	}
	if ctx.Err() != nil || len(page.entries) == 1 {
		return false
	}
	return r.moveOneByOne(ctx, page)
}

// moveOneByOne finds out whether the table refuses one entry, and takes the others.
func (r *Relay) moveOneByOne(ctx context.Context, page spooled) bool {
	l := r.launcher
	moved := false
	for i := range page.entries {
		err := l.appendToTable(ctx, page.entries[i:i+1], relayTimeout, l.tables.force())
		if err == nil {
			r.ack(ctx, page.places[i:i+1])
			moved = true
			continue
		}
		if down := r.checkTable(ctx); down != nil {
			return moved
		}
		l.logger.ErrorContext(ctx, "the intake table refuses an entry of the spool; it stays there", "entry", page.entries[i].ID, "error", err)
	}
	return moved
}

// checkTable asks the table for something that can only fail when it doesn't answer.
func (r *Relay) checkTable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	err := r.launcher.table.Check(ctx)
	r.launcher.told(ctx, r.launcher.tables.force(), err)
	return err
}

// startSpooled starts a page of the spool. Dead entries stay until the table
// takes them.
func (r *Relay) startSpooled(ctx context.Context, page spooled, blocked map[string]bool) progress {
	var groups [][]int
	for _, group := range byOrder(page.entries) {
		var living []int
		for _, i := range group {
			if !page.entries[i].Dead {
				living = append(living, i)
			}
		}
		if len(living) > 0 && !blocked[page.entries[living[0]].Order] {
			groups = append(groups, living)
		}
	}
	found := r.startGroups(ctx, page.entries, groups)
	for _, i := range found.places(startUnreachable) {
		if order := page.entries[i].Order; order != "" {
			blocked[order] = true
		}
	}
	started := found.places(startDone)
	r.launcher.counts.relayed.Add(uint64(len(started)))
	r.ack(ctx, page.pick(started))
	if err := r.bury(ctx, page, found); err != nil {
		r.launcher.logger.ErrorContext(ctx, "an entry that Temporal refused for good can't be marked in the spool", "error", err)
		return progress{moved: len(started) > 0, stuck: true}
	}
	return found.progress()
}

// bury replaces the entries that Temporal refused by dead ones.
func (r *Relay) bury(ctx context.Context, page spooled, found outcomes) error {
	refused := found.places(startRefused)
	if len(refused) == 0 {
		return nil
	}
	dead := make([]Entry, len(refused))
	for at, i := range refused {
		dead[at] = page.entries[i]
		dead[at].Dead, dead[at].Reason = true, found[i].err.Error()
	}
	settle, cancel := settling(ctx)
	defer cancel()
	if err := r.launcher.spool.Append(settle, dead); err != nil {
		return err
	}
	return r.launcher.spool.Ack(page.pick(refused))
}

func (r *Relay) ack(ctx context.Context, places []uint64) {
	if len(places) == 0 {
		return
	}
	if err := r.launcher.spool.Ack(places); err != nil {
		r.launcher.logger.WarnContext(ctx, "the spool can't note what was done: it is done again, which is harmless", "error", err)
	}
}
