package spool

import (
	"bytes"
	"encoding/binary"
	"os"
	"slices"
	"strings"
	"testing"
)

// written is a segment of three entries, with where each begins.
func written(t testing.TB) (text []byte, starts []int) {
	t.Helper()
	for i, id := range []string{"a", "b", "c"} {
		starts = append(starts, len(text))
		text = appendRecord(text, uint64(i+1), []byte(`{"id":"`+id+`","body":"some words"}`))
	}
	return text, append(starts, len(text))
}

// damaged opens a spool whose only segment holds text.
func damaged(t *testing.T, text []byte) (*Spool[entry], string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(segmentPath(folder, 1), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, folder, Options{}), folder
}

// TestTornAtEachByte cuts a segment at each of its bytes, as a crash in the
// middle of an append does, with and without zeros behind.
func TestTornAtEachByte(t *testing.T) {
	t.Parallel()
	text, starts := written(t)
	for cut := range text {
		for _, zeros := range []int{0, 1, 100} {
			torn := append(slices.Clone(text[:cut]), make([]byte, zeros)...)
			s, folder := damaged(t, torn)
			whole := 0
			for whole < 3 && starts[whole+1] <= cut {
				whole++
			}
			want(t, s, []string{"a", "b", "c"}[:whole]...)
			keep(t, s, "next")
			closed(t, s)
			s = open(t, folder, Options{})
			want(t, s, append([]string{"a", "b", "c"}[:whole:whole], "next")...)
			if aside := segmentsOf(t, folder, corruptSuffix); len(aside) > 0 {
				t.Fatalf("cut at %d with %d zeros: taken for corrupt: %v", cut, zeros, aside)
			}
			closed(t, s)
		}
	}
}

// TestEachBitFlipped damages each bit of the two first entries, and of the last:
// the others stay, and the damaged file is set aside with every byte of it.
func TestEachBitFlipped(t *testing.T) {
	t.Parallel()
	text, starts := written(t)
	all := []string{"a", "b", "c"}
	for bit := range 8 * len(text) {
		broken := slices.Clone(text)
		broken[bit/8] ^= 1 << (bit % 8)
		hit := 0
		for starts[hit+1] <= bit/8 {
			hit++
		}
		s, folder := damaged(t, broken)
		want(t, s, slices.Delete(slices.Clone(all), hit, hit+1)...)
		kept := append(segmentsOf(t, folder, corruptSuffix), segmentsOf(t, folder, tornSuffix)...)
		if len(kept) != 1 {
			t.Fatalf("bit %d: kept aside: %v", bit, kept)
		}
		// Only a broken length looks like an append that was cut short.
		atLength := bit/8 >= starts[2]+12 && bit/8 < starts[2]+16
		if !atLength && !strings.HasSuffix(kept[0], corruptSuffix) {
			t.Fatalf("bit %d: taken for torn", bit)
		}
		got, err := os.ReadFile(kept[0])
		if err != nil || !bytes.HasSuffix(broken, got) || len(got) < len(text)-starts[hit] {
			t.Fatalf("bit %d: %d bytes were set aside, %v", bit, len(got), err)
		}
		records, files := s.Damaged()
		if counted := strings.HasSuffix(kept[0], corruptSuffix); counted != (records == 1) || counted != slices.Equal(files, kept) {
			t.Fatalf("bit %d: %d damaged in %v; kept aside %v", bit, records, files, kept)
		}
		keep(t, s, "next")
		closed(t, s)
		// Set aside once is enough.
		s = open(t, folder, Options{})
		if again, _ := s.Damaged(); again != records {
			t.Fatalf("bit %d: %d damaged, %d after a restart", bit, records, again)
		}
		want(t, s, append(slices.Delete(slices.Clone(all), hit, hit+1), "next")...)
		closed(t, s)
	}
}

