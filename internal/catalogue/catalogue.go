// Package catalogue keeps every campaign in memory, for webhooks to find theirs
// without a database. It follows the database: at once when a campaign changes
// in this process, within two seconds when it changes in another, and when the
// database is down it keeps what it knew last.
package catalogue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"replyflow/definitions"
	"replyflow/internal/store"
	"replyflow/webhook"
)

// How the catalogue follows the database, and what a stranger who tries tokens
// may cost it.
const (
	// pollEvery is how often the revision is read, so that a change in another
	// process is in force within 2 s here.
	pollEvery = time.Second
	// pollTimeout bounds a poll: a database that hangs must not stop polling.
	pollTimeout = 10 * time.Second
	// freshFor is how long after reading it a snapshot is as good as the
	// database itself: a token that it lacks is unknown.
	freshFor = 2 * time.Second
	// lookUpTimeout bounds the look-up of an unknown token.
	lookUpTimeout = 2 * time.Second
	// lookUpsPerSecond and lookUpBurst bound the look-ups of unknown tokens, of
	// all strangers together.
	lookUpsPerSecond = 20
	lookUpBurst      = 40
	// maxToken is longer, in bytes, than any token: what is longer is unknown
	// without asking, and not remembered.
	maxToken = 128
)

// Store is what the catalogue reads.
type Store interface {
	// CatalogueRevision grows with every change of any campaign.
	CatalogueRevision(ctx context.Context) (int64, error)
	// ListAllCampaigns returns the campaigns of every workspace, each with the
	// definition of its current version.
	ListAllCampaigns(ctx context.Context) ([]store.Campaign, error)
	// FindCampaignByToken fails with store.ErrNotFound when no campaign has it.
	FindCampaignByToken(ctx context.Context, token string) (store.Campaign, error)
}

// Catalogue implements webhook.Catalogue. It is safe for concurrent use.
type Catalogue struct {
	store   Store
	logger  *slog.Logger
	now     func() time.Time
	limiter *rate.Limiter
	unknown *unknownTokens
	// file is where snapshots are kept for the next start, empty for nowhere.
	file string

	current atomic.Pointer[snapshot]
	// refreshing is held while a snapshot is read and put in place, so that an
	// older one never replaces a newer.
	refreshing sync.Mutex
	// confirmed is when the database was last seen to hold the current
	// snapshot, in nanoseconds; 0 means never.
	confirmed atomic.Int64
}

var _ webhook.Catalogue = (*Catalogue)(nil)

// New returns a catalogue that knows nothing until its first Refresh.
func New(s Store, logger *slog.Logger) *Catalogue {
	if logger == nil {
		logger = slog.Default()
	}
	c := &Catalogue{
		store:   s,
		logger:  logger,
		now:     time.Now,
		limiter: rate.NewLimiter(lookUpsPerSecond, lookUpBurst),
		unknown: newUnknownTokens(),
	}
	c.current.Store(emptySnapshot())
	return c
}

// KeepIn keeps every snapshot in a file as well, and begins with the one that is
// there: a process that starts while the database is down goes by what it, or
// the process before it, knew last. A file that can't be read is as good as none:
// it is written again. It is called before the first Refresh.
func (c *Catalogue) KeepIn(path string) {
	c.file = path
	known, err := readSaved(path)
	if err != nil {
		c.logger.Warn("the local snapshot of the campaigns can't be used; it is written again once the database is read", "error", err)
		return
	}
	c.current.Store(known)
}

// ListInbound are the started campaigns of a workspace that messages start, by key.
// Unlike a webhook, a message that starts nothing doesn't come again: by a snapshot
// that the database hasn't confirmed of late nobody decides. It fails when the
// database can't be asked.
func (c *Catalogue) ListInbound(ctx context.Context, workspace string) ([]definitions.InboundCampaign, error) {
	if !c.fresh() {
		if err := c.poll(ctx); err != nil {
			return nil, err
		}
	}
	return c.current.Load().inbound[workspace], nil
}

// FindHook implements webhook.Catalogue. Tokens are found by an ordinary map:
// they are random, so the time that a comparison takes helps nobody who doesn't
// know one already.
func (c *Catalogue) FindHook(ctx context.Context, token string) (webhook.Hook, error) {
	if entry, known := c.current.Load().hooks[token]; known {
		return entry.hook, entry.err
	}
	return c.lookUp(ctx, token)
}

