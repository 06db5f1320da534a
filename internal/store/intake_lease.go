package store

import (
	"context"
	"time"
)

// relayLease is the name of the one lease: who drains the intake table.
const relayLease = "relay"

// TakeIntakeLease makes a process the one that drains the intake table for some
// time, or renews that. It is false while another process is; two at once would
// do double work and no harm, so a lease that ends later than one taken now could
// is somebody's whose clock is ahead, and counts for nothing.
func (s *Store) TakeIntakeLease(ctx context.Context, owner string, duration time.Duration) (bool, error) {
	const statement = `INSERT INTO intake_lease (name, owner, expires_at) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
		WHERE intake_lease.owner = excluded.owner OR intake_lease.expires_at < ?
			OR intake_lease.expires_at > ?`
	now := s.now()
	taken := false
	err := s.write(ctx, func(tx session) error {
		changed, err := tx.exec(ctx, statement, relayLease, owner, s.dialect.time(now.Add(duration)), s.dialect.time(now),
			s.dialect.time(now.Add(2*duration)))
		taken = changed == 1
		return err
	})
	return taken && err == nil, err
}

// DropIntakeLease lets another process drain the intake table at once.
func (s *Store) DropIntakeLease(ctx context.Context, owner string) error {
	const statement = "DELETE FROM intake_lease WHERE name = ? AND owner = ?"
	return s.write(ctx, func(tx session) error {
		_, err := tx.exec(ctx, statement, relayLease, owner)
		return err
	})
}
