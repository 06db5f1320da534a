package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asReplyflow makes the test binary behave as replyflow itself, so that tests
// can start, kill and restart real processes without building another binary.
const asReplyflow = "REPLYFLOW_TEST_AS_REPLYFLOW"

func TestMain(m *testing.M) {
	if os.Getenv(asReplyflow) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// waitTimeout bounds every wait for a condition; conditions are polled.
const (
	waitTimeout = 60 * time.Second
	waitPoll    = 20 * time.Millisecond
)

// eventually waits until a condition holds, which it tells by returning nil.
func eventually(t *testing.T, condition func() error) {
	t.Helper()
	deadline := time.Now().Add(waitTimeout)
	for {
		err := condition()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %v", waitTimeout, err)
		}
		time.Sleep(waitPoll)
	}
}

// startTestDev starts a development installation in this process, on free
// ports and a folder of its own unless the options say otherwise.
func startTestDev(t *testing.T, options devOptions) *dev {
	t.Helper()
	if options.dataDir == "" {
		options.dataDir = t.TempDir()
	}
	options.listen = "127.0.0.1:0"
	options.temporalListen = "127.0.0.1:0"
	options.temporalUIListen = "127.0.0.1:0"
	d, err := startDev(t.Context(), options.dataDir, options, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d
}

// process is replyflow in a process of its own.
type process struct {
	command *exec.Cmd
	dir     string
	file    devFile
	stdout  *strings.Builder
}

// startProcess starts replyflow dev on a folder and waits until it is ready.
func startProcess(t *testing.T, dir string, args ...string) *process {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "ready")); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	args = append([]string{"dev", "--data-dir", dir, "--listen", "127.0.0.1:0",
		"--temporal-listen", "127.0.0.1:0", "--temporal-ui-listen", "127.0.0.1:0"}, args...)
	p := &process{command: exec.Command(os.Args[0], args...), dir: dir, stdout: &strings.Builder{}}
	p.command.Env = append(os.Environ(), asReplyflow+"=1")
	p.command.Stdout = p.stdout
	p.command.Stderr = os.Stderr
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	eventually(t, func() error {
		file, err := readDevFile(dir)
		if err != nil {
			return err
		}
		if file.PID != p.command.Process.Pid {
			return fmt.Errorf("dev.json is of process %d", file.PID)
		}
		p.file = file
		return nil
	})
	return p
}

// kill ends the process as a power failure would: at once.
func (p *process) kill() {
	if p.command.ProcessState == nil {
		_ = p.command.Process.Signal(syscall.SIGKILL)
		_ = p.command.Wait()
	}
}

// terminate ends the process as an operator would and returns its exit code.
func (p *process) terminate(t *testing.T) int {
	t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.command.Wait()
	return p.command.ProcessState.ExitCode()
}

// client calls the API of a running installation.
type apiClient struct{ file devFile }

// get decodes the answer to a GET into out and returns the status.
func (c apiClient) get(path string, out any) (int, error) {
	return c.do(http.MethodGet, path, "", out)
}

func (c apiClient) do(method, path, body string, out any) (int, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, c.file.HTTP+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+c.file.APIKey)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(answer.Body)
	if err != nil || out == nil || answer.StatusCode >= 300 {
		return answer.StatusCode, err
	}
	if err := json.Unmarshal(data, out); err != nil {
		return answer.StatusCode, fmt.Errorf("%w in %s", err, data)
	}
	return answer.StatusCode, nil
}

// attributes of a person, as the API shows them.
func (c apiClient) attributes(id string) (map[string]json.RawMessage, error) {
	var person struct {
		Attributes map[string]json.RawMessage `json:"attributes"`
	}
	status, err := c.get("/api/v1/people/"+url.PathEscape(id), &person)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("person %s: status %d", id, status)
	}
	return person.Attributes, err
}

// attributeIs is a condition for eventually.
func (c apiClient) attributeIs(id, name, want string) func() error {
	return func() error {
		attributes, err := c.attributes(id)
		if err != nil {
			return err
		}
		if got := string(attributes[name]); got != want {
			return fmt.Errorf("%s of %s is %q, want %q", name, id, got, want)
		}
		return nil
	}
}

// hook is the webhook address of a campaign.
func (c apiClient) hook(t *testing.T, campaign string) string {
	t.Helper()
	var shown struct {
		WebhookURL string `json:"webhook_url"`
	}
	if status, err := c.get("/api/v1/campaigns/"+campaign, &shown); err != nil || status != http.StatusOK {
		t.Fatalf("campaign %s: status %d, %v", campaign, status, err)
	}
	address, err := url.Parse(shown.WebhookURL)
	if err != nil {
		t.Fatal(err)
	}
	return c.file.HTTP + address.Path
}
