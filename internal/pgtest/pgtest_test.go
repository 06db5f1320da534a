package pgtest

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// helperVariable turns this test binary into a process that starts a cluster
// and waits to be killed.
const helperVariable = "REPLYFLOW_PGTEST_HELPER"

func execute(t *testing.T, dsn string, statements ...string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func TestDatabasesAreClonesAndApart(t *testing.T) {
	t.Parallel()
	made := 0
	template := func(dsn string) error {
		made++
		execute(t, dsn, "CREATE TABLE seeds (name text)", "INSERT INTO seeds VALUES ('one')")
		return nil
	}
	first, second := DSN(t, template), DSN(t, template)
	execute(t, first, "DELETE FROM seeds")
	db, err := sql.Open("pgx", second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var seeds int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM seeds").Scan(&seeds); err != nil {
		t.Fatal(err)
	}
	if seeds != 1 || made != 1 {
		t.Errorf("the second database has %d seeds, want 1; the template was made %d times, want once", seeds, made)
	}
}

func TestEmptyDatabase(t *testing.T) {
	t.Parallel()
	execute(t, EmptyDSN(t), "CREATE TABLE seeds (name text)")
}

// TestClusterEndsWithItsProcess kills a process that runs a cluster: nothing of
// it may be left.
func TestClusterEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	start(t)
	helper := exec.Command(os.Args[0], "-test.run", "^TestHelperProcess$", "-test.v")
	helper.Env = append(os.Environ(), helperVariable+"=1")
	output, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := helper.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	folder := ""
	for lines := bufio.NewScanner(output); folder == "" && lines.Scan(); {
		if _, found, ok := strings.Cut(lines.Text(), "folder="); ok {
			folder = found
		}
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait()
	if folder == "" {
		t.Fatal("the helper started no cluster")
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		if _, err := os.Stat(folder); os.IsNotExist(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there: the cluster survived its process", folder)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestHelperProcess(t *testing.T) {
	if os.Getenv(helperVariable) == "" {
		// It is only a helper of TestClusterEndsWithItsProcess.
		return
	}
	c := start(t)
	fmt.Printf("folder=%s\n", c.folder)
	// Ends with the process that started it, if that forgets to kill it.
	_, _ = io.Copy(io.Discard, os.Stdin)
}
