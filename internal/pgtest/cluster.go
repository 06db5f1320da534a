//go:build unix

package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	startTimeout = 60 * time.Second
	// superuser is the cluster's only role.
	superuser = "postgres"
	port      = "5432"
)

// cluster is a running PostgreSQL.
type cluster struct {
	binaries string
	// folder holds the data and the socket. It is short: the path of a socket
	// has room for 107 bytes.
	folder string
	// owner runs the programs when the tests run as root, which PostgreSQL refuses.
	owner *syscall.Credential
}

// settings make a cluster that is fast and forgets everything in a crash.
var settings = []string{
	"listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
	"max_connections=200", "shared_buffers=64MB", "max_wal_size=2GB", "autovacuum=on",
	"logging_collector=off", "log_min_messages=fatal", "timezone=UTC",
}

func startCluster(binaries string) (*cluster, error) {
	owner, err := unprivileged()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("/tmp", "replyflow-pg-")
	if err != nil {
		return nil, err
	}
	c := &cluster{binaries: binaries, folder: folder, owner: owner}
	if err := c.launch(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return c, nil
}

func (c *cluster) launch() error {
	if c.owner != nil {
		if err := os.Chown(c.folder, int(c.owner.Uid), int(c.owner.Gid)); err != nil {
			return err
		}
	}
	if err := c.run("initdb", "--pgdata", c.data(), "--username", superuser, "--auth", "trust",
		"--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"); err != nil {
		return err
	}
	// The watcher outlives this process for a moment, whatever ends it, to stop
	// PostgreSQL and to leave nothing behind.
	arguments := []string{"-c", watch, "watch", c.folder, filepath.Join(c.binaries, "postgres"),
		"-D", c.data(), "-k", c.folder, "-p", port}
	for _, setting := range settings {
		arguments = append(arguments, "-c", setting)
	}
	watcher := c.command(context.Background(), "/bin/sh", arguments...)
	// The pipe closes when this process ends; nobody else may hold its end.
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	watcher.Stdin = read
	watcher.SysProcAttr.Setpgid = true
	if err := watcher.Start(); err != nil {
		return err
	}
	// Closed by the end of the process, which is what the watcher waits for.
	lifeline = write
	_ = read.Close()
	return c.waitUntilReady()
}

// lifeline keeps the pipe open as long as the process lives.
//
//lint:ignore U1000 it is held, not read: a file that nobody holds is closed
var lifeline *os.File

// watch runs PostgreSQL until its standard input ends, then stops it at once
// and removes its folder.
const watch = `
folder=$1
shift
"$@" </dev/null >"$folder/log" 2>&1 &
read -r _
kill -INT $! 2>/dev/null
wait $!
rm -rf "$folder"
`

func (c *cluster) waitUntilReady() error {
	deadline := time.Now().Add(startTimeout)
	for {
		connection, err := net.Dial("unix", filepath.Join(c.folder, ".s.PGSQL."+port))
		if err == nil {
			_ = connection.Close()
			if err = c.run("psql", "-h", c.folder, "-p", port, "-U", superuser, "-c", "SELECT 1", "postgres"); err == nil {
				return nil
			}
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(c.folder, "log"))
			return fmt.Errorf("it isn't ready after %s: %w\n%s", startTimeout, err, log)
		}
		// The programs have no way to wait for a server that begins.
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *cluster) data() string { return filepath.Join(c.folder, "data") }

func (c *cluster) createDatabase(name, template string) error {
	return c.run("createdb", "-h", c.folder, "-p", port, "-U", superuser, "-T", template, name)
}

func (c *cluster) dropDatabase(name string) error {
	return c.run("dropdb", "-h", c.folder, "-p", port, "-U", superuser, "--force", "--if-exists", name)
}

// dsn is the address of a database, through the socket.
func (c *cluster) dsn(database string) string {
	return fmt.Sprintf("postgres://%s@/%s?host=%s&port=%s&sslmode=disable", superuser, database, url.QueryEscape(c.folder), port)
}

// run runs one of PostgreSQL's programs to its end.
func (c *cluster) run(program string, arguments ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	output, err := c.command(ctx, filepath.Join(c.binaries, program), arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, output)
	}
	return nil
}

func (c *cluster) command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = c.folder
	// Variables such as PGHOST and PGOPTIONS of whoever runs the tests stay out.
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + c.folder}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	return command
}

// unprivileged is whom to run PostgreSQL as: nil, which is whoever runs the
// tests, unless that is root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(found.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(found.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}
