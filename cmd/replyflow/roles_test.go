package main

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"replyflow/internal/devserver"
	"replyflow/internal/pgtest"
)

// role is one of the production roles in a process of its own.
type role struct {
	command *exec.Cmd
	// ready is what it prints when it is.
	ready string
}

// startRole starts a role and waits for its first line.
func startRole(t *testing.T, name, config string) *role {
	t.Helper()
	r := &role{command: exec.Command(os.Args[0], name, "--config", config)}
	r.command.Env = append(os.Environ(), asReplyflow+"=1", "REPLYFLOW_ROLES_KEY=roles")
	output, err := r.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r.command.ProcessState == nil {
			_ = r.command.Process.Kill()
			_ = r.command.Wait()
		}
	})
	lines := bufio.NewScanner(output)
	if !lines.Scan() {
		t.Fatalf("replyflow %s ended without a word: %v", name, r.command.Wait())
	}
	r.ready = lines.Text()
	return r
}

// TestProductionRoles runs migrate, serve and worker as plain processes against
// a PostgreSQL and a Temporal that already run.
func TestProductionRoles(t *testing.T) {
	t.Parallel()
	database := pgtest.EmptyDSN(t)
	server, err := devserver.Start(t.Context(), devserver.Options{
		Dir: t.TempDir(), Listen: "127.0.0.1:0", Namespace: "somebody-elses",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	config := filepath.Join(t.TempDir(), "replyflow.yaml")
	text := fmt.Sprintf("listen: 127.0.0.1:0\npublic_url: https://hooks.example.com\ndatabase: %q\n"+
		"temporal: {address: %q, namespace: replyflow}\nworkspaces: [{api_keys: [{name: t, key: \"${REPLYFLOW_ROLES_KEY}\"}]}]\n", database, server.Address())
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	for range 2 {
		migrate := startRole(t, "migrate", config)
		if err := migrate.command.Wait(); err != nil || !strings.Contains(migrate.ready, "up to date") {
			t.Fatalf("migrate said %q and ended with %v", migrate.ready, err)
		}
	}
	serve := startRole(t, "serve", config)
	startRole(t, "worker", config)
	_, address, _ := strings.Cut(serve.ready, "http://")
	api := apiClient{devFile{HTTP: "http://" + address, APIKey: "roles"}}

	optOutThroughRoles(t, api)

	if err := serve.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.command.Wait(); err != nil {
		t.Errorf("on SIGTERM serve ended with %v", err)
	}
}

// optOutThroughRoles applies a campaign whose batch works on the long queue, so
// that the run needs the worker, and opts a person out with it.
func optOutThroughRoles(t *testing.T, api apiClient) {
	t.Helper()
	definition := `{"campaign":"long","name":"Long","trigger":{"webhook":{}},"workflow":[{"batch_update":"Set it",` +
		`"where":"person.phone is {{ trigger.From }}","set":{"sms_unsubscribe":true},"limit":5000}]}`
	for _, request := range []struct{ method, path, body string }{
		{http.MethodPut, "/api/v1/people/ann", `{"attributes":{"phone":"(555) 010-0123"}}`},
		{http.MethodPost, "/api/v1/campaigns", definition},
		{http.MethodPost, "/api/v1/campaigns/long/start", ""},
	} {
		if status, err := api.do(request.method, request.path, request.body, nil); err != nil || status >= 300 {
			t.Fatalf("%s %s: %d, %v", request.method, request.path, status, err)
		}
	}
	hook := api.hook(t, "long")
	if answer, err := postTwilio(hook, sid(7), "+15550100123", "STOP"); err != nil || answer.status != http.StatusOK {
		t.Fatalf("answered %+v, %v", answer, err)
	}
	eventually(t, api.attributeIs("ann", "sms_unsubscribe", "true"))
}
