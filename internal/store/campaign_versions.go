package store

import (
	"context"
	"encoding/json"
	"time"
)

// CampaignVersion is a definition that was in force at some time. Its
// definition never changes.
type CampaignVersion struct {
	Version    int             `json:"version"`
	Definition json.RawMessage `json:"definition"`
	Source     string          `json:"source"`
	Hash       string          `json:"hash"`
	CreatedAt  time.Time       `json:"created_at"`
}

type versionRow struct {
	Version    int    `db:"version"`
	Definition string `db:"definition"`
	Source     string `db:"source"`
	Hash       string `db:"hash"`
	CreatedAt  moment `db:"created_at"`
}

// ListVersions returns a campaign's versions, newest first: none when there is
// no such campaign.
func (s *Store) ListVersions(ctx context.Context, workspace, key string) ([]CampaignVersion, error) {
	const statement = `SELECT version, definition, source, hash, created_at FROM campaign_versions
		WHERE workspace = ? AND key = ? ORDER BY version DESC`
	var rows []versionRow
	if err := s.read().list(ctx, &rows, statement, workspace, storable(key)); err != nil {
		return nil, err
	}
	versions := make([]CampaignVersion, len(rows))
	for i, row := range rows {
		versions[i] = CampaignVersion{row.Version, json.RawMessage(row.Definition), row.Source, row.Hash, row.CreatedAt.Time}
	}
	return versions, nil
}

func (q session) addVersion(ctx context.Context, workspace string, apply ApplyCampaign, version int) error {
	const statement = `INSERT INTO campaign_versions (workspace, key, version, definition, source, hash, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`
	_, err := q.exec(ctx, statement, workspace, apply.Key, version, string(apply.Definition), apply.Source, apply.Hash,
		q.store.dialect.time(q.store.now()))
	return err
}
