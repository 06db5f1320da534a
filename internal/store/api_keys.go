package store

import (
	"context"
	"time"
)

// APIKey is a key of the management API. Only its hash is known.
type APIKey struct {
	Workspace string
	Name      string
	// Hash is the SHA-256 of the key.
	Hash      []byte
	CreatedAt time.Time
}

// PutAPIKey adds a key, or replaces the one with its name.
func (s *Store) PutAPIKey(ctx context.Context, key APIKey) error {
	const statement = `INSERT INTO api_keys (workspace, name, hash, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (workspace, name) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at`
	return s.write(ctx, func(tx session) error {
		_, err := tx.exec(ctx, statement, key.Workspace, key.Name, key.Hash, s.dialect.time(s.nowOr(key.CreatedAt)))
		return err
	})
}

// ListAPIKeys returns the keys of every workspace.
func (s *Store) ListAPIKeys(ctx context.Context) ([]APIKey, error) {
	const statement = "SELECT workspace, name, hash, created_at FROM api_keys ORDER BY workspace, name"
	var rows []struct {
		Workspace string `db:"workspace"`
		Name      string `db:"name"`
		Hash      []byte `db:"hash"`
		CreatedAt moment `db:"created_at"`
	}
	if err := s.read().list(ctx, &rows, statement); err != nil {
		return nil, err
	}
	keys := make([]APIKey, len(rows))
	for i, row := range rows {
		keys[i] = APIKey{row.Workspace, row.Name, row.Hash, row.CreatedAt.Time}
	}
	return keys, nil
}
