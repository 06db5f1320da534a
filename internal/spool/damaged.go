package spool

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// damagedFile is a corrupt segment that was set aside.
type damagedFile struct {
	path string
	// records is how many are lost at least: neighbours that went bad together
	// count as one.
	records int
}

// Damaged counts the records that can't be read any more, and names the files
// that hold what is left of them: those that were set aside, until somebody clears
// them away, and segments that went bad or missing while the spool was open.
func (s *Spool[T]) Damaged() (records int, files []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.aside = slices.DeleteFunc(s.aside, func(f damagedFile) bool { return !exists(f.path) })
	for _, f := range s.aside {
		records += f.records
		files = append(files, f.path)
	}
	for _, g := range s.segments {
		if lost := g.lost(); lost > 0 {
			records += lost
			files = append(files, g.path)
		}
	}
	return records, files
}

// findDamaged are the corrupt files of a folder, also those of earlier processes.
func findDamaged(folder string) ([]damagedFile, error) {
	files, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("the spool's folder can't be read: %w", err)
	}
	var found []damagedFile
	for _, file := range files {
		// A second one of a name has a number behind it; see freePath.
		if !strings.Contains(file.Name(), segmentSuffix+corruptSuffix) {
			continue
		}
		path := filepath.Join(folder, file.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("a corrupt segment that was set aside can't be read: %w; move it elsewhere", err)
		}
		found = append(found, damagedFile{path, scan(text).broken})
	}
	return found, nil
}

// lost counts the records of a segment that Read leaves out.
func (g *segment) lost() int {
	if g.missing {
		return g.left
	}
	lost := 0
	for _, r := range g.records {
		if r.broken && !r.done {
			lost++
		}
	}
	return lost
}

// exists is true also when nobody can say.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !os.IsNotExist(err)
}
