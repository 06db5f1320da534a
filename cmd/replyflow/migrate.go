package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"replyflow/internal/temporal"
)

// How long migrate waits for Temporal, and how long Temporal keeps closed runs
// in a namespace that migrate makes.
const (
	migrateTimeout = 2 * time.Minute
	retention      = 30 * 24 * time.Hour
)

func newMigrateCommand() *cobra.Command {
	var path string
	command := &cobra.Command{
		Use:   "migrate --config FILE",
		Short: "Bring the database's schema, Temporal's namespace and the search attributes up to date",
		Long:  "Brings the database's schema, Temporal's namespace and the search attributes up to date. It may be repeated: what is there already stays as it is.",
		Args:  misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runRole(cmd, path, func(ctx context.Context, a *app) error {
				if err := a.migrate(ctx); err != nil {
					return err
				}
				_, _ = fmt.Fprintln(cmd.OutOrStdout(), "The database, the namespace and the search attributes are up to date.")
				return nil
			})
		},
	}
	addConfigFlag(command, &path)
	return command
}

// migrate brings the database and the namespace up to date.
func (a *app) migrate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, migrateTimeout)
	defer cancel()
	if err := a.store.Migrate(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	namespace := a.config.Temporal.Namespace
	if err := temporal.EnsureNamespace(ctx, a.temporal, namespace, retention); err != nil {
		return fmt.Errorf("making the namespace %s: %w", namespace, err)
	}
	if err := temporal.EnsureSearchAttributes(ctx, a.temporal, namespace); err != nil {
		return fmt.Errorf("adding the search attributes to %s: %w", namespace, err)
	}
	return nil
}
