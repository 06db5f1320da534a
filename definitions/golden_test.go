package definitions

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite golden and generated files")

// compareFile compares what a test made with a committed file, or rewrites the
// file when the test runs with -update.
func compareFile(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-file +now); if that is right, run the test with -update:\n%s", file, diff)
	}
}

// TestBrokenDefinitions reads definitions with mistakes and compares every
// problem, line by line, with the golden file beside each.
func TestBrokenDefinitions(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/broken/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no broken definitions: %v", err)
	}
	for _, file := range files {
		if filepath.Ext(file) == ".golden" {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := Load(filepath.Base(file), data)
			if len(problems) == 0 {
				t.Error("no problem was found")
			}
			compareFile(t, file+".golden", []byte(problems.String()+"\n"))
		})
	}
}
