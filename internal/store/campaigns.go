package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"
)

// CampaignStatus is whether a campaign runs.
type CampaignStatus string

// The states of a campaign.
const (
	// CampaignDraft: applied and never started.
	CampaignDraft    CampaignStatus = "draft"
	CampaignStarted  CampaignStatus = "started"
	CampaignPaused   CampaignStatus = "paused"
	CampaignArchived CampaignStatus = "archived"
)

// Campaign is a campaign with the definition of its current version.
type Campaign struct {
	Workspace string         `json:"workspace"`
	Key       string         `json:"key"`
	Name      string         `json:"name"`
	Status    CampaignStatus `json:"status"`
	Version   int            `json:"version"`
	// Token is the random part of its webhook's address; it stays the same over
	// all versions.
	Token string `json:"-"`
	// Definition is canonical JSON, Source the file as the marketer wrote it.
	Definition json.RawMessage `json:"definition"`
	Source     string          `json:"source"`
	Hash       string          `json:"hash"`
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

// ApplyCampaign is a definition to put in force.
type ApplyCampaign struct {
	Key, Name string
	// Definition is canonical JSON, Hash the hash over it, Source the file as it was written.
	Definition json.RawMessage
	Source     string
	Hash       string
}

type campaignRow struct {
	Workspace  string         `db:"workspace"`
	Key        string         `db:"key"`
	Name       string         `db:"name"`
	Status     CampaignStatus `db:"status"`
	Version    int            `db:"version"`
	Token      string         `db:"token"`
	Definition string         `db:"definition"`
	Source     string         `db:"source"`
	Hash       string         `db:"hash"`
	CreatedAt  moment         `db:"created_at"`
	UpdatedAt  moment         `db:"updated_at"`
}

func (r campaignRow) campaign() Campaign {
	return Campaign{
		Workspace: r.Workspace, Key: r.Key, Name: r.Name, Status: r.Status, Version: r.Version, Token: r.Token,
		Definition: json.RawMessage(r.Definition), Source: r.Source, Hash: r.Hash,
		CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time,
	}
}

func campaignsOf(rows []campaignRow) []Campaign {
	campaigns := make([]Campaign, len(rows))
	for i, row := range rows {
		campaigns[i] = row.campaign()
	}
	return campaigns
}

const selectCampaign = `SELECT c.workspace, c.key, c.name, c.status, c.version, c.token, v.definition, v.source, v.hash,
	c.created_at, c.updated_at
	FROM campaigns c JOIN campaign_versions v ON v.workspace = c.workspace AND v.key = c.key AND v.version = c.version `

// GetCampaign finds a campaign by key, or fails with ErrNotFound.
func (s *Store) GetCampaign(ctx context.Context, workspace, key string) (Campaign, error) {
	return s.read().findCampaign(ctx, workspace, key)
}

func (q session) findCampaign(ctx context.Context, workspace, key string) (Campaign, error) {
	const statement = selectCampaign + "WHERE c.workspace = ? AND c.key = ?"
	var row campaignRow
	err := q.get(ctx, &row, statement, workspace, storable(key))
	return row.campaign(), err
}

// FindCampaignByToken finds the campaign whose webhook has a token, or fails
// with ErrNotFound.
func (s *Store) FindCampaignByToken(ctx context.Context, token string) (Campaign, error) {
	const statement = selectCampaign + "WHERE c.token = ?"
	var row campaignRow
	err := s.read().get(ctx, &row, statement, storable(token))
	return row.campaign(), err
}

// ListCampaigns returns a workspace's campaigns by key.
func (s *Store) ListCampaigns(ctx context.Context, workspace string) ([]Campaign, error) {
	const statement = selectCampaign + "WHERE c.workspace = ? ORDER BY c.key"
	var rows []campaignRow
	err := s.read().list(ctx, &rows, statement, workspace)
	return campaignsOf(rows), err
}

// ListAllCampaigns returns the campaigns of every workspace.
func (s *Store) ListAllCampaigns(ctx context.Context) ([]Campaign, error) {
	const statement = selectCampaign + "ORDER BY c.workspace, c.key"
	var rows []campaignRow
	err := s.read().list(ctx, &rows, statement)
	return campaignsOf(rows), err
}

// CatalogueRevision grows with every change of any campaign.
func (s *Store) CatalogueRevision(ctx context.Context) (int64, error) {
	const statement = "SELECT revision FROM catalogue"
	var revision int64
	err := s.read().get(ctx, &revision, statement)
	return revision, err
}

// bumpCatalogue comes first in every change of a campaign: its row lock makes
// changes come one after the other.
func (q session) bumpCatalogue(ctx context.Context) error {
	const statement = "UPDATE catalogue SET revision = revision + 1"
	_, err := q.exec(ctx, statement)
	return err
}

// ApplyCampaign makes a definition a campaign's current version, as a draft when
// the campaign is new. A definition with the current version's hash makes no new
// version; only its name and source are taken over.
func (s *Store) ApplyCampaign(ctx context.Context, workspace string, apply ApplyCampaign) (Campaign, error) {
	apply.Source, apply.Name = storable(apply.Source), storable(apply.Name)
	var applied Campaign
	err := s.write(ctx, func(tx session) error {
		if err := tx.bumpCatalogue(ctx); err != nil {
			return err
		}
		current, err := tx.findCampaign(ctx, workspace, apply.Key)
		switch {
		case errors.Is(err, ErrNotFound):
			err = tx.addCampaign(ctx, workspace, apply)
		case err == nil:
			err = tx.changeCampaign(ctx, current, apply)
		}
		if err != nil {
			return err
		}
		applied, err = tx.findCampaign(ctx, workspace, apply.Key)
		return err
	})
	return applied, err
}

func (q session) addCampaign(ctx context.Context, workspace string, apply ApplyCampaign) error {
	const statement = `INSERT INTO campaigns (workspace, key, name, status, version, token, created_at, updated_at)
		VALUES (?, ?, ?, ?, 1, ?, ?, ?)`
	now := q.store.dialect.time(q.store.now())
	if _, err := q.exec(ctx, statement, workspace, apply.Key, apply.Name, CampaignDraft, newToken(), now, now); err != nil {
		return err
	}
	return q.addVersion(ctx, workspace, apply, 1)
}

func (q session) changeCampaign(ctx context.Context, current Campaign, apply ApplyCampaign) error {
	const (
		rename    = "UPDATE campaigns SET name = ?, version = ?, updated_at = ? WHERE workspace = ? AND key = ?"
		newSource = "UPDATE campaign_versions SET source = ? WHERE workspace = ? AND key = ? AND version = ?"
	)
	version := current.Version
	if current.Hash == apply.Hash {
		if current.Name == apply.Name && current.Source == apply.Source {
			return nil
		}
		if _, err := q.exec(ctx, newSource, apply.Source, current.Workspace, current.Key, version); err != nil {
			return err
		}
	} else {
		version++
		if err := q.addVersion(ctx, current.Workspace, apply, version); err != nil {
			return err
		}
	}
	now := q.store.dialect.time(q.store.now())
	_, err := q.exec(ctx, rename, apply.Name, version, now, current.Workspace, current.Key)
	return err
}

// SetCampaignStatus starts, pauses or archives a campaign, or fails with
// ErrNotFound. Which status may follow which is not the store's to say.
func (s *Store) SetCampaignStatus(ctx context.Context, workspace, key string, status CampaignStatus) (Campaign, error) {
	const statement = "UPDATE campaigns SET status = ?, updated_at = ? WHERE workspace = ? AND key = ?"
	switch status {
	case CampaignDraft, CampaignStarted, CampaignPaused, CampaignArchived:
	default:
		return Campaign{}, invalid("%q is no status of a campaign", status)
	}
	var changed Campaign
	err := s.write(ctx, func(tx session) error {
		if err := tx.bumpCatalogue(ctx); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, statement, status, s.dialect.time(s.now()), workspace, storable(key)); err != nil {
			return err
		}
		var err error
		changed, err = tx.findCampaign(ctx, workspace, key)
		return err
	})
	return changed, err
}

// newToken is 32 random bytes in URL-safe characters.
func newToken() string {
	random := make([]byte, 32)
	// crypto/rand never fails: it ends the process first.
	_, _ = rand.Read(random)
	return base64.RawURLEncoding.EncodeToString(random)
}
