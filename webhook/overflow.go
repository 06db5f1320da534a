package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"replyflow/workflows"
)

// The kinds of entries: which workflow takes the input.
const (
	EntryCampaignRun     = "campaign_run"
	EntryInboundMessage  = "inbound_message"
	EntryProviderUpdates = "provider_updates"
)

// Entry is a workflow to start, in a form that outlives the process.
type Entry struct {
	// ID is drawn before the first attempt; an entry with a known id is the same one.
	ID        string `json:"id"`
	Workspace string `json:"workspace"`
	// Kind says which workflow takes the input.
	Kind string `json:"kind"`
	// Order is the same for entries that must start one after the other, in the
	// order of their arrival: a hash of who sent them, never a number in clear.
	// Entries without one wait for nobody.
	Order      string `json:"order,omitempty"`
	WorkflowID string `json:"workflow_id"`
	// Input is the workflow's input, byte by byte; see encoded.
	Input     json.RawMessage `json:"input"`
	ArrivedAt time.Time       `json:"arrived_at"`
	// Attempts counts the starts that failed while others succeeded.
	Attempts int `json:"attempts,omitempty"`
	// Reason is why an entry is dead, or was delayed.
	Reason string `json:"reason,omitempty"`
	// Dead entries wait for an operator: their start would fail again.
	Dead bool `json:"dead,omitempty"`

	// fresh is the input of an entry that this process has just made: it is encoded
	// only when the entry has to wait.
	fresh any
	// copied is set when another delivery of the same message was started.
	copied bool
}

// asCopy is an entry whose message another delivery has started already.
func (e Entry) asCopy() Entry {
	e.copied = true
	return e
}

// encoded is the entry with its input as JSON. Nothing is escaped that JSON
// doesn't ask for: a payload must not grow on its way.
func (e Entry) encoded() Entry {
	if len(e.Input) > 0 || e.fresh == nil {
		return e
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	// Inputs are texts, times and valid JSON, which always encode.
	_ = encoder.Encode(e.fresh)
	e.Input = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return e
}

// NewEntryID draws an id that no other entry has.
func NewEntryID() string { return strings.ToLower(rand.Text()) }

// EntryStarter starts an entry's workflow. A workflow that was started before is
// a duplicate and no error.
type EntryStarter interface {
	Start(ctx context.Context, entry Entry) (workflows.Started, error)
}

// Table keeps entries in the database. Deleting an entry that is gone and marking
// one that is dead change nothing.
type Table interface {
	// AppendIntake keeps all entries or none; of those with one id, the one that
	// arrived first.
	AppendIntake(ctx context.Context, entries []Entry) error
	// ListIntake returns at most limit waiting entries whose turn it is, the
	// earliest arrival first, without those of some orders and without those
	// behind a delayed one.
	ListIntake(ctx context.Context, limit int, exceptOrders []string) ([]Entry, error)
	DeleteIntake(ctx context.Context, ids []string) error
	MarkIntakeDead(ctx context.Context, id, reason string) error
	// DelayIntake puts an entry and those behind it in its order off.
	DelayIntake(ctx context.Context, id string, until time.Time, reason string) error
	CountIntake(ctx context.Context) (TableCount, error)
	// Check fails when the table can't be reached.
	Check(ctx context.Context) error
	// TakeIntakeLease makes the owner the one who drains the table for some time;
	// false while another is.
	TakeIntakeLease(ctx context.Context, owner string, duration time.Duration) (bool, error)
	DropIntakeLease(ctx context.Context, owner string) error
}

// TableCount is what the table holds, of all workspaces.
type TableCount struct {
	Waiting int
	Dead    int
	// Oldest is when the oldest waiting entry arrived, nil when none waits.
	Oldest *time.Time
}

// Spool keeps entries in files of this process.
type Spool interface {
	// Append returns when the disk has all entries.
	Append(ctx context.Context, entries []Entry) error
	// Read returns entries behind a place, the oldest first, with their places.
	Read(after uint64, limit int) ([]Entry, []uint64, error)
	// Ack forgets the entries at these places.
	Ack(places []uint64) error
	// Check asks the disk why the spool can't take anything now, nil when it can.
	Check(ctx context.Context) error
	// Waiting counts the entries and the bytes that they take.
	Waiting() (entries int, bytes int64)
	// Damaged counts the entries that can't be read any more, and names the files.
	Damaged() (entries int, files []string)
}

// byOrder groups entries that must start one after the other. Groups and what is
// in them stay in the order of the entries.
func byOrder(entries []Entry) [][]int {
	var groups [][]int
	known := map[string]int{}
	for i, entry := range entries {
		at, found := known[entry.Order]
		if found && entry.Order != "" {
			groups[at] = append(groups[at], i)
			continue
		}
		known[entry.Order] = len(groups)
		groups = append(groups, []int{i})
	}
	return groups
}
