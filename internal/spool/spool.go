package spool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// What callers tell apart.
var (
	// ErrFull: the spool holds as much as it may.
	ErrFull = errors.New("the spool is full: raise spool.max_bytes, or bring Temporal or the database back")
	// ErrLocked: another process has the folder.
	ErrLocked = errors.New("another process uses the spool's folder: give each process a folder of its own in spool.dir")
	// ErrClosed: the spool was closed.
	ErrClosed = errors.New("the spool is closed")
)

// Defaults of Options.
const (
	// DefaultMaxBytes is how much a spool may hold.
	DefaultMaxBytes = 1 << 30
	// DefaultSegmentBytes is how long a file of the spool gets.
	DefaultSegmentBytes = 8 << 20
	// readBytes bounds what one Read returns, in bytes of data.
	readBytes = 8 << 20
)

// Options are how a spool is kept; zero values take the defaults.
type Options struct {
	// MaxBytes bounds the files together.
	MaxBytes int64
	// SegmentBytes is the length from which on a new file is begun.
	SegmentBytes int64
	// Logger is nil for slog.Default().
	Logger *slog.Logger
}

// Spool keeps entries of a type that JSON can hold. It is safe for concurrent use.
type Spool[T any] struct {
	folder   string
	options  Options
	lock     *os.File
	requests chan *request
	// probes are asked by Check.
	probes chan chan error
	// stopping ends the writer, stopped says that it has ended.
	stopping, stopped chan struct{}
	closing           sync.Once

	mu sync.Mutex
	// segments are the oldest first.
	segments []*segment
	// bytes is the length of all segments.
	bytes int64
	// last is the place of the last record that the disk has, acknowledged the
	// one up to which all are done.
	last, acknowledged uint64
	// full is set when an append found no room, until a file goes.
	full bool
	// proven is when the disk last kept something.
	proven time.Time
	// aside are the corrupt files that were set aside and not cleared away yet.
	aside []damagedFile
}

// Open opens a folder, which it makes if need be, and reads what it holds.
func Open[T any](folder string, options Options) (*Spool[T], error) {
	if options.MaxBytes <= 0 {
		options.MaxBytes = DefaultMaxBytes
	}
	if options.SegmentBytes <= 0 {
		options.SegmentBytes = DefaultSegmentBytes
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	if err := makeFolder(folder); err != nil {
		return nil, fmt.Errorf("the spool's folder can't be made: %w", err)
	}
	locked, err := lock(filepath.Join(folder, "lock"))
	if err != nil {
		return nil, err
	}
	s := &Spool[T]{
		folder: folder, options: options, lock: locked, requests: make(chan *request),
		probes: make(chan chan error), stopping: make(chan struct{}), stopped: make(chan struct{}), acknowledged: readMark(folder),
	}
	s.last = s.acknowledged
	if s.segments, err = openFolder(folder, s.acknowledged, options.Logger); err != nil {
		return nil, errors.Join(err, unlock(locked))
	}
	if s.aside, err = findDamaged(folder); err != nil {
		return nil, errors.Join(err, unlock(locked))
	}
	for _, g := range s.segments {
		s.bytes += g.size
		s.last = max(s.last, g.records[len(g.records)-1].place)
	}
	go s.write()
	return s, nil
}

// Close ends the spool; what it holds stays. Appends that were begun are finished.
func (s *Spool[T]) Close() error {
	err := ErrClosed
	s.closing.Do(func() {
		close(s.stopping)
		<-s.stopped
		err = unlock(s.lock)
	})
	return err
}

// encode writes an entry as JSON in which nothing is escaped that JSON doesn't ask
// for: what an entry holds must come out as it went in, and not six times as long.
func encode(entry any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(entry); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Append returns when the disk has all entries. After an error it may have none
// or some of them.
func (s *Spool[T]) Append(ctx context.Context, entries []T) error {
	if len(entries) == 0 {
		return nil
	}
	r := &request{done: make(chan error, 1), data: make([][]byte, len(entries))}
	for i := range entries {
		data, err := encode(entries[i])
		if err != nil {
			return fmt.Errorf("an entry can't be spooled: %w", err)
		}
		if len(data) > MaxRecord {
			return fmt.Errorf("an entry of %d bytes can't be spooled: the most is %d", len(data), MaxRecord)
		}
		r.data[i] = data
	}
	select {
	case s.requests <- r:
	case <-s.stopping:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Waiting counts the entries that aren't acknowledged, and the bytes of the files
// that hold them.
func (s *Spool[T]) Waiting() (entries int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.segments {
		entries += g.left
	}
	return entries, s.bytes
}
