package store

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"replyflow/internal/pgtest"
)

func testMigrateAgain(t *testing.T, s *Store) {
	if err := s.Migrate(t.Context()); err != nil {
		t.Errorf("the second time: %v", err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSchemasAgree compares versions, tables, columns and indexes.
func TestSchemasAgree(t *testing.T) {
	t.Parallel()
	one, two := engines["postgres"](t), engines["sqlite"](t)
	if diff := cmp.Diff(schemaOf(t, one), schemaOf(t, two)); diff != "" {
		t.Errorf("the schemas differ (-postgres +sqlite):\n%s", diff)
	}
}

type schema struct {
	Version int64
	// Tables holds the columns of each, in order.
	Tables  map[string][]string
	Indexes []string
}

func schemaOf(t *testing.T, s *Store) schema {
	t.Helper()
	const (
		postgresColumns = `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
			WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`
		sqliteColumns = `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_table_xinfo(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid`
		postgresIndexes = `SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
			AND indexname NOT LIKE '%\_pkey' AND indexname NOT LIKE '%\_key' ORDER BY indexname`
		sqliteIndexes = `SELECT name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	)
	columns, indexes := sqliteColumns, sqliteIndexes
	if s.dialect.isPostgres() {
		columns, indexes = postgresColumns, postgresIndexes
	}
	found := schema{Tables: map[string][]string{}}
	var rows []struct{ Table, Column string }
	if err := s.read().list(t.Context(), &rows, columns); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if !strings.HasPrefix(row.Table, "goose_") {
			found.Tables[row.Table] = append(found.Tables[row.Table], row.Column)
		}
	}
	if err := s.read().list(t.Context(), &found.Indexes, indexes); err != nil {
		t.Fatal(err)
	}
	var err error
	if found.Version, err = s.SchemaVersion(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(found.Tables) < 5 || found.Version == 0 {
		t.Fatalf("the schema is nearly empty: %+v", found)
	}
	return found
}

func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	dsn := pgtest.EmptyDSN(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			s, err := Open(context.Background(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = s.Close() }()
			if err := s.Migrate(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestMigrationsHaveTheSameNumbers(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	for _, engine := range []string{"postgres", "sqlite"} {
		files, err := migrations.ReadDir("migrations/" + engine)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			names[engine] = append(names[engine], file.Name())
		}
	}
	if diff := cmp.Diff(names["postgres"], names["sqlite"]); diff != "" {
		t.Error(diff)
	}
}

// TestEveryTestRuns finds a test of the contract that the suite forgot.
func TestEveryTestRuns(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found += len(regexp.MustCompile(`(?m)^func test[A-Z]\w*\(t \*testing\.T, s \*Store\) \{`).FindAll(text, -1))
	}
	if found != len(suite) {
		t.Errorf("the files have %d tests of the contract, the suite %d: %v", found, len(suite), slices.Sorted(maps.Keys(suite)))
	}
}

// TestLibcIsSQLites: SQLite's pure Go port works with one version of its libc,
// the one in its own go.mod; a library that raises ours breaks it quietly.
func TestLibcIsSQLites(t *testing.T) {
	t.Parallel()
	folder := goList(t, "{{.Dir}}", "modernc.org/sqlite")
	text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindSubmatch(text)
	if match == nil {
		t.Fatal("SQLite's go.mod names no libc")
	}
	if ours := goList(t, "{{.Version}}", "modernc.org/libc"); ours != string(match[1]) {
		t.Errorf("we build with modernc.org/libc %s, SQLite wants %s", ours, match[1])
	}
}

func goList(t *testing.T, format, module string) string {
	t.Helper()
	output, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
	if err != nil {
		t.Fatalf("go list -m %s: %v", module, err)
	}
	return strings.TrimSpace(string(output))
}
