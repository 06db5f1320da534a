package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to date. It may be repeated, and several
// processes may try at once: one does the work while the others wait.
func (s *Store) Migrate(ctx context.Context) error {
	provider, err := s.migrator()
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("bringing the %s schema up to date: %w", s.dialect.name, err)
	}
	return nil
}

// SchemaVersion is the number of the last migration that ran.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) {
	provider, err := s.migrator()
	if err != nil {
		return 0, err
	}
	return provider.GetDBVersion(ctx)
}

func (s *Store) migrator() (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/"+s.dialect.name)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	kind := goose.DialectSQLite3
	if s.dialect.isPostgres() {
		kind = goose.DialectPostgres
		// Ask for the lock every second, for five minutes.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(kind, s.writer.DB, files, options...)
}