// TestSalvageInterrupted crashes between the steps of setting a segment aside.
func TestSalvageInterrupted(t *testing.T) {
	t.Parallel()
	text, _ := written(t)
	for name, original := range map[string]bool{"copy before the original went": true, "original gone": false} {
		folder := t.TempDir()
		path := segmentPath(folder, 1)
		if err := os.WriteFile(path+salvageSuffix, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if original {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s := open(t, folder, Options{})
		want(t, s, "a", "b", "c")
		if left := segmentsOf(t, folder, salvageSuffix); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
}

// TestGoesBadLater damages a file under a spool that is open: the others are read
// on, and the file stays.
func TestGoesBadLater(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	s := open(t, folder, Options{})
	keep(t, s, "a", "b", "c")
	path := segmentsOf(t, folder, segmentSuffix)[0]
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	found, places, err := s.Read(0, 10)
	if err != nil || !slices.Equal(idsOf(found), []string{"a", "c"}) {
		t.Fatalf("read %v, %v", idsOf(found), err)
	}
	wantDamaged(t, s, path)
	ack(t, s, places...)
	if waiting, _ := s.Waiting(); waiting != 1 || len(segmentsOf(t, folder, segmentSuffix)) != 1 {
		t.Errorf("%d wait", waiting)
	}
	closed(t, s)
	s = open(t, folder, Options{})
	aside := segmentsOf(t, folder, corruptSuffix)
	if len(aside) != 1 {
		t.Fatalf("after a restart: %v is set aside", aside)
	}
	wantDamaged(t, s, aside[0])
	if err := os.Remove(aside[0]); err != nil {
		t.Fatal(err)
	}
	wantDamaged(t, s)
	// It is no entry of ours: whole, but of another shape.
	text = appendRecord(nil, 9, []byte(`{"id":{}}`))
	odd, oddFolder := damaged(t, text)
	if found, _, err := odd.Read(0, 10); err != nil || len(found) != 0 {
		t.Errorf("another shape: %v, %v", found, err)
	}
	wantDamaged(t, odd, segmentPath(oddFolder, 1))
	if len(segmentsOf(t, oddFolder, segmentSuffix)) != 1 {
		t.Error("its file is gone")
	}
}

// wantDamaged compares what is damaged: one record a file.
func wantDamaged(t *testing.T, s *Spool[entry], want ...string) {
	t.Helper()
	if records, files := s.Damaged(); records != len(want) || !slices.Equal(files, want) {
		t.Errorf("%d damaged in %v, want %v", records, files, want)
	}
}

// TestMarkLost forgets how far the spool was: everything in the files comes again.
func TestMarkLost(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{"", "nonsense", "-1", "99999999999999999999999"} {
		folder := t.TempDir()
		s := open(t, folder, Options{})
		keep(t, s, "a", "b")
		ack(t, s, 1)
		closed(t, s)
		if err := os.WriteFile(folder+"/"+markName, []byte(mark), 0o600); err != nil {
			t.Fatal(err)
		}
		s = open(t, folder, Options{})
		want(t, s, "a", "b")
		keep(t, s, "c")
		want(t, s, "a", "b", "c")
	}
}

// FuzzScan reads anything: what it finds is what was written, and rewriting it
// yields a file without damage.
func FuzzScan(f *testing.F) {
	text, starts := written(f)
	f.Add(text)
	f.Add(text[:len(text)-3])
	f.Add(append(slices.Clone(text[:starts[1]]), text[starts[1]+1:]...))
	f.Add(bytes.Repeat(magic, 20))
	huge := slices.Clone(text)
	binary.BigEndian.PutUint32(huge[12:], 1<<31)
	f.Add(huge)
	f.Fuzz(func(t *testing.T, text []byte) {
		found := scan(text)
		var again []byte
		for _, r := range found.records {
			data := text[r.offset : r.offset+int64(r.length)]
			place, read, ok := readRecord(text[r.offset-headerLength:])
			if !ok || place != r.place || !bytes.Equal(read, data) {
				t.Fatalf("a record at %d that isn't one", r.offset)
			}
			again = appendRecord(again, r.place, data)
		}
		if found.good < 0 || found.good > int64(len(text)) {
			t.Fatalf("good up to %d of %d", found.good, len(text))
		}
		if !found.corrupt && !bytes.Equal(again, text[:found.good]) {
			t.Fatal("what is called whole isn't")
		}
		if second := scan(again); second.corrupt || second.good != int64(len(again)) || len(second.records) != len(found.records) {
			t.Fatalf("what was salvaged is damaged: %+v", second)
		}
	})
}
