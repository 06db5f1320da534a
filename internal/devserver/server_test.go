package devserver

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"replyflow/internal/temporal"
)

const (
	testNamespace = "replyflow"
	testQueue     = "test"
	// testLimit bounds one test, on a machine that is busy with others.
	testLimit = 2 * time.Minute
)

// testOptions are for a server in a folder, on free ports.
func testOptions(dir string) Options {
	return Options{
		Dir:              dir,
		Listen:           "127.0.0.1:0",
		Namespace:        testNamespace,
		SearchAttributes: temporal.SearchAttributes(),
		Logger:           slog.New(slog.DiscardHandler),
	}
}

// testContext ends when the test has taken too long.
func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testLimit)
	t.Cleanup(cancel)
	return ctx
}

// startServer starts a server that ends with the test.
func startServer(t *testing.T, options Options) *Server {
	t.Helper()
	server, err := Start(testContext(t), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server
}

// dial connects a client that ends with the test.
func dial(t *testing.T, address string) client.Client {
	t.Helper()
	c, err := temporal.Dial(testContext(t), temporal.Options{
		Address: address, Namespace: testNamespace, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// greet is a workflow that does next to nothing.
func greet(_ workflow.Context, name string) (string, error) { return "hello " + name, nil }

// runGreet runs greet once, with a worker of its own.
func runGreet(t *testing.T, c client.Client, id string) string {
	t.Helper()
	w := worker.New(c, testQueue, worker.Options{})
	w.RegisterWorkflow(greet)
	require.NoError(t, w.Start())
	defer w.Stop()
	run, err := c.ExecuteWorkflow(testContext(t), client.StartWorkflowOptions{ID: id, TaskQueue: testQueue}, greet, "ann")
	require.NoError(t, err)
	var greeting string
	require.NoError(t, run.Get(testContext(t), &greeting))
	return greeting
}

func TestServerRunsWorkflowsAndServesTheUI(t *testing.T) {
	t.Parallel()
	options := testOptions(t.TempDir())
	options.UIListen = "127.0.0.1:0"
	server := startServer(t, options)
	require.Equal(t, "hello ann", runGreet(t, dial(t, server.Address()), "greet-1"))

	response, err := http.Get("http://" + server.UIAddress() + "/namespaces/" + testNamespace + "/workflows")
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Contains(t, string(page), "<html")

	require.NoError(t, server.Stop())
	require.NoError(t, server.Stop(), "a second stop changes nothing")
	for _, address := range []string{server.Address(), server.UIAddress()} {
		listener, err := net.Listen("tcp", address)
		require.NoError(t, err, "the port is free again")
		require.NoError(t, listener.Close())
	}
}

func TestNewNamespaceHasRetentionAndSearchAttributes(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	server := startServer(t, testOptions(t.TempDir()))
	c := dial(t, server.Address())
	require.NoError(t, temporal.CheckSearchAttributes(ctx, c, testNamespace))
	require.NoError(t, temporal.EnsureSearchAttributes(ctx, c, testNamespace))

	const other = "other"
	require.NoError(t, temporal.EnsureNamespace(ctx, c, other, retention))
	require.NoError(t, temporal.EnsureNamespace(ctx, c, other, retention), "a second time changes nothing")
	require.ErrorContains(t, temporal.CheckSearchAttributes(ctx, c, other),
		"lacks the search attributes ReplyflowCampaign, ReplyflowOutcome, ReplyflowPerson, ReplyflowSender, ReplyflowVersion: run `replyflow migrate`")
	require.NoError(t, temporal.EnsureSearchAttributes(ctx, c, other))
	require.NoError(t, temporal.CheckSearchAttributes(ctx, c, other))

	for _, namespace := range []string{testNamespace, other} {
		described, err := describe(ctx, c, namespace)
		require.NoError(t, err)
		require.Equal(t, 72*time.Hour, described.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
	}
}

func TestAddressProblemsAreClear(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })

	tests := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"taken UI port", func(o *Options) { o.UIListen = taken.Addr().String() }, "web UI: " + taken.Addr().String() + " is taken"},
		{"taken port", func(o *Options) { o.Listen = taken.Addr().String() }, "Temporal server: " + taken.Addr().String() + " is taken"},
		{"open to the network", func(o *Options) { o.Listen = "0.0.0.0:7233" }, "is not a loopback address"},
		{"no host", func(o *Options) { o.UIListen = ":8233" }, "is not a loopback address"},
		{"not an address", func(o *Options) { o.Listen = "here" }, `"here" is not a host:port`},
		{"nothing given", func(o *Options) { *o = Options{} }, "Dir is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			options := testOptions(t.TempDir())
			test.change(&options)
			_, err := Start(testContext(t), options)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestFolderInUseIsClear(t *testing.T) {
	t.Parallel()
	options := testOptions(t.TempDir())
	folder, err := options.folder()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(folder, 0o700))
	unlock, err := lockFolder(folder)
	require.NoError(t, err)

	_, err = Start(testContext(t), options)
	require.ErrorContains(t, err, "in use by another process")
	require.NoError(t, unlock())
	unlock, err = lockFolder(folder)
	require.NoError(t, err, "free again")
	require.NoError(t, unlock())
}

// TestPreparedFilesAreLean also shows that a folder may have any name.
func TestPreparedFilesAreLean(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "50% of ann's #1? data")
	require.NoError(t, os.Mkdir(folder, 0o700))
	files := newFiles(folder)
	require.NoError(t, files.prepare(testContext(t)))
	require.NoError(t, files.prepare(testContext(t)), "a second time changes nothing")

	names, err := os.ReadDir(folder)
	require.NoError(t, err)
	var found []string
	for _, name := range names {
		found = append(found, name.Name())
	}
	require.Subset(t, found, []string{"executions.db", "visibility.db"})
	require.ElementsMatch(t, usedIndexes, indexes(t, filepath.Join(folder, "visibility.db")))
}

func TestAssignColumns(t *testing.T) {
	t.Parallel()
	keyword := enumspb.INDEXED_VALUE_TYPE_KEYWORD
	columns, err := assignColumns(map[string]enumspb.IndexedValueType{
		"B": keyword, "A": keyword, "When": enumspb.INDEXED_VALUE_TYPE_DATETIME,
	})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"Keyword01": "A", "Keyword02": "B", "Datetime01": "When"}, columns)

	tooMany := map[string]enumspb.IndexedValueType{}
	for _, name := range strings.Split("abcdefghijk", "") {
		tooMany[name] = keyword
	}
	_, err = assignColumns(tooMany)
	require.EqualError(t, err, "devserver: search attribute k: no column of type Keyword is left")
}

// logBook keeps what was logged.
type logBook struct {
	mutex sync.Mutex
	text  strings.Builder
}

// Write appends to the book.
func (b *logBook) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(text)
}

func (b *logBook) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

func TestServerIsQuiet(t *testing.T) {
	t.Parallel()
	var book logBook
	options := testOptions(t.TempDir())
	options.Logger = slog.New(slog.NewTextHandler(&book, nil))
	server, err := Start(testContext(t), options)
	require.NoError(t, err)
	require.Equal(t, "hello ann", runGreet(t, dial(t, server.Address()), "greet-1"))
	require.NoError(t, server.Stop())
	require.Empty(t, book.String(), "nothing to say when there is no trouble")
}
