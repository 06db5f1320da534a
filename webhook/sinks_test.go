package webhook

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"

	"replyflow/workflows"
)

var (
	errDown    = serviceerror.NewUnavailable("Temporal is down")
	errRefused = serviceerror.NewInvalidArgument("no such thing")
	errBroken  = errors.New("it is broken")
)

// fakeTemporal starts workflows in memory.
type fakeTemporal struct {
	mu sync.Mutex
	// answer fails starts; nil starts all.
	answer func(Entry) error
	// during is called while a start is under way.
	during  func(context.Context, Entry) error
	asked   int
	started []string
	known   map[string]bool
}

func (f *fakeTemporal) Start(ctx context.Context, entry Entry) (workflows.Started, error) {
	f.mu.Lock()
	f.asked++
	answer, during := f.answer, f.during
	f.mu.Unlock()
	if during != nil {
		if err := during(ctx, entry); err != nil {
			return workflows.Started{}, err
		}
	}
	if answer != nil {
		if err := answer(entry); err != nil {
			return workflows.Started{}, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	duplicate := f.known[entry.WorkflowID]
	if f.known == nil {
		f.known = map[string]bool{}
	}
	f.known[entry.WorkflowID] = true
	if !duplicate {
		f.started = append(f.started, entry.ID)
	}
	return workflows.Started{WorkflowID: entry.WorkflowID, Duplicate: duplicate}, nil
}

func (f *fakeTemporal) set(answer func(Entry) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func (f *fakeTemporal) seen() (started []string, asked int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.started), f.asked
}

func always(err error) func(Entry) error { return func(Entry) error { return err } }

// fakeTable is a table in memory.
type fakeTable struct {
	mu     sync.Mutex
	rows   []fakeRow
	leader string
	// leads is until when the leader does.
	leads   time.Time
	appends int
	// err fails every call; refuse fails appends that hold an entry.
	err    error
	refuse func(Entry) bool
	// fails, if there is one, says of each call whether it fails.
	fails func() error
	// forget loses that many deletions.
	forget int
	// lists counts ListIntake, counted CountIntake.
	lists, counted int
}

type fakeRow struct {
	Entry
	next time.Time
}

func (f *fakeTable) AppendIntake(ctx context.Context, entries []Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.failing(), ctx.Err()); err != nil {
		return err
	}
	if f.refuse != nil && slices.ContainsFunc(entries, f.refuse) {
		return errBroken
	}
	f.appends++
	for _, entry := range entries {
		if f.find(entry.ID) < 0 {
			f.rows = append(f.rows, fakeRow{Entry: entry})
		}
	}
	return nil
}

// failing is why a call fails.
func (f *fakeTable) failing() error {
	if f.err == nil && f.fails != nil {
		return f.fails()
	}
	return f.err
}

func (f *fakeTable) find(id string) int {
	return slices.IndexFunc(f.rows, func(r fakeRow) bool { return r.ID == id })
}

func (f *fakeTable) ListIntake(_ context.Context, limit int, except []string) ([]Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lists++
	if err := f.failing(); err != nil {
		return nil, err
	}
	rows := slices.Clone(f.rows)
	slices.SortFunc(rows, func(a, b fakeRow) int {
		return cmp.Or(a.ArrivedAt.Compare(b.ArrivedAt), cmp.Compare(a.ID, b.ID))
	})
	var found []Entry
	delayed := map[string]bool{}
	for _, row := range rows {
		late := row.next.After(time.Now())
		if late && row.Order != "" {
			delayed[row.Order] = true
		}
		if !row.Dead && !late && !delayed[row.Order] && !slices.Contains(except, row.Order) && len(found) < limit {
			found = append(found, row.Entry)
		}
	}
	return found, nil
}

func (f *fakeTable) DeleteIntake(ctx context.Context, ids []string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.forget > 0 {
		f.forget--
		return errBroken
	}
	if err := cmp.Or(f.failing(), ctx.Err()); err != nil {
		return err
	}
	f.rows = slices.DeleteFunc(f.rows, func(r fakeRow) bool { return slices.Contains(ids, r.ID) })
	return nil
}

func (f *fakeTable) change(id string, change func(*fakeRow)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failing(); err != nil {
		return err
	}
	if at := f.find(id); at >= 0 {
		change(&f.rows[at])
	}
	return nil
}

func (f *fakeTable) MarkIntakeDead(_ context.Context, id, reason string) error {
	return f.change(id, func(r *fakeRow) { r.Dead, r.Reason = true, reason })
}

func (f *fakeTable) DelayIntake(_ context.Context, id string, until time.Time, reason string) error {
	return f.change(id, func(r *fakeRow) { r.next, r.Reason, r.Attempts = until, reason, r.Attempts+1 })
}

func (f *fakeTable) CountIntake(context.Context) (TableCount, error) {
	waiting, dead := f.ids()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counted++
	return TableCount{Waiting: len(waiting), Dead: len(dead)}, f.err
}

func (f *fakeTable) Check(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failing()
}

func (f *fakeTable) TakeIntakeLease(_ context.Context, owner string, length time.Duration) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.failing(); err != nil {
		return false, err
	}
	now := time.Now()
	if f.leader == "" || f.leader == owner || f.leads.Before(now) {
		f.leader, f.leads = owner, now.Add(length)
	}
	return f.leader == owner, nil
}

