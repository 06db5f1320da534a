// Package pgtest gives tests a PostgreSQL of their own: a private cluster from
// the machine's binaries, one for each test process, and a database for each
// test. The cluster listens on a socket in its own folder and nowhere else, and
// ends with the test process, however that ends.
//
// Without the binaries a test is skipped, unless REPLYFLOW_TEST_REQUIRE names
// postgres: then it fails.
package pgtest

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// requireVariable names what a test run may not leave out, in a list with commas.
const requireVariable = "REPLYFLOW_TEST_REQUIRE"

// shared is the cluster of the test process.
var shared struct {
	once    sync.Once
	cluster *cluster
	err     error
}

// templates are the databases that DSN clones, by the name that their maker gave.
var templates struct {
	mu   sync.Mutex
	made map[string]error
}

var databases atomic.Int64

// EmptyDSN returns the address of an empty database that the test has to itself.
func EmptyDSN(t testing.TB) string {
	t.Helper()
	return newDatabase(t, start(t), "template0")
}

// DSN returns the address of a database that the test has to itself, cloned from
// a template. The first test of the process makes the template, by calling the
// function with the address of an empty database; it must close what it opens.
func DSN(t testing.TB, template func(dsn string) error) string {
	t.Helper()
	const name = "replyflow_template"
	c := start(t)
	templates.mu.Lock()
	defer templates.mu.Unlock()
	made, known := templates.made[name]
	if !known {
		made = makeTemplate(c, name, template)
		templates.made = map[string]error{name: made}
	}
	if made != nil {
		t.Fatalf("make the template of test databases: %v", made)
	}
	return newDatabase(t, c, name)
}

func makeTemplate(c *cluster, name string, template func(dsn string) error) error {
	if err := c.createDatabase(name, "template0"); err != nil {
		return err
	}
	return template(c.dsn(name))
}

func newDatabase(t testing.TB, c *cluster, template string) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := c.createDatabase(name, template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.dropDatabase(name); err != nil {
			t.Error(err)
		}
	})
	return c.dsn(name)
}

// start returns the process's cluster, starting it for the first test.
func start(t testing.TB) *cluster {
	t.Helper()
	folder, err := findBinaries()
	if err != nil {
		if required() {
			t.Fatalf("%v, and %s asks for postgres", err, requireVariable)
		}
		t.Skipf("%v: install PostgreSQL to run this test", err)
	}
	shared.once.Do(func() { shared.cluster, shared.err = startCluster(folder) })
	if shared.err != nil {
		t.Fatalf("start a PostgreSQL for the tests: %v", shared.err)
	}
	return shared.cluster
}

func required() bool {
	for _, name := range strings.Split(os.Getenv(requireVariable), ",") {
		if strings.TrimSpace(name) == "postgres" {
			return true
		}
	}
	return false
}
