package store

import (
	"context"
	"strings"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

// ConsentState is the consent of an address towards a target. It counts what is
// known under the address's other names as well.
func (s *Store) ConsentState(ctx context.Context, workspace string, channel message.Channel, address string, target consent.Target) (consent.State, error) {
	rows, err := s.read().consentRows(ctx, workspace, channel, address)
	return consent.Status(rows, target), err
}

// statusRow is a row of consent_status.
type statusRow struct {
	Channel  message.Channel  `db:"channel"`
	Address  string           `db:"address"`
	Scope    consent.Scope    `db:"scope"`
	Lane     consent.Lane     `db:"lane"`
	Category message.Category `db:"category"`
	Out      string           `db:"out_mark"`
	In       string           `db:"in_mark"`
	Lift     string           `db:"lift_mark"`
}

const statusColumns = "channel, address, scope, lane, category, out_mark, in_mark, lift_mark"

func (r statusRow) row() consent.Row {
	return consent.Row{Scope: r.Scope, Lane: r.Lane, Category: r.Category, Marks: consent.Marks{
		Out: readMark(r.Out), In: readMark(r.In), Lift: readMark(r.Lift),
	}}
}

// consentRows are the statuses of an address and of its other names.
func (q session) consentRows(ctx context.Context, workspace string, channel message.Channel, address string) ([]consent.Row, error) {
	const (
		own   = "SELECT " + statusColumns + " FROM consent_status WHERE workspace = ? AND address = ? AND channel = ?"
		named = "SELECT " + statusColumns + ` FROM consent_status WHERE workspace = ? AND channel = ? AND address IN
			(SELECT kind || ':' || value FROM aliases WHERE workspace = ? AND channel = ? AND address = ?)`
	)
	address = storable(address)
	var found []statusRow
	if err := q.list(ctx, &found, own, workspace, address, channel); err != nil {
		return nil, err
	}
	if channel == message.WhatsApp {
		var others []statusRow
		if err := q.list(ctx, &others, named, workspace, channel, workspace, channel, address); err != nil {
			return nil, err
		}
		found = append(found, others...)
	}
	rows := make([]consent.Row, len(found))
	for i, row := range found {
		rows[i] = row.row()
	}
	return rows, nil
}

// ledgerEntry is one change of consent to record.
type ledgerEntry struct {
	workspace string
	channel   message.Channel
	address   string
	event     consent.Event
	review    bool
	// source and sourceID say what caused it: message, preference, status, api.
	source, sourceID string
	rule, keyword    string
	actor, reason    string
	person, sender   string
	recordedAt       time.Time
}

// The sources of entries of the ledger.
const (
	sourceMessage    = "message"
	sourcePreference = "preference"
	sourceStatus     = "status"
	sourceAPI        = "api"
	sourceIdentity   = "identity"
)

// addToLedger records a change once and brings the status up to it. It reports
// false when the change was recorded before.
func (q session) addToLedger(ctx context.Context, entry ledgerEntry) (bool, error) {
	const statement = `INSERT INTO consent_ledger (workspace, channel, address, scope, lane, category, action, review, effective_at,
			recorded_at, source, source_id, rule, keyword, actor, reason, person, sender)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (workspace, source, source_id, lane, category, scope) DO NOTHING`
	d, event := q.store.dialect, entry.event
	added, err := q.exec(ctx, statement, entry.workspace, entry.channel, entry.address, event.Scope, event.Lane, event.Category,
		event.Action, entry.review, d.time(event.At), d.time(entry.recordedAt), entry.source, entry.sourceID, entry.rule,
		storable(entry.keyword), entry.actor, storable(entry.reason), optional(entry.person), entry.sender)
	if err != nil || added == 0 {
		return false, err
	}
	if err := q.mark(ctx, entry); err != nil {
		return false, err
	}
	return true, q.followNumber(ctx, entry)
}

// mark raises the status to an event. Marks are maxima, so the order in which
// events are recorded makes no difference.
func (q session) mark(ctx context.Context, entry ledgerEntry) error {
	const (
		statement = `INSERT INTO consent_status (workspace, channel, address, scope, lane, category, out_mark, in_mark, lift_mark)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (workspace, address, channel, scope, lane, category) DO UPDATE SET
				out_mark = CASE WHEN excluded.out_mark > consent_status.out_mark THEN excluded.out_mark ELSE consent_status.out_mark END,
				in_mark = CASE WHEN excluded.in_mark > consent_status.in_mark THEN excluded.in_mark ELSE consent_status.in_mark END,
				lift_mark = CASE WHEN excluded.lift_mark > consent_status.lift_mark THEN excluded.lift_mark ELSE consent_status.lift_mark END`
	)
	written := map[consent.Action]string{entry.event.Action: writeMark(consent.Mark{At: entry.event.At, ID: entry.event.ID})}
	_, err := q.exec(ctx, statement, entry.workspace, entry.channel, entry.address, entry.event.Scope, entry.event.Lane,
		entry.event.Category, written[consent.Out], written[consent.In], written[consent.Lift])
	return err
}

// markTime is of a fixed width, so that text order is time order.
const markTime = "2006-01-02T15:04:05.000000Z"

// writeMark writes a mark that isn't set as nothing.
func writeMark(mark consent.Mark) string {
	if !mark.IsSet() {
		return ""
	}
	return cut(mark.At).Format(markTime) + "|" + mark.ID
}

func readMark(text string) consent.Mark {
	at, id, _ := strings.Cut(text, "|")
	parsed, err := time.Parse(markTime, at)
	if err != nil {
		return consent.Mark{}
	}
	return consent.Mark{At: parsed, ID: id}
}

// addEvidence keeps the words behind an entry, once.
func (q session) addEvidence(ctx context.Context, workspace, source, sourceID string, evidence Evidence) error {
	const statement = `INSERT INTO consent_evidence (workspace, source, source_id, data) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, source, source_id) DO NOTHING`
	_, err := q.exec(ctx, statement, workspace, source, sourceID, storable(string(encode(evidence))))
	return err
}

// Evidence is what stands behind an entry of the ledger.
type Evidence struct {
	// Message is the id of the message that caused it.
	Message string `json:"message,omitempty"`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Body    string `json:"body,omitempty"`
	// Payload is that of the button that was pressed.
	Payload string `json:"payload,omitempty"`
	// ProviderTag is the provider's own verdict.
	ProviderTag string `json:"provider_tag,omitempty"`
	// Rules names the rules that read the body, Language the list that its word is of.
	Rules    string `json:"rules,omitempty"`
	Language string `json:"language,omitempty"`
	// ErrorCode is the provider's error that said so.
	ErrorCode string `json:"error_code,omitempty"`
	// Given is what staff or another system gave as evidence.
	Given string `json:"given,omitempty"`
}

// lockAddress makes transactions that change the consent of an address wait for
// each other, so that each sees what the one before it did. SQLite has one writer.
func (q session) lockAddress(ctx context.Context, workspace, address string) error {
	if !q.store.dialect.isPostgres() {
		return nil
	}
	_, err := q.exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(CAST(? AS text), 0))", workspace+"\x1f"+address)
	return err
}
