package spool

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// entry is what the tests keep.
type entry struct {
	ID   string `json:"id"`
	Body string `json:"body,omitempty"`
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func open(t testing.TB, folder string, options Options) *Spool[entry] {
	t.Helper()
	if options.Logger == nil {
		options.Logger = quiet()
	}
	s, err := Open[entry](folder, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func closed(t testing.TB, s *Spool[entry]) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func keep(t testing.TB, s *Spool[entry], ids ...string) {
	t.Helper()
	if err := s.Append(context.Background(), entries(ids...)); err != nil {
		t.Fatal(err)
	}
}

func entries(ids ...string) []entry {
	made := make([]entry, len(ids))
	for i, id := range ids {
		made[i] = entry{ID: id}
	}
	return made
}

func idsOf(entries []entry) []string {
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.ID)
	}
	return ids
}

// want compares all that the spool holds, and returns the places.
func want(t testing.TB, s *Spool[entry], ids ...string) []uint64 {
	t.Helper()
	found, places, err := s.Read(0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if got := idsOf(found); !slices.Equal(got, ids) {
		t.Fatalf("the spool holds %v, want %v", got, ids)
	}
	if waiting, _ := s.Waiting(); waiting != len(ids) {
		t.Fatalf("%d are counted, want %d", waiting, len(ids))
	}
	return places
}

func ack(t testing.TB, s *Spool[entry], places ...uint64) {
	t.Helper()
	if err := s.Ack(places); err != nil {
		t.Fatal(err)
	}
}

// segmentsOf are the segments in a folder, the oldest first.
func segmentsOf(t testing.TB, folder, suffix string) []string {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, file := range files {
		if strings.HasSuffix(file.Name(), suffix) {
			found = append(found, filepath.Join(folder, file.Name()))
		}
	}
	return found
}

func TestKeepsInOrderOverRestarts(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "made", "spool [*?]")
	s := open(t, folder, Options{SegmentBytes: 100})
	keep(t, s, "a", "b")
	keep(t, s, "c")
	keep(t, s)
	closed(t, s)
	s = open(t, folder, Options{SegmentBytes: 100})
	keep(t, s, "d", "e", "f")
	places := want(t, s, "a", "b", "c", "d", "e", "f")
	found, _, err := s.Read(places[1], 2)
	if err != nil || !slices.Equal(idsOf(found), []string{"c", "d"}) {
		t.Errorf("behind the second: %v, %v", idsOf(found), err)
	}
	// Acknowledged out of order, nothing comes twice while the process lives.
	ack(t, s, places[0], places[3], places[3], 99)
	want(t, s, "b", "c", "e", "f")
	closed(t, s)
	// After a restart only what comes before the oldest open one is sure to be gone.
	s = open(t, folder, Options{SegmentBytes: 100})
	found, places, err = s.Read(0, 100)
	if err != nil || !slices.Contains(idsOf(found), "b") || slices.Contains(idsOf(found), "a") || len(found) < 4 {
		t.Fatalf("after a restart: %v, %v", idsOf(found), err)
	}
	ack(t, s, places...)
	want(t, s)
	if left := segmentsOf(t, folder, segmentSuffix); len(left) > 0 {
		t.Errorf("files of an empty spool: %v", left)
	}
	// Places are never given twice: a new entry must not count as acknowledged.
	closed(t, s)
	s = open(t, folder, Options{})
	keep(t, s, "g")
	if after := want(t, s, "g"); after[0] <= places[len(places)-1] {
		t.Errorf("place %d was given again", after[0])
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder, Options{MaxBytes: 200})
	kept := 0
	var err error
	for err == nil {
		if err = s.Append(t.Context(), entries("abcdefghij")); err == nil {
			kept++
		}
	}
	if !errors.Is(err, ErrFull) || kept == 0 || !errors.Is(s.Check(t.Context()), ErrFull) {
		t.Fatalf("after %d: %v; check %v", kept, err, s.Check(t.Context()))
	}
	if _, size := s.Waiting(); size > 200 {
		t.Errorf("it holds %d bytes", size)
	}
	_, places, _ := s.Read(0, 100)
	if len(places) != kept {
		t.Errorf("%d kept, %d read", kept, len(places))
	}
	// Room comes back with the last acknowledgement of the file.
	ack(t, s, places...)
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("emptied: %v", err)
	}
	keep(t, s, "abcdefghij")
	closed(t, s)
	// What a spool holds counts after a restart as well.
	s = open(t, folder, Options{MaxBytes: 40})
	if err := s.Append(t.Context(), entries("a")); !errors.Is(err, ErrFull) {
		t.Errorf("after a restart: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder, Options{})
	if _, err := Open[entry](folder, Options{Logger: quiet()}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second process: %v", err)
	}
	if err := s.Append(t.Context(), []entry{{Body: strings.Repeat("x", MaxRecord)}}); err == nil {
		t.Error("an entry that is too long was kept")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		if err := s.Append(gone, entries("a")); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
	}
	closed(t, s)
	if err := s.Append(t.Context(), entries("a")); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if !errors.Is(s.Check(t.Context()), ErrClosed) || !errors.Is(s.Close(), ErrClosed) {
		t.Error("a closed spool says that it is well")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open[entry](file, Options{Logger: quiet()}); err == nil {
		t.Error("a file was taken for a folder")
	}
	functions, err := Open[func()](t.TempDir(), Options{Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	if err := functions.Append(t.Context(), []func(){func() {}}); err == nil {
		t.Error("a function was kept")
	}
	closedFunctions := functions.Close()
	if closedFunctions != nil {
		t.Error(closedFunctions)
	}
}

// TestWriteFails lets the disk fail: nobody is told that an entry was kept, and
// the next append works again.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "spool")
	s := open(t, folder, Options{SegmentBytes: 1})
	keep(t, s, "a")
	aside := folder + ".aside"
	if err := os.Rename(folder, aside); err != nil {
		t.Fatal(err)
	}
	if err := s.Append(t.Context(), entries("lost")); err == nil || s.Check(t.Context()) == nil {
		t.Fatalf("without a folder: %v, check %v", err, s.Check(t.Context()))
	}
	if err := os.Rename(aside, folder); err != nil {
		t.Fatal(err)
	}
	keep(t, s, "b")
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	want(t, s, "a", "b")
}

// TestKeepsByteByByte: what JSON doesn't ask to escape takes no more room, and comes
// out as it went in.
func TestKeepsByteByByte(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s, err := Open[json.RawMessage](folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	page := json.RawMessage(`{"html":"` + strings.Repeat("<&>\u2028", 10_000) + `","n":12345678901234567890.10}`)
	if err := s.Append(t.Context(), []json.RawMessage{page}); err != nil {
		t.Fatal(err)
	}
	if _, size := s.Waiting(); size > int64(len(page))+1_000 {
		t.Errorf("%d bytes became %d", len(page), size)
	}
	found, _, err := s.Read(0, 1)
	if err != nil || len(found) != 1 || string(found[0]) != string(page) {
		t.Errorf("read back %d entries, %v", len(found), err)
	}
}
