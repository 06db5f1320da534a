package store

import "context"

// SeedCampaigns applies and starts campaigns in a workspace that has none, all
// of them or nothing, and reports whether it did. A workspace with any campaign,
// archived ones included, stays as it is.
func (s *Store) SeedCampaigns(ctx context.Context, workspace string, campaigns []ApplyCampaign) (bool, error) {
	const (
		count = "SELECT count(*) FROM campaigns WHERE workspace = ?"
		start = "UPDATE campaigns SET status = ? WHERE workspace = ?"
	)
	seeded := false
	err := s.write(ctx, func(tx session) error {
		if err := tx.bumpCatalogue(ctx); err != nil {
			return err
		}
		var existing int
		if err := tx.get(ctx, &existing, count, workspace); err != nil || existing > 0 {
			return err
		}
		for _, apply := range campaigns {
			if err := tx.addCampaign(ctx, workspace, apply); err != nil {
				return err
			}
		}
		seeded = len(campaigns) > 0
		_, err := tx.exec(ctx, start, CampaignStarted, workspace)
		return err
	})
	return seeded, err
}
