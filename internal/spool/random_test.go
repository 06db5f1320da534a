package spool

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// TestAtRandom lets appends, acknowledgements and restarts follow each other in
// any way: nothing that waits is ever missing or out of order.
func TestAtRandom(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		folder, err := os.MkdirTemp(t.TempDir(), "spool")
		if err != nil {
			rt.Fatal(err)
		}
		options := Options{SegmentBytes: int64(rapid.IntRange(1, 300).Draw(rt, "segment")), Logger: quiet()}
		s, err := Open[entry](folder, options)
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		next, owed := 0, map[string]bool{}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch rapid.IntRange(0, 3).Draw(rt, "step") {
			case 0, 1:
				var batch []entry
				for range rapid.IntRange(1, 4).Draw(rt, "entries") {
					id := fmt.Sprintf("%06d", next)
					batch = append(batch, entry{ID: id})
					owed[id] = true
					next++
				}
				if err := s.Append(context.Background(), batch); err != nil {
					rt.Fatal(err)
				}
			case 2:
				found, places, err := s.Read(0, 1000)
				if err != nil {
					rt.Fatal(err)
				}
				var done []uint64
				for i := range found {
					if rapid.Bool().Draw(rt, "done") {
						done = append(done, places[i])
						delete(owed, found[i].ID)
					}
				}
				if err := s.Ack(done); err != nil {
					rt.Fatal(err)
				}
			case 3:
				if err := s.Close(); err != nil {
					rt.Fatal(err)
				}
				if s, err = Open[entry](folder, options); err != nil {
					rt.Fatal(err)
				}
			}
			found, _, err := s.Read(0, 1000)
			if err != nil {
				rt.Fatal(err)
			}
			ids := idsOf(found)
			if !slices.IsSorted(ids) {
				rt.Fatalf("out of order: %v", ids)
			}
			for id := range owed {
				if !slices.Contains(ids, id) {
					rt.Fatalf("%s is lost; the spool holds %v", id, ids)
				}
			}
		}
	})
}

// TestManyAtOnce appends and acknowledges from many goroutines: whatever Append
// said it kept is read once or is still there at the end.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder, Options{SegmentBytes: 2_000})
	const writers, each = 16, 100
	var appending sync.WaitGroup
	for w := range writers {
		appending.Go(func() {
			for i := range each {
				keep(t, s, fmt.Sprintf("%d-%d", w, i))
			}
		})
	}
	finished := make(chan struct{})
	go func() { appending.Wait(); close(finished) }()
	read := map[string]int{}
	drain := func() {
		found, places, err := s.Read(0, 7)
		if err != nil {
			t.Error(err)
		}
		for _, e := range found {
			read[e.ID]++
		}
		ack(t, s, places...)
	}
	for running := true; running; {
		select {
		case <-finished:
			running = false
		default:
			drain()
		}
	}
	closed(t, s)
	s = open(t, folder, Options{})
	for left, _ := s.Waiting(); left > 0; left, _ = s.Waiting() {
		drain()
	}
	if len(read) != writers*each {
		t.Errorf("%d entries were read, want %d", len(read), writers*each)
	}
	for id, times := range read {
		if times != 1 {
			t.Errorf("%s was read %d times", id, times)
		}
	}
}
