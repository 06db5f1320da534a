//go:build unix

package spool

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// folderOfChild is set in the process that TestKilled kills.
const folderOfChild = "SPOOL_TEST_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(folderOfChild); folder != "" {
		appendUntilKilled(folder, os.Getenv(folderOfChild+"_ROUND"))
	}
	os.Exit(m.Run())
}

// appendUntilKilled prints the id of every entry that Append said it kept.
func appendUntilKilled(folder, round string) {
	s, err := Open[entry](folder, Options{SegmentBytes: 4_000})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s-%d-%d", round, w, i)
				if err := s.Append(context.Background(), []entry{{ID: id, Body: strings.Repeat("x", i%2_000)}}); err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				// A write of one line is never cut: it is shorter than a pipe's buffer.
				_, _ = os.Stdout.WriteString("kept " + id + "\n")
			}
		})
	}
	writers.Wait()
}

// TestKilled kills a process in the middle of its appends, again and again on one
// folder: whatever it was told was kept is there.
func TestKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	kept := map[string]bool{}
	for round := range 8 {
		for _, id := range killedAfter(t, folder, round, 1+rand.IntN(400)) {
			kept[id] = true
		}
		s := open(t, folder, Options{})
		found := map[string]bool{}
		for after, places := uint64(0), []uint64(nil); ; after = places[len(places)-1] {
			var page []entry
			var err error
			if page, places, err = s.Read(after, 1000); err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				found[e.ID] = true
			}
		}
		for id := range kept {
			if !found[id] {
				t.Fatalf("round %d: %s was kept and is lost", round, id)
			}
		}
		closed(t, s)
	}
	if len(kept) < 8 {
		t.Errorf("only %d entries were kept", len(kept))
	}
}

// killedAfter runs a child until it has printed so many ids, kills it, and
// returns all that it printed.
func killedAfter(t *testing.T, folder string, round, count int) []string {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), folderOfChild+"="+folder, fmt.Sprintf("%s_ROUND=%d", folderOfChild, round))
	output, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		id, ok := strings.CutPrefix(lines.Text(), "kept ")
		if !ok {
			t.Errorf("the child says: %s", lines.Text())
			break
		}
		if ids = append(ids, id); len(ids) == count {
			_ = child.Process.Kill()
		}
	}
	_ = child.Process.Kill()
	// It was killed: the error says so.
	_ = child.Wait()
	return ids
}
