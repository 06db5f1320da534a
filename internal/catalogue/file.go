package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"replyflow/internal/store"
)

// saved is a snapshot as a file: what a process that starts while the database
// is down knows of the campaigns. It holds tokens and secrets, so only its owner
// may read it.
type saved struct {
	Revision  int64           `json:"revision"`
	Campaigns []savedCampaign `json:"campaigns"`
}

// savedCampaign is what intake needs of a campaign.
type savedCampaign struct {
	Workspace  string               `json:"workspace"`
	Key        string               `json:"key"`
	Status     store.CampaignStatus `json:"status"`
	Version    int                  `json:"version"`
	Token      string               `json:"token"`
	Definition json.RawMessage      `json:"definition"`
}

// save replaces the file in one go: a reader never sees half of it, nor does a
// process that starts after a power cut, and processes that share a folder don't
// write into each other's.
func (s *snapshot) save(path string) error {
	kept := saved{Revision: s.revision}
	for _, c := range s.campaigns {
		kept.Campaigns = append(kept.Campaigns, savedCampaign{
			Workspace: c.Workspace, Key: c.Key, Status: c.Status, Version: c.Version, Token: c.Token, Definition: c.Definition,
		})
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	next, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = next.Write(data)
	err = errors.Join(err, next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return nil
}

// readSaved reads a saved snapshot; a missing file is an empty one.
func readSaved(path string) (*snapshot, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return emptySnapshot(), nil
	}
	if err != nil {
		return nil, err
	}
	var kept saved
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", path, err)
	}
	campaigns := make([]store.Campaign, len(kept.Campaigns))
	for i, c := range kept.Campaigns {
		campaigns[i] = store.Campaign{
			Workspace: c.Workspace, Key: c.Key, Status: c.Status, Version: c.Version, Token: c.Token, Definition: c.Definition,
		}
	}
	return newSnapshot(kept.Revision, campaigns, emptySnapshot()), nil
}

func emptySnapshot() *snapshot { return &snapshot{revision: -1} }