// Refresh reads the campaigns. What was committed before the call is in force
// when it returns.
func (c *Catalogue) Refresh(ctx context.Context) error {
	c.refreshing.Lock()
	defer c.refreshing.Unlock()
	return c.refresh(ctx)
}

// refresh is Refresh under its lock. The revision is read first: a change
// between the two reads is then read twice rather than missed.
func (c *Catalogue) refresh(ctx context.Context) error {
	asOf := c.now()
	revision, err := c.store.CatalogueRevision(ctx)
	if err != nil {
		return fmt.Errorf("catalogue: reading the revision: %w", err)
	}
	campaigns, err := c.store.ListAllCampaigns(ctx)
	if err != nil {
		return fmt.Errorf("catalogue: reading the campaigns: %w", err)
	}
	next := newSnapshot(revision, campaigns, c.current.Load())
	for _, broken := range next.broken(c.current.Load()) {
		c.logger.Error("a campaign's definition can't be read; its webhook asks senders to come again",
			"workspace", broken.hook.Workspace, "campaign", broken.hook.Campaign, "version", broken.hook.Version, "error", broken.err)
	}
	c.current.Store(next)
	c.keep(next)
	c.unknown.clear()
	c.confirmed.Store(asOf.UnixNano())
	return nil
}

// keep saves a snapshot. A failure costs only a start without the database.
func (c *Catalogue) keep(next *snapshot) {
	if c.file == "" {
		return
	}
	if err := next.save(c.file); err != nil {
		c.logger.Error("the campaigns can't be kept for a start without the database", "error", err)
	}
}

// Run follows the database until the context ends.
func (c *Catalogue) Run(ctx context.Context) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		err := c.poll(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			c.logger.Warn("the campaigns can't be read; webhooks go by what was read last", "error", err)
		case err == nil && failing:
			c.logger.Info("the campaigns can be read again")
		}
		failing = err != nil
	}
}

// poll refreshes when a campaign has changed.
func (c *Catalogue) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	c.refreshing.Lock()
	defer c.refreshing.Unlock()
	asOf := c.now()
	revision, err := c.store.CatalogueRevision(ctx)
	if err != nil {
		return fmt.Errorf("catalogue: reading the revision: %w", err)
	}
	if revision != c.current.Load().revision {
		return c.refresh(ctx)
	}
	c.confirmed.Store(asOf.UnixNano())
	return nil
}

// lookUp asks the database for a token that the snapshot lacks: the campaign may
// be younger than the snapshot.
func (c *Catalogue) lookUp(ctx context.Context, token string) (webhook.Hook, error) {
	if len(token) > maxToken || c.unknown.has(token, c.now()) {
		return webhook.Hook{}, webhook.ErrUnknownToken
	}
	if !c.limiter.AllowN(c.now(), 1) {
		if c.fresh() {
			return webhook.Hook{}, webhook.ErrUnknownToken
		}
		return webhook.Hook{}, fmt.Errorf("%w: too many unknown tokens", webhook.ErrTryLater)
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	_, err := c.store.FindCampaignByToken(ctx, token)
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.unknown.add(token, c.now())
		return webhook.Hook{}, webhook.ErrUnknownToken
	case err != nil:
		return webhook.Hook{}, fmt.Errorf("%w: %w", webhook.ErrTryLater, err)
	}
	if err := c.Refresh(ctx); err != nil {
		return webhook.Hook{}, fmt.Errorf("%w: %w", webhook.ErrTryLater, err)
	}
	if entry, known := c.current.Load().hooks[token]; known {
		return entry.hook, entry.err
	}
	// It has no webhook, or lost it between the two reads.
	c.unknown.add(token, c.now())
	return webhook.Hook{}, webhook.ErrUnknownToken
}

// fresh reports whether the snapshot is as good as the database.
func (c *Catalogue) fresh() bool {
	confirmed := c.confirmed.Load()
	return confirmed != 0 && c.now().Sub(time.Unix(0, confirmed)) <= freshFor
}
