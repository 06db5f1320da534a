package spool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// forget makes the last append one of long ago.
func (s *Spool[T]) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven = time.Time{}
}

// TestCheckAsksTheDisk: a folder that went is noticed though nobody appends, and
// so is its return.
func TestCheckAsksTheDisk(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "spool")
	s := open(t, folder, Options{})
	keep(t, s, "a")
	aside := folder + ".aside"
	if err := os.Rename(folder, aside); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil {
		t.Error("well without a folder")
	}
	if err := s.Append(t.Context(), entries("lost")); err == nil {
		t.Error("kept in a folder that is gone")
	}
	if err := os.Rename(aside, folder); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("the folder is back: %v", err)
	}
	if files, err := filepath.Glob(filepath.Join(folder, probeName+"*")); err != nil || len(files) > 0 {
		t.Errorf("a probe left %v, %v", files, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	s.forget()
	for range 10 {
		if err := s.Check(gone); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
	}
}

// TestFolderThatGoesKeepsNothing: what is written to a file without a name is lost
// with the process, so nobody is told that it was kept.
func TestFolderThatGoesKeepsNothing(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		folder := filepath.Join(t.TempDir(), "spool")
		s := open(t, folder, Options{})
		keep(t, s, "a")
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if again {
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Append(t.Context(), entries("b")); err == nil {
			t.Error("told that it was kept")
		}
		if !again {
			continue
		}
		keep(t, s, "c")
		found, _, err := s.Read(0, 1)
		if err != nil || !slices.Equal(idsOf(found), []string{"c"}) {
			t.Errorf("read %v, %v", idsOf(found), err)
		}
		if records, files := s.Damaged(); records != 1 || len(files) != 1 {
			t.Errorf("%d damaged in %v", records, files)
		}
	}
}

// TestMissingFileComesBack: a folder that isn't mounted for a while costs nothing.
func TestMissingFileComesBack(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder, Options{SegmentBytes: 1})
	keep(t, s, "a")
	keep(t, s, "b")
	path := segmentsOf(t, folder, segmentSuffix)[0]
	if err := os.Rename(path, path+".aside"); err != nil {
		t.Fatal(err)
	}
	found, places, err := s.Read(0, 1)
	if err != nil || !slices.Equal(idsOf(found), []string{"b"}) {
		t.Fatalf("read %v, %v", idsOf(found), err)
	}
	ack(t, s, places...)
	if records, files := s.Damaged(); records != 1 || !slices.Equal(files, []string{path}) {
		t.Errorf("%d damaged in %v", records, files)
	}
	if err := os.Rename(path+".aside", path); err != nil {
		t.Fatal(err)
	}
	want(t, s, "a")
	if records, files := s.Damaged(); records != 0 || len(files) != 0 {
		t.Errorf("%d damaged in %v", records, files)
	}
}

// TestRefusalsLeaveNoFiles: a disk that keeps nothing gets no file for each append
// that failed.
func TestRefusalsLeaveNoFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder, Options{SegmentBytes: 1})
	keep(t, s, "a")
	// Each new segment is a device that is always full.
	next := segmentPath(folder, 2)
	s.mu.Lock()
	place := s.last + 1
	s.mu.Unlock()
	w := writer[entry]{spool: s, place: place}
	for range 20 {
		if err := w.begin(); err != nil {
			t.Fatal(err)
		}
		full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		if err != nil {
			t.Skip("no device here is always full")
		}
		_ = w.file.Close()
		w.file = full
		if err := w.append([]*request{{data: [][]byte{[]byte(`{"id":"lost"}`)}, done: make(chan error, 1)}}); err == nil {
			t.Fatal("a full device took an append")
		}
	}
	if left := segmentsOf(t, folder, segmentSuffix); len(left) != 1 || left[0] == next {
		t.Errorf("files: %v", left)
	}
	want(t, s, "a")
}
