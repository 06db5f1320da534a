package store

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"time"

	"replyflow/internal/message"
)

const (
	// MaxSamples is how many payloads of a campaign are kept.
	MaxSamples = 20
	// pruneEvery is how many samples come between two prunings, on average.
	// Pruning at every sample would make the deliveries of a campaign wait for
	// each other.
	pruneEvery = 16
)

// Sample is a payload that a campaign's webhook received.
type Sample struct {
	// Key identifies the delivery.
	Key        string          `json:"key"`
	ReceivedAt time.Time       `json:"received_at"`
	Payload    json.RawMessage `json:"payload"`
}

// KeepSample keeps an event as a sample, once.
func (s *Store) KeepSample(ctx context.Context, workspace, campaign string, event message.Event) error {
	return s.write(ctx, func(tx session) error { return tx.keepSample(ctx, workspace, campaign, event) })
}

func (q session) keepSample(ctx context.Context, workspace, campaign string, event message.Event) error {
	const (
		add = `INSERT INTO samples (workspace, campaign, delivery_key, received_at, payload) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (workspace, campaign, delivery_key) DO NOTHING RETURNING id`
		oldest = `SELECT id FROM samples WHERE workspace = ? AND campaign = ? ORDER BY id DESC LIMIT 1 OFFSET ?`
		prune  = `DELETE FROM samples WHERE workspace = ? AND campaign = ? AND id <= ?`
	)
	var added []int64
	err := q.list(ctx, &added, add, workspace, campaign, event.Key,
		q.store.dialect.time(event.ArrivedAt), storable(string(event.Payload)))
	if err != nil || len(added) == 0 || !prunes(event.Key) {
		return err
	}
	var surplus []int64
	if err := q.list(ctx, &surplus, oldest, workspace, campaign, MaxSamples); err != nil || len(surplus) == 0 {
		return err
	}
	_, err = q.exec(ctx, prune, workspace, campaign, surplus[0])
	return err
}

// prunes picks one delivery in sixteen by its key. Ids won't do: a repeated
// delivery uses one up, so that they may all be odd.
func prunes(key string) bool {
	hash := fnv.New32a()
	// Writing to a hash never fails.
	_, _ = hash.Write([]byte(key))
	return hash.Sum32()%pruneEvery == 0
}

// ListSamples returns the last payloads of a campaign, newest first.
func (s *Store) ListSamples(ctx context.Context, workspace, campaign string) ([]Sample, error) {
	const statement = `SELECT delivery_key, received_at, payload FROM samples
		WHERE workspace = ? AND campaign = ? ORDER BY id DESC LIMIT ?`
	var rows []struct {
		Key        string `db:"delivery_key"`
		ReceivedAt moment `db:"received_at"`
		Payload    string `db:"payload"`
	}
	if err := s.read().list(ctx, &rows, statement, workspace, storable(campaign), MaxSamples); err != nil {
		return nil, err
	}
	samples := make([]Sample, len(rows))
	for i, row := range rows {
		samples[i] = Sample{row.Key, row.ReceivedAt.Time, json.RawMessage(row.Payload)}
	}
	return samples, nil
}
