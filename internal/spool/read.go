package spool

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Read returns at most limit entries behind a place, the oldest first, with the
// place of each; behind 0 it begins with the oldest. What is acknowledged is left
// out, and what can't be read now; see Damaged. It returns fewer when they are large.
func (s *Spool[T]) Read(after uint64, limit int) ([]T, []uint64, error) {
	s.lookForMissing()
	var entries []T
	var places []uint64
	for _, part := range s.find(after, limit) {
		file, err := os.Open(part.path)
		if errors.Is(err, os.ErrNotExist) {
			// What is behind it must not wait for it: find leaves it out from now on.
			s.setMissing(part.path)
			return s.Read(after, limit)
		}
		if err != nil {
			return entries, places, fmt.Errorf("a segment of the spool can't be read: %w", err)
		}
		for _, r := range part.records {
			entry, err := readEntry[T](file, r)
			if err != nil {
				s.giveUp(r.place, part.path, err)
				continue
			}
			entries = append(entries, entry)
			places = append(places, r.place)
		}
		_ = file.Close()
	}
	return entries, places, nil
}

// part is what to read of one segment.
type part struct {
	path    string
	records []record
}

func (s *Spool[T]) find(after uint64, limit int) []part {
	s.mu.Lock()
	defer s.mu.Unlock()
	var parts []part
	size := 0
	for _, g := range s.segments {
		if g.missing {
			continue
		}
		p := part{path: g.path}
		for _, r := range g.records {
			if r.done || r.broken || r.place <= after {
				continue
			}
			if limit <= 0 || size > readBytes {
				break
			}
			limit--
			size += r.length
			p.records = append(p.records, r)
		}
		if len(p.records) > 0 {
			parts = append(parts, p)
		}
	}
	return parts
}

// setMissing leaves a segment out until its file is there again. A file that is
// finished goes while it is being read: that is no loss.
func (s *Spool[T]) setMissing(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.segments {
		if g.path == path && !g.missing {
			g.missing = true
			s.options.Logger.Error("a file of the spool is gone: what waits in it is lost unless it comes back", "file", path, "entries", g.left)
		}
	}
}

// lookForMissing takes segments in again whose file has come back.
func (s *Spool[T]) lookForMissing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.segments {
		if g.missing && exists(g.path) {
			g.missing = false
			s.options.Logger.Info("a file of the spool is there again", "file", g.path, "entries", g.left)
		}
	}
}

func readEntry[T any](file *os.File, r record) (T, error) {
	var entry T
	text := make([]byte, headerLength+r.length)
	if _, err := file.ReadAt(text, r.offset-headerLength); err != nil && err != io.EOF {
		return entry, err
	}
	place, data, ok := readRecord(text)
	if !ok || place != r.place {
		return entry, errors.New("its checksum is wrong")
	}
	return entry, json.Unmarshal(data, &entry)
}

// giveUp leaves a record out from now on, so that it blocks nobody. It is never
// acknowledged, and so its file stays.
func (s *Spool[T]) giveUp(place uint64, path string, cause error) {
	s.options.Logger.Error("an entry of the spool can't be read; its file stays to be looked into",
		"file", path, "place", place, "error", cause)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.segments {
		for i := range g.records {
			if g.records[i].place == place && !g.records[i].broken {
				g.records[i].broken = true
			}
		}
	}
}

// Ack says that entries are kept elsewhere. A file goes when all its entries are
// acknowledged. A crash may bring back what was acknowledged shortly before.
func (s *Spool[T]) Ack(places []uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, place := range places {
		for _, g := range s.segments {
			if g.acknowledge(place) {
				break
			}
		}
	}
	before := s.acknowledged
	s.acknowledged = s.last
	for _, g := range s.segments {
		if first := slices.IndexFunc(g.records, func(r record) bool { return !r.done }); first >= 0 {
			s.acknowledged = g.records[first].place - 1
			break
		}
	}
	var failed error
	if s.acknowledged > before {
		failed = writeMark(s.folder, s.acknowledged)
	}
	s.segments = slices.DeleteFunc(s.segments, func(g *segment) bool {
		if g.left > 0 || g.busy {
			return false
		}
		if err := os.Remove(g.path); err != nil && !os.IsNotExist(err) {
			failed = fmt.Errorf("a finished segment of the spool can't be removed: %w", err)
			return false
		}
		s.bytes -= g.size
		s.full = false
		return true
	})
	return failed
}

const markName = "acknowledged"

// readMark is the place up to which all entries are done, 0 when it isn't known:
// then more is done again.
func readMark(folder string) uint64 {
	text, err := os.ReadFile(filepath.Join(folder, markName))
	if err != nil {
		return 0
	}
	mark, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0
	}
	return mark
}

// writeMark replaces the file whole. It needn't reach the disk at once.
func writeMark(folder string, mark uint64) error {
	path := filepath.Join(folder, markName)
	err := os.WriteFile(path+".new", []byte(strconv.FormatUint(mark, 10)+"\n"), 0o600)
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("the spool can't keep how far it is: %w", err)
	}
	return nil
}
