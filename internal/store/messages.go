package store

import (
	"context"
	"encoding/json"
	"time"

	"replyflow/internal/message"
)

// Message is a recorded message, from somebody or to them.
type Message struct {
	ID         string
	ProviderID string
	Direction  string
	Channel    message.Channel
	Provider   string
	Kind       message.Kind
	// Sender is our sender's address, SenderName its configured name.
	Sender, SenderName string
	// Address is the consent address of the other side.
	Address string
	// Person is the customer's id of the person, empty when anonymous.
	Person string
	Body   string
	// Data is the message as replyflow read it, Raw what the provider sent.
	Data, Raw   json.RawMessage
	EffectiveAt time.Time
	ArrivedAt   time.Time
	Status      string
	ErrorCode   string
	Purpose     string
	// Answers is the id of the message that this one answers, Campaign and Run
	// what sent that one.
	Answers, Campaign, Run string
	// Started are the campaigns that it started, as JSON, empty for none.
	Started json.RawMessage
}

// MessageQuery says which messages to list; empty fields keep all.
type MessageQuery struct {
	// Person is the customer's id.
	Person    string
	Sender    string
	Direction string
	Channel   string
	Address   string
	Anonymous *bool
	Since     *time.Time
	Until     *time.Time
	Limit     int
	Cursor    string
}

// MessagePage is a part of a list of messages, newest first.
type MessagePage struct {
	Messages []Message
	Next     string
}

type messageRow struct {
	Seq         int64           `db:"seq"`
	ID          string          `db:"id"`
	ProviderID  string          `db:"provider_id"`
	Direction   string          `db:"direction"`
	Channel     message.Channel `db:"channel"`
	Provider    string          `db:"provider"`
	Kind        message.Kind    `db:"kind"`
	Sender      string          `db:"sender"`
	SenderName  string          `db:"sender_name"`
	Address     string          `db:"address"`
	Person      *string         `db:"person_id"`
	Body        string          `db:"body"`
	Data        string          `db:"data"`
	Raw         string          `db:"raw"`
	EffectiveAt moment          `db:"effective_at"`
	ArrivedAt   moment          `db:"arrived_at"`
	Status      string          `db:"status"`
	ErrorCode   string          `db:"error_code"`
	Purpose     string          `db:"purpose"`
	Answers     *string         `db:"answers"`
	Campaign    *string         `db:"campaign"`
	Run         *string         `db:"run"`
	Started     *string         `db:"started"`
}

func (r messageRow) message() Message {
	return Message{
		ID: r.ID, ProviderID: r.ProviderID, Direction: r.Direction, Channel: r.Channel, Provider: r.Provider, Kind: r.Kind,
		Sender: r.Sender, SenderName: r.SenderName, Address: r.Address, Person: text(r.Person), Body: r.Body,
		Data: json.RawMessage(r.Data), Raw: json.RawMessage(r.Raw), EffectiveAt: r.EffectiveAt.Time, ArrivedAt: r.ArrivedAt.Time,
		Status: r.Status, ErrorCode: r.ErrorCode, Purpose: r.Purpose, Answers: text(r.Answers), Campaign: text(r.Campaign), Run: text(r.Run), Started: json.RawMessage(text(r.Started)),
	}
}

const selectMessages = `SELECT m.seq, m.id, m.provider_id, m.direction, m.channel, m.provider, m.kind, m.sender, m.sender_name,
	m.address, p.id AS person_id, m.body, m.data, m.raw, m.effective_at, m.arrived_at, m.status, m.error_code, m.purpose,
	m.answers, m.campaign, m.run, m.started
	FROM messages m LEFT JOIN people p ON p.workspace = m.workspace AND p.internal_id = m.person WHERE m.workspace = ?`

// messageCursor is the last message of a page.
type messageCursor struct {
	At  time.Time `json:"at"`
	Seq int64     `json:"seq"`
}

// ListMessages returns a page of messages, the last arrived first.
func (s *Store) ListMessages(ctx context.Context, workspace string, query MessageQuery) (MessagePage, error) {
	statement, args := selectMessages, []any{workspace}
	and := func(sql string, values ...any) {
		statement += " AND " + sql
		args = append(args, values...)
	}
	for column, value := range map[string]string{
		"m.sender": query.Sender, "m.direction": query.Direction, "m.channel": query.Channel, "m.address": query.Address,
	} {
		if value != "" {
			and(column+" = ?", storable(value))
		}
	}
	if query.Person != "" {
		and("m.person = (SELECT internal_id FROM people WHERE workspace = ? AND id = ?)", workspace, storable(query.Person))
	}
	if query.Anonymous != nil {
		and(map[bool]string{true: "m.person IS NULL", false: "m.person IS NOT NULL"}[*query.Anonymous])
	}
	if query.Since != nil {
		and("m.arrived_at >= "+s.dialect.timeParam, s.dialect.time(*query.Since))
	}
	if query.Until != nil {
		and("m.arrived_at < "+s.dialect.timeParam, s.dialect.time(*query.Until))
	}
	if query.Cursor != "" {
		var before messageCursor
		if err := readCursor(query.Cursor, &before); err != nil {
			return MessagePage{}, err
		}
		and("(m.arrived_at, m.seq) < ("+s.dialect.timeParam+", ?)", s.dialect.time(before.At), before.Seq)
	}
	limit := pageSize(query.Limit)
	var rows []messageRow
	if err := s.read().list(ctx, &rows, statement+" ORDER BY m.arrived_at DESC, m.seq DESC LIMIT ?", append(args, limit+1)...); err != nil {
		return MessagePage{}, err
	}
	page := MessagePage{}
	if len(rows) > limit {
		rows = rows[:limit]
		page.Next = newCursor(messageCursor{rows[limit-1].ArrivedAt.Time, rows[limit-1].Seq})
	}
	page.Messages = make([]Message, len(rows))
	for i, row := range rows {
		page.Messages[i] = row.message()
	}
	return page, nil
}

// GetMessage finds a message by its id, or fails with ErrNotFound.
func (s *Store) GetMessage(ctx context.Context, workspace, id string) (Message, error) {
	var row messageRow
	err := s.read().get(ctx, &row, selectMessages+" AND m.id = ?", workspace, storable(id))
	return row.message(), err
}
