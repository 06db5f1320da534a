package main

import (
	"context"
	"time"

	"replyflow/internal/config"
	"replyflow/internal/store"
)

// retentionEvery is how often what is older than it is kept is deleted.
const retentionEvery = 10 * time.Minute

// startRetention deletes, a page at a time, what is older than the configuration
// keeps it, until close. Several processes may.
func (a *app) startRetention() {
	a.everySoOften(retentionEvery, func(ctx context.Context) error {
		for {
			deleted, err := a.store.DeleteOlder(ctx, olderThan(a.config.Retention, time.Now()))
			if err != nil || deleted == 0 {
				return err
			}
		}
	}, "old data can't be deleted yet")
}

// olderThan are the times before which data isn't kept.
func olderThan(kept config.Retention, now time.Time) store.Retention {
	before := func(length config.Duration) time.Time {
		if length <= 0 {
			return time.Time{}
		}
		return now.Add(-time.Duration(length))
	}
	return store.Retention{
		Messages: before(kept.Messages), Samples: before(kept.Samples), Activity: before(kept.Activity), Ledger: before(kept.Ledger),
	}
}
