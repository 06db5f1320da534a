package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"replyflow/internal/devserver"
	"replyflow/internal/pgtest"
)

// gate forwards connections to a database until it is shut, as a network does
// that the database has fallen off.
type gate struct {
	target   string
	listener net.Listener

	mu    sync.Mutex
	shut  bool
	conns map[net.Conn]bool
}

func newGate(t *testing.T, target string) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{target: target, listener: listener, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go g.forward(conn)
		}
	}()
	return g
}

func (g *gate) forward(client net.Conn) {
	network := "tcp"
	if strings.HasPrefix(g.target, "/") {
		network = "unix"
	}
	server, err := net.Dial(network, g.target)
	if err != nil || !g.let(client, server) {
		_ = client.Close()
		return
	}
	go func() {
		_, _ = io.Copy(server, client)
		_ = server.Close()
	}()
	_, _ = io.Copy(client, server)
	_ = client.Close()
}

// let registers a pair of connections, unless the gate is shut.
func (g *gate) let(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, conn := range conns {
		if g.shut {
			_ = conn.Close()
			continue
		}
		g.conns[conn] = true
	}
	return !g.shut
}

// close shuts the gate and breaks off what goes through it.
func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
	for conn := range g.conns {
		_ = conn.Close()
	}
	g.conns = map[net.Conn]bool{}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
}

// outage is an installation whose Temporal and database come and go.
type outage struct {
	t        *testing.T
	config   string
	folder   string
	temporal *devserver.Server
	address  string
	database *gate
	serve    *role
	file     devFile
}

// TestOutagesLoseNothing posts messages while Temporal is stopped, the database is
// cut off as well, and the process is killed: every message that was answered 200
// is recorded, and none twice.
func TestOutagesLoseNothing(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	o.start()
	const each = 30
	o.post(0, each)
	o.stopTemporal()
	o.post(1*each, each)
	o.database.close()
	o.post(2*each, each)
	if spooled := o.spooled(); spooled < each*200 {
		t.Errorf("the spool holds %d bytes: the database wasn't missed", spooled)
	}
	o.kill()
	// It starts without either: the providers' routes and their secrets are in the
	// configuration, and the spool outlived it.
	o.start()
	o.post(3*each, each)
	o.database.open()
	o.post(4*each, each)
	o.startTemporal()
	o.post(5*each, each)
	eventually(t, func() error {
		recorded, err := apiClient{o.file}.recordedMessages()
		if err != nil {
			return err
		}
		for i := range 6 * each {
			if recorded[sid(i)] != 1 {
				return fmt.Errorf("%d messages are recorded, number %d of them %d times", len(recorded), i, recorded[sid(i)])
			}
		}
		return nil
	})
	eventually(t, apiClient{o.file}.optedOut("ann", "sms "+sampleAddress))
}

func newOutage(t *testing.T) *outage {
	t.Helper()
	o := &outage{t: t, folder: t.TempDir()}
	dsn, err := url.Parse(pgtest.EmptyDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	o.database = newGate(t, postgresAddress(dsn))
	dsn.Host = o.database.listener.Addr().String()
	query := dsn.Query()
	query.Del("host")
	query.Del("port")
	dsn.RawQuery = query.Encode()

	o.address = "127.0.0.1:0"
	o.startTemporal()
	t.Cleanup(func() { o.stopTemporal() })
	o.config = filepath.Join(t.TempDir(), "replyflow.yaml")
	text := fmt.Sprintf(`listen: 127.0.0.1:0
public_url: https://hooks.example.com
database: %q
temporal: {address: %q, namespace: replyflow}
spool: {dir: %q}
workspaces:
  - api_keys: [{name: t, key: "${REPLYFLOW_ROLES_KEY}"}]
    senders:
      - {name: Test, channel: sms, provider: twilio, account: %s, address: "%s", auth_tokens: [outage]}
`, dsn.String(), o.address, filepath.Join(o.folder, "spool"), sampleAccount, sampleAddress)
	if err := os.WriteFile(o.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := startRole(t, "migrate", o.config).command.Wait(); err != nil {
		t.Fatal(err)
	}
	return o
}

// postgresAddress is where a database listens, as its address says.
func postgresAddress(dsn *url.URL) string {
	host, port := dsn.Query().Get("host"), dsn.Query().Get("port")
	if port == "" {
		port = dsn.Port()
	}
	if port == "" {
		port = "5432"
	}
	if strings.HasPrefix(host, "/") {
		return host + "/.s.PGSQL." + port
	}
	return dsn.Host
}

func (o *outage) startTemporal() {
	o.t.Helper()
	server, err := devserver.Start(context.Background(), devserver.Options{
		Dir: filepath.Join(o.folder, "temporal"), Listen: o.address, Namespace: "replyflow",
	})
	if err != nil {
		o.t.Fatal(err)
	}
	o.temporal, o.address = server, server.Address()
}

func (o *outage) stopTemporal() {
	if o.temporal != nil {
		_ = o.temporal.Stop()
		o.temporal = nil
	}
}

func (o *outage) start() {
	o.t.Helper()
	o.serve = startRole(o.t, "serve", o.config)
	_, address, _ := strings.Cut(o.serve.ready, "http://")
	o.file = devFile{
		HTTP: "http://" + address, APIKey: "roles", PublicURL: "https://hooks.example.com",
		Twilio: &devTwilioKey{Account: sampleAccount, AuthToken: "outage", Address: sampleAddress},
	}
	if o.temporal == nil {
		return
	}
	status, err := apiClient{o.file}.do(http.MethodPut, "/api/v1/people/ann", `{"attributes":{"phone":"(555) 010-0123"}}`, nil)
	if err != nil || status >= 300 {
		o.t.Fatalf("status %d, %v", status, err)
	}
}

// spooled is how many bytes the spool's files have.
func (o *outage) spooled() int64 {
	var bytes int64
	files, err := filepath.Glob(filepath.Join(o.folder, "spool", "intake", "*"))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			bytes += info.Size()
		}
	}
	return bytes
}

func (o *outage) kill() {
	_ = o.serve.command.Process.Kill()
	_ = o.serve.command.Wait()
}

// post posts messages from several clients at once; each must be taken. The
// first of them is a STOP, and each is posted twice.
func (o *outage) post(first, count int) {
	o.t.Helper()
	var group sync.WaitGroup
	errs := make(chan error, count)
	next := make(chan int)
	for range 4 {
		group.Go(func() {
			for i := range next {
				body := "hello"
				if i == first {
					body = "STOP"
				}
				for range 2 {
					status, answer, err := postInbound(o.file, sid(i), "+15550100123", body, "")
					if err != nil || status != http.StatusOK {
						errs <- fmt.Errorf("message %d: status %d %q, %w", i, status, answer, err)
						break
					}
				}
			}
		})
	}
	for i := first; i < first+count; i++ {
		next <- i
	}
	close(next)
	group.Wait()
	close(errs)
	for err := range errs {
		o.t.Error(err)
	}
	if o.t.Failed() {
		o.t.FailNow()
	}
}
