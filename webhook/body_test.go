package webhook

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

func TestBodyOfExactlyTheLimit(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	frame := len(`{"a":""}`)
	for length, status := range map[int]int{DefaultBody: 202, DefaultBody + 1: 413} {
		body := `{"a":"` + strings.Repeat("x", length-frame) + `"}`
		if got := h.send(sent{contentType: "application/json", body: body}); got.status != status {
			t.Errorf("%d bytes: got %d %q, want %d", length, got.status, got.body, status)
		}
	}
}

// dial opens a connection and writes the head of a request.
func (h *harness) dial(head string) net.Conn {
	h.t.Helper()
	connection, err := net.Dial("tcp", h.server.Listener.Addr().String())
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = connection.Close() })
	if err := connection.SetDeadline(time.Now().Add(patience)); err != nil {
		h.t.Fatal(err)
	}
	write(h.t, connection, "POST /hooks/"+testToken+" HTTP/1.1\r\nHost: x\r\n"+head+"\r\n")
	return connection
}

func write(t *testing.T, connection net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatalf("writing: %v", err)
	}
}

func readAnswer(t *testing.T, connection net.Conn) (int, string) {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("reading the answer's body: %v", err)
	}
	return response.StatusCode, string(body)
}

// A client that sends everything before it reads must not meet a reset.
func TestTooLargeIsReadableAfterSendingEverything(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	const length = 12 << 20
	connection := h.dial(fmt.Sprintf("Content-Length: %d\r\n", length))
	block := strings.Repeat("x", 1<<16)
	for written := 0; written < length; written += len(block) {
		write(t, connection, block)
	}
	if status, body := readAnswer(t, connection); status != 413 || !strings.Contains(body, "larger than") {
		t.Errorf("got %d %q", status, body)
	}
}

// A client that waits in the middle of its body reads the answer there.
func TestTooLargeIsReadableWhileStillSending(t *testing.T) {
	t.Parallel()
	h := setup(t, func(_ *world, o *Options) { o.Limits.Body = 100 })
	for _, head := range []string{"Content-Length: 2000000000\r\n", "Transfer-Encoding: chunked\r\n"} {
		connection := h.dial(head)
		write(t, connection, fmt.Sprintf("%x\r\n%s\r\n", 200, strings.Repeat("x", 200)))
		if status, body := readAnswer(t, connection); status != 413 || !strings.Contains(body, "larger than 100 bytes") {
			t.Errorf("%s: got %d %q", head, status, body)
		}
	}
}

// The length that a client announces decides nothing: only what it sends.
func TestAnnouncedLengthAloneIsNotRefused(t *testing.T) {
	t.Parallel()
	h := setup(t, func(_ *world, o *Options) {
		o.Limits.Body, o.Limits.BodyTimeout = 100, 200*time.Millisecond
	})
	connection := h.dial("Content-Length: 2000000000\r\n")
	write(t, connection, "{")
	if status, body := readAnswer(t, connection); status != 408 {
		t.Errorf("got %d %q, want 408", status, body)
	}
}

func TestSlowClientIsWaitedFor(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	body := `{"a":"slow"}`
	connection := h.dial(fmt.Sprintf("Content-Length: %d\r\nConnection: close\r\n", len(body)))
	for _, c := range body {
		write(t, connection, string(c))
	}
	if status, answer := readAnswer(t, connection); status != 202 {
		t.Errorf("got %d %q", status, answer)
	}
	if got := string(h.world.lastRun(t).Event.Payload); got != body {
		t.Errorf("got %s", got)
	}
}

func TestBodyThatEndsEarlyHasNoEffect(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	connection := h.dial("Content-Length: 100\r\n")
	write(t, connection, `{"a":1}`)
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if status, body := readAnswer(t, connection); status != 400 {
		t.Errorf("got %d %q", status, body)
	}
	if runs, samples := h.world.effects(); runs+samples != 0 {
		t.Errorf("%d runs, %d samples", runs, samples)
	}
}

// A refusal before the body is read leaves the connection usable, and doesn't
// make a client wait that waits for leave to send.
func TestRefusalBeforeTheBody(t *testing.T) {
	t.Parallel()
	h := setup(t, func(w *world, _ *Options) { w.hook.Status = StatusArchived })
	connection := h.dial("Content-Length: 5000000\r\nExpect: 100-continue\r\n")
	if status, body := readAnswer(t, connection); status != 410 {
		t.Errorf("got %d %q", status, body)
	}
	connection = h.dial("Content-Length: 5000000\r\n")
	write(t, connection, strings.Repeat("x", 5_000_000))
	if status, body := readAnswer(t, connection); status != 410 {
		t.Errorf("got %d %q", status, body)
	}
}
