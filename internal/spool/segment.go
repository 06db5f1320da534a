package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	segmentSuffix = ".seg"
	// salvageSuffix marks the copy of what is good of a corrupt segment.
	salvageSuffix = ".salvage"
	corruptSuffix = ".corrupt"
	tornSuffix    = ".torn"
)

// segment is one file of records.
type segment struct {
	path    string
	records []record
	// size is the length of the file as far as records are in it.
	size int64
	// left counts the records that aren't acknowledged.
	left int
	// busy is set while an append writes to the file: it must not be removed.
	busy bool
	// missing is set while there is no file: somebody took it away, or what the
	// folder is mounted from.
	missing bool
}

func segmentPath(folder string, first uint64) string {
	return filepath.Join(folder, fmt.Sprintf("%020d%s", first, segmentSuffix))
}

// add takes note of records that the disk has.
func (g *segment) add(records []record, size int64) {
	g.records = append(g.records, records...)
	g.left += len(records)
	g.size = size
}

// acknowledge marks the record at a place, if the segment has it.
func (g *segment) acknowledge(place uint64) bool {
	at, found := slices.BinarySearchFunc(g.records, place, func(r record, place uint64) int {
		switch {
		case r.place < place:
			return -1
		case r.place > place:
			return 1
		}
		return 0
	})
	if found && !g.records[at].done {
		g.records[at].done = true
		g.left--
	}
	return found
}

// openFolder reads every segment of a folder, the oldest first, mending what a
// crash or a bad disk left behind. Records up to acknowledged are done.
func openFolder(folder string, acknowledged uint64, logger *slog.Logger) ([]*segment, error) {
	if err := finishSalvage(folder); err != nil {
		return nil, err
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("the spool's folder can't be read: %w", err)
	}
	var segments []*segment
	for _, file := range files {
		number, isSegment := strings.CutSuffix(file.Name(), segmentSuffix)
		if _, err := strconv.ParseUint(number, 10, 64); !isSegment || err != nil {
			continue
		}
		g, err := openSegment(filepath.Join(folder, file.Name()), logger)
		if err != nil {
			return nil, err
		}
		for i := range g.records {
			if g.records[i].place <= acknowledged {
				g.records[i].done = true
				g.left--
			}
		}
		if g.left == 0 {
			// An error leaves a file that is read again next time.
			_ = os.Remove(g.path)
			continue
		}
		segments = append(segments, g)
	}
	return segments, nil
}

// openSegment reads a segment. A torn end is cut off and kept beside it; a
// corrupt segment is set aside whole, and what is good of it stays in its place.
func openSegment(path string, logger *slog.Logger) (*segment, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("a segment of the spool can't be read: %w", err)
	}
	found := scan(text)
	if found.corrupt {
		aside, err := setAside(path, text, found)
		if err != nil {
			return nil, fmt.Errorf("a corrupt segment of the spool can't be set aside: %w", err)
		}
		logger.Error("a segment of the spool is corrupt: what is whole in it stays in the queue, and the file was set aside to be looked into",
			"file", aside, "records", len(found.records))
		return openSegment(path, logger)
	}
	if found.good < int64(len(text)) {
		if err := cutTail(path, text, found.good); err != nil {
			return nil, fmt.Errorf("the torn end of a segment of the spool can't be cut off: %w", err)
		}
		logger.Warn("the last append to the spool was cut short by a crash, before anybody was told that it was kept",
			"file", path, "bytes", int64(len(text))-found.good)
	}
	g := &segment{path: path}
	g.add(found.records, found.good)
	return g, nil
}

// cutTail cuts a file, and keeps what it cuts off unless it is nothing but zeros.
func cutTail(path string, text []byte, good int64) error {
	if slices.ContainsFunc(text[good:], func(b byte) bool { return b != 0 }) {
		if err := writeFile(freePath(path+tornSuffix), text[good:]); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Truncate(good), file.Sync(), file.Close())
}

// setAside replaces a corrupt segment by what is good of it, and returns where
// the original is now.
func setAside(path string, text []byte, found scanned) (string, error) {
	var good []byte
	for _, r := range found.records {
		good = appendRecord(good, r.place, text[r.offset:r.offset+int64(r.length)])
	}
	if err := writeFile(path+salvageSuffix, good); err != nil {
		return "", err
	}
	aside := freePath(path + corruptSuffix)
	if err := os.Rename(path, aside); err != nil {
		return "", err
	}
	if err := os.Rename(path+salvageSuffix, path); err != nil {
		return "", err
	}
	return aside, syncFolder(filepath.Dir(path))
}

// finishSalvage ends what a crash interrupted in setAside: a copy without its
// original takes its place, one with it is made anew.
func finishSalvage(folder string) error {
	files, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("the spool's folder can't be read: %w", err)
	}
	for _, file := range files {
		path, isCopy := strings.CutSuffix(filepath.Join(folder, file.Name()), salvageSuffix)
		if !isCopy {
			continue
		}
		_, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			err = os.Rename(path+salvageSuffix, path)
		} else if err == nil {
			err = os.Remove(path + salvageSuffix)
		}
		if err != nil {
			return fmt.Errorf("the copy of a corrupt segment of the spool can't be put in its place: %w", err)
		}
	}
	return nil
}

// makeFolder makes a folder that the disk keeps.
func makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// writeFile writes a file that the disk has when it returns.
func writeFile(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// freePath is a path that no file has, made from one by a number at its end.
func freePath(path string) string {
	free := path
	for i := 2; ; i++ {
		if _, err := os.Lstat(free); err != nil {
			return free
		}
		free = path + "." + strconv.Itoa(i)
	}
}
