package devserver

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"replyflow/internal/temporal"
)

// serverDirVariable turns this test binary into a server on the folder it names,
// so that a test can kill a whole process.
const serverDirVariable = "REPLYFLOW_TEST_SERVER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serverDirVariable); dir != "" {
		serve(dir)
	}
	os.Exit(m.Run())
}

// serve runs a server and prints its address, until the process is killed or its
// standard input ends with the test.
func serve(dir string) {
	server, err := Start(context.Background(), testOptions(dir))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("address", server.Address())
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
	os.Exit(2)
}

// startProcess starts a server in a process of its own. The function kills it.
func startProcess(t *testing.T, dir string) (address string, kill func()) {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), serverDirVariable+"="+dir)
	input, err := command.StdinPipe()
	require.NoError(t, err)
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	killed := false
	kill = func() {
		if killed {
			return
		}
		killed = true
		require.NoError(t, command.Process.Kill())
		_ = command.Wait()
		_ = input.Close()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "address ")
	require.True(t, ok, line)
	return address, kill
}

func TestServerSurvivesAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	address, kill := startProcess(t, dir)
	require.Equal(t, "hello ann", runGreet(t, dial(t, address), "greet-1"))

	_, err := Start(testContext(t), testOptions(dir))
	require.ErrorContains(t, err, "in use by another process")
	kill()

	begin := time.Now()
	server := startServer(t, testOptions(dir))
	t.Logf("started again after %v", time.Since(begin).Round(time.Millisecond))
	c := dial(t, server.Address())
	history, err := temporal.ReadHistory(c.GetWorkflowHistory(testContext(t), "greet-1", "", false, 0), temporal.NewDataConverter(nil))
	require.NoError(t, err)
	require.JSONEq(t, `"hello ann"`, string(history.Result))
	require.Equal(t, "hello ann", runGreet(t, c, "greet-2"), "new work goes on")
}
