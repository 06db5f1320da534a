package store

import (
	"context"
	"time"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// sentRow is a message of ours that may have been answered.
type sentRow struct {
	ID       string  `db:"id"`
	Campaign *string `db:"campaign"`
	Run      *string `db:"run"`
	SentAt   moment  `db:"effective_at"`
}

func (r sentRow) reply(by string) *inbound.Reply {
	return &inbound.Reply{Message: r.ID, By: by, Campaign: text(r.Campaign), Run: text(r.Run), SentAt: r.SentAt.Time}
}

// findReply finds the message of ours that this one answers: the one that the
// provider says, else the last one from that sender to that address within the
// window: one that arrived, as far as the provider has said. What is no reply
// answers nothing.
func (r recorder) findReply(ctx context.Context) (*inbound.Reply, error) {
	const (
		columns   = "SELECT id, campaign, run, effective_at FROM messages WHERE workspace = ? AND direction = 'out' AND "
		byID      = columns + "provider_id = ? ORDER BY seq LIMIT 1"
		byAddress = columns + `address = ? AND sender = ? AND effective_at <= ? AND effective_at >= ?
			AND provider_id <> '' AND status NOT IN ('failed', 'undelivered', 'canceled') ORDER BY effective_at DESC LIMIT 1`
	)
	m, d := r.message(), r.store.dialect
	if !m.Kind.IsReply() || m.Group != "" {
		return nil, nil
	}
	var sent []sentRow
	if m.ReplyTo != "" {
		if err := r.list(ctx, &sent, byID, r.workspace.Key, storable(m.ReplyTo)); err != nil {
			return nil, err
		}
		if len(sent) > 0 {
			return sent[0].reply("reference"), nil
		}
	}
	at := answeredBy(m)
	err := r.list(ctx, &sent, byAddress, r.workspace.Key, r.address(), m.Sender.Address, d.time(at), d.time(at.Add(-r.Window)))
	if err != nil || len(sent) == 0 {
		return nil, err
	}
	return sent[0].reply("window"), nil
}

// answeredBy is the last moment at which a message of ours may have been sent that
// this one answers. A provider that counts whole seconds means any moment of one.
func answeredBy(m message.Inbound) time.Time {
	at := m.EffectiveAt()
	if at.Equal(m.ArrivedAt) || at.Nanosecond() != 0 {
		return at
	}
	if end := at.Add(time.Second - time.Microsecond); end.Before(m.ArrivedAt) {
		return end
	}
	return m.ArrivedAt
}