func (f *fakeTable) DropIntakeLease(ctx context.Context, owner string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.leader == owner && ctx.Err() == nil {
		f.leader = ""
	}
	return f.err
}

func (f *fakeTable) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

// ids are the entries that wait and those that are dead.
func (f *fakeTable) ids() (waiting, dead []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, row := range f.rows {
		if row.Dead {
			dead = append(dead, row.ID)
		} else {
			waiting = append(waiting, row.ID)
		}
	}
	return waiting, dead
}

// fakeSpool is a spool in memory.
type fakeSpool struct {
	mu      sync.Mutex
	entries []Entry
	acked   map[uint64]bool
	err     error
}

func (f *fakeSpool) Append(ctx context.Context, entries []Entry) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := cmp.Or(f.err, ctx.Err()); err != nil {
		return err
	}
	f.entries = append(f.entries, entries...)
	return nil
}

func (f *fakeSpool) Read(after uint64, limit int) ([]Entry, []uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var entries []Entry
	var places []uint64
	for i, entry := range f.entries {
		place := uint64(i + 1)
		if place > after && !f.acked[place] && len(entries) < limit {
			entries, places = append(entries, entry), append(places, place)
		}
	}
	return entries, places, nil
}

func (f *fakeSpool) Ack(places []uint64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.acked == nil {
		f.acked = map[uint64]bool{}
	}
	for _, place := range places {
		f.acked[place] = true
	}
	return nil
}

func (f *fakeSpool) Check(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

func (f *fakeSpool) Damaged() (int, []string) { return 0, nil }

func (f *fakeSpool) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *fakeSpool) Waiting() (int, int64) {
	waiting, dead := f.ids()
	return len(waiting) + len(dead), 0
}

func (f *fakeSpool) ids() (waiting, dead []string) {
	entries, _, _ := f.Read(0, 1<<20)
	for _, entry := range entries {
		if entry.Dead {
			dead = append(dead, entry.ID)
		} else {
			waiting = append(waiting, entry.ID)
		}
	}
	return waiting, dead
}

// sinks is a launcher over fakes.
type sinks struct {
	temporal *fakeTemporal
	table    *fakeTable
	spool    *fakeSpool
	launcher *Launcher
}

func newSinks() *sinks {
	s := &sinks{temporal: &fakeTemporal{}, table: &fakeTable{}, spool: &fakeSpool{}}
	s.launcher = NewLauncher(LauncherOptions{
		Starter: s.temporal, Table: s.table, Spool: s.spool, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return s
}

// owed is an entry that arrived some seconds after the others' beginning.
func owed(id, order string, seconds int) Entry {
	return Entry{
		ID: id, Workspace: "default", Kind: EntryInboundMessage, Order: order, WorkflowID: "w-" + id,
		Input: []byte(`{}`), ArrivedAt: testArrival.Add(time.Duration(seconds) * time.Second),
	}
}

func many(count int, order func(int) string) []Entry {
	entries := make([]Entry, count)
	for i := range entries {
		entries[i] = owed(fmt.Sprintf("%04d", i), order(i), i)
	}
	return entries
}

func noOrder(int) string { return "" }

func wantIDs(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
