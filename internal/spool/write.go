package spool

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// maxGroup bounds the bytes of the appends that share one fsync.
const maxGroup = 4 << 20

// request is an append that waits for the disk.
type request struct {
	data [][]byte
	done chan error
}

func (r *request) size() int64 {
	var size int64
	for _, data := range r.data {
		size += int64(headerLength + len(data))
	}
	return size
}

// write is the one who writes: it takes the appends that have come in meanwhile,
// and makes the disk keep them all at once.
func (s *Spool[T]) write() {
	defer close(s.stopped)
	s.mu.Lock()
	w := writer[T]{spool: s, place: s.last}
	s.mu.Unlock()
	defer w.leave()
	for {
		select {
		case first := <-s.requests:
			group := s.gather(first)
			if len(group) == 0 {
				continue
			}
			err := w.append(group)
			for _, r := range group {
				r.done <- err
			}
		case answer := <-s.probes:
			answer <- s.probe()
		case <-s.stopping:
			return
		}
	}
}

// gather takes the requests that wait already. One that would make the spool too
// full is answered at once, so that smaller ones still find room.
func (s *Spool[T]) gather(first *request) []*request {
	s.mu.Lock()
	room := s.options.MaxBytes - s.bytes
	s.mu.Unlock()
	var group []*request
	var size int64
	take := func(r *request) {
		if size+r.size() > room {
			s.mu.Lock()
			s.full = true
			s.mu.Unlock()
			r.done <- ErrFull
			return
		}
		size += r.size()
		group = append(group, r)
	}
	take(first)
	for size < maxGroup {
		select {
		case r := <-s.requests:
			take(r)
		default:
			return group
		}
	}
	return group
}

// writer writes to the last segment.
type writer[T any] struct {
	spool *Spool[T]
	// place is the last that was given to an entry, kept or not: none is given twice.
	place uint64
	// file is open while there is a segment to go on with.
	file    *os.File
	segment *segment
}

// append writes a group and makes the disk keep it. After a failure the segment
// is left as it is: what the disk has of its end is uncertain, and an fsync that
// failed once may succeed next time without having kept anything. One that holds
// nothing else goes, or a full disk would get a file for each refusal.
func (w *writer[T]) append(group []*request) error {
	if err := w.begin(); err != nil {
		return fmt.Errorf("a segment of the spool can't be begun: %w", err)
	}
	start := w.segment.size
	text, records := w.encode(group, start)
	_, err := w.file.WriteAt(text, start)
	if err == nil {
		err = errors.Join(w.file.Sync(), w.stillThere())
	}
	if err != nil {
		w.giveUp(start)
		return fmt.Errorf("the spool can't be written: %w", err)
	}
	s := w.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	w.segment.add(records, start+int64(len(text)))
	w.segment.busy = false
	s.bytes += int64(len(text))
	s.last = w.place
	s.full = false
	s.proven = time.Now()
	return nil
}

// stillThere fails when the file that was written has no name any more: the disk
// keeps it only as long as it is open.
func (w *writer[T]) stillThere() error {
	named, err := os.Stat(w.segment.path)
	if err != nil {
		return err
	}
	opened, err := w.file.Stat()
	if err == nil && !os.SameFile(named, opened) {
		err = errors.New("another file has taken the place of the segment")
	}
	return err
}

// giveUp takes back what an append that failed may have written, and leaves the
// segment. If that fails too, the next start finds a torn end, or entries that were
// refused: starting those is harmless.
func (w *writer[T]) giveUp(start int64) {
	_ = w.file.Truncate(start)
	failed := w.segment
	w.release()
	w.leave()
	if start > 0 {
		return
	}
	s := w.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = os.Remove(failed.path)
	s.segments = slices.DeleteFunc(s.segments, func(g *segment) bool { return g == failed })
}

// encode gives every entry its place, the next one after all that ever were.
func (w *writer[T]) encode(group []*request, start int64) ([]byte, []record) {
	var text []byte
	var records []record
	for _, r := range group {
		for _, data := range r.data {
			w.place++
			records = append(records, record{place: w.place, offset: start + int64(len(text)+headerLength), length: len(data)})
			text = appendRecord(text, w.place, data)
		}
	}
	return text, records
}

// begin sees to it that there is a segment with room, and that Ack doesn't remove
// it under the write. The folder is synced before anything is written to a new one.
func (w *writer[T]) begin() error {
	if w.reserve() {
		return nil
	}
	w.leave()
	s := w.spool
	path := segmentPath(s.folder, w.place+1)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syncFolder(s.folder); err != nil {
		return errors.Join(err, file.Close(), os.Remove(path))
	}
	w.file, w.segment = file, &segment{path: path, busy: true}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.segments = append(s.segments, w.segment)
	return nil
}

// reserve makes the segment busy, if there is still one and it has room.
func (w *writer[T]) reserve() bool {
	s := w.spool
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.segment == nil || w.segment.size >= s.options.SegmentBytes || !slices.Contains(s.segments, w.segment) {
		return false
	}
	w.segment.busy = true
	return true
}

func (w *writer[T]) release() {
	w.spool.mu.Lock()
	defer w.spool.mu.Unlock()
	w.segment.busy = false
}

// leave closes the segment; the next append begins another one.
func (w *writer[T]) leave() {
	if w.file != nil {
		// Everything that counts has been synced.
		_ = w.file.Close()
	}
	w.file, w.segment = nil, nil
}
