package webhook

import (
	"context"
	"slices"
)

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

// of are the entries at some places of a page.
func (s spooled) of(at []int) spooled {
	part := spooled{places: s.pick(at)}
	for _, i := range at {
		part.entries = append(part.entries, s.entries[i])
	}
	return part
}

// without leaves entries of some orders out.
func (s spooled) without(orders map[string]bool) spooled {
	var kept []int
	for i := range s.entries {
		if !orders[s.entries[i].Order] {
			kept = append(kept, i)
		}
	}
	return s.of(kept)
}

// drainSpool moves what the spool holds into the table, or starts what the table
// doesn't take.
func (r *Relay) drainSpool(ctx context.Context) progress {
	l := r.launcher
	if l.spool == nil {
		return progress{}
	}
	var came progress
	var after uint64
	// blocked are the orders of which an entry stays: nothing behind it may go past.
	blocked := map[string]bool{}
	for ctx.Err() == nil {
		entries, places, err := l.spool.Read(after, relayPage)
		if err != nil {
			l.logger.ErrorContext(ctx, "the spool can't be read", "error", err)
			came.stuck = true
		}
		if len(entries) == 0 {
			came.stuck = came.stuck || len(blocked) > 0
			return came
		}
		after = places[len(places)-1]
		page := spooled{entries, places}.without(blocked)
		left := r.moveToTable(ctx, page)
		now := r.startSpooled(ctx, left, blocked)
		now.moved = now.moved || len(left.entries) < len(page.entries)
		came = came.and(now)
		if now.stuck && !now.moved {
			return came
		}
	}
	return came
}

// moveToTable returns what the table didn't take of a page.
func (r *Relay) moveToTable(ctx context.Context, page spooled) (left spooled) {
	l := r.launcher
	if l.table == nil || len(page.entries) == 0 {
		return page
	}
	call, allowed := l.tables.try()
	if !allowed {
		return page
	}
	if l.appendToTable(ctx, page.entries, relayTimeout, call) == nil {
		r.moved(ctx, page)
		return spooled{}
	}
	if ctx.Err() != nil || len(page.entries) == 1 {
		return page
	}
	return r.moveOneByOne(ctx, page)
}

// moveOneByOne finds out whether the table refuses one entry, and moves the others
// but for those behind it in its order.
func (r *Relay) moveOneByOne(ctx context.Context, page spooled) (left spooled) {
	l := r.launcher
	var stay []int
	held := map[string]bool{}
	for i, entry := range page.entries {
		if held[entry.Order] {
			stay = append(stay, i)
			continue
		}
		err := l.appendToTable(ctx, page.entries[i:i+1], relayTimeout, l.tables.force())
		if err == nil {
			r.moved(ctx, page.of([]int{i}))
			continue
		}
		if r.checkTable(ctx) != nil {
			for ; i < len(page.entries); i++ {
				stay = append(stay, i)
			}
			break
		}
		stay = append(stay, i)
		held[entry.Order] = entry.Order != ""
		l.logger.ErrorContext(ctx, "the intake table refuses an entry of the spool; it starts from there", "entry", entry.ID, "error", err)
	}
	return page.of(stay)
}

// moved notes what the table has taken.
func (r *Relay) moved(ctx context.Context, page spooled) {
	for _, entry := range page.entries {
		if entry.Order != "" {
			r.ahead[entry.Order] = true
		}
	}
	r.movedAt = r.launcher.now()
	r.ack(ctx, page.places)
}

// forgetAhead lets the spool start every order again, once nothing waits in the table.
func (r *Relay) forgetAhead(ctx context.Context) {
	if len(r.ahead) == 0 || r.launcher.now().Sub(r.movedAt) <= tableCountAge {
		return
	}
	if count := r.launcher.countTable(ctx); count != nil && count.Waiting == 0 {
		clear(r.ahead)
	}
}

// checkTable asks the table for something that can only fail when it doesn't answer.
func (r *Relay) checkTable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	err := r.launcher.table.Check(ctx)
	r.launcher.told(ctx, r.launcher.tables.force(), err)
	return err
}

// startSpooled starts a page of the spool, but for orders with something in the
// table. Dead entries stay until the table takes them. Orders of which something
// stays are blocked, also when its turn didn't come.
func (r *Relay) startSpooled(ctx context.Context, page spooled, blocked map[string]bool) progress {
	var groups [][]int
	var living []int
	for _, group := range byOrder(page.entries) {
		group = slices.DeleteFunc(group, func(i int) bool { return page.entries[i].Dead })
		living = append(living, group...)
		if len(group) > 0 && !r.ahead[page.entries[group[0]].Order] {
			groups = append(groups, group)
		}
	}
	found := r.startGroups(ctx, page.entries, groups)
	for _, i := range living {
		order := page.entries[i].Order
		if order != "" && found[i].result != startDone && found[i].result != startRefused {
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
