package spool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	// probeBytes is how much a probe writes: about what a request brings.
	probeBytes = 64 << 10
	// proofAge is how long an append that succeeded says that the disk works.
	proofAge  = time.Second
	probeName = "probe"
)

// Check is nil when the spool can take something now, else it says why it can't.
// It asks the disk: what failed before may work again, and a folder may be gone or
// its disk full without anybody having noticed.
func (s *Spool[T]) Check(ctx context.Context) error {
	if _, err := os.Stat(s.folder); err != nil {
		return fmt.Errorf("the spool's folder is gone: %w", err)
	}
	s.mu.Lock()
	full := s.full || s.bytes >= s.options.MaxBytes
	proven := time.Since(s.proven) < proofAge
	s.mu.Unlock()
	switch {
	case s.isClosed():
		return ErrClosed
	case full:
		return ErrFull
	case proven:
		return nil
	}
	answer := make(chan error, 1)
	select {
	case s.probes <- answer:
	case <-s.stopping:
		return ErrClosed
	case <-ctx.Done():
		return errors.Join(errors.New("the spool's disk doesn't answer"), ctx.Err())
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return errors.Join(errors.New("the spool's disk doesn't answer"), ctx.Err())
	}
}

func (s *Spool[T]) isClosed() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// probe makes the disk keep a file for a moment. The writer does it, so that a
// disk that hangs holds up one goroutine.
func (s *Spool[T]) probe() error {
	path := filepath.Join(s.folder, probeName)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("the spool can't be written: %w", err)
	}
	_, err = file.Write(make([]byte, probeBytes))
	err = errors.Join(err, file.Sync(), file.Close(), os.Remove(path))
	if err != nil {
		return fmt.Errorf("the spool can't be written: %w", err)
	}
	s.worked()
	return nil
}

// worked notes that the disk has kept something.
func (s *Spool[T]) worked() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven = time.Now()
}
