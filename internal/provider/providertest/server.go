// Package providertest holds local HTTP servers that behave like the APIs of the
// providers: they check credentials, keep what they take, and fail when a test
// says so. Their error texts repeat the person's number and the message, as real
// ones do, so that a leak shows.
package providertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// Message is one that a server took.
type Message struct {
	// ID is the provider's id, SendID the caller's own.
	ID, SendID string
	From, To   string
	// Recipient is a user id in place of a number, at Meta.
	Recipient string
	// Service and StatusCallback are Twilio's.
	Service, StatusCallback string
	Body, ReplyTo           string
	Status                  string
	// Direction is outbound-api, or inbound for what a person wrote.
	Direction string
	At        time.Time
	// Path and Raw are the request's path and body.
	Path, Raw string
}

// Fault is how a server fails once.
type Fault struct {
	// Taken is set when the message is taken all the same.
	Taken bool
	// Closed ends the connection without an answer.
	Closed bool
	// Status and Code are the answer, Code in the provider's own shape.
	Status int
	Code   int
	// RetryAfter and Location are headers, when they aren't empty.
	RetryAfter, Location string
	// Body replaces the provider's own error.
	Body string
}

// TooMany is a 429, with a Retry-After header when it isn't empty.
func TooMany(retryAfter string) Fault { return Fault{Status: 429, RetryAfter: retryAfter} }

// Broken is a 500 before anything was taken.
func Broken() Fault { return Fault{Status: 500} }

// BrokenAfterTaking is a 500 for a message that was taken.
func BrokenAfterTaking() Fault { return Fault{Status: 500, Taken: true} }

// ClosedBeforeTaking is a connection that ends without an answer.
func ClosedBeforeTaking() Fault { return Fault{Closed: true} }

// ClosedAfterTaking is an answer that is lost.
func ClosedAfterTaking() Fault { return Fault{Closed: true, Taken: true} }

// Garbled takes the message and answers what no API would.
func Garbled() Fault { return Fault{Status: 200, Taken: true, Body: "<html>it works</html>"} }

// Refused is an error with a code of the provider's.
func Refused(status, code int) Fault { return Fault{Status: status, Code: code} }

// Redirected answers with a redirect.
func Redirected(to string) Fault { return Fault{Status: http.StatusTemporaryRedirect, Location: to} }

// Server is what the servers have in common.
type Server struct {
	// URL goes into a sender's api_base.
	URL string

	t      testing.TB
	mu     sync.Mutex
	taken  []Message
	sends  int
	faults []Fault
	// explain writes an error as the provider does.
	explain func(status, code int, m Message) string
}

// start serves a handler until the test ends.
func (s *Server) start(t testing.TB, handler http.Handler) {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.t, s.URL = t, server.URL
}

// Fail lets the next requests to send fail, one fault each, in order.
func (s *Server) Fail(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, faults...)
}

// Messages are the messages that were taken, in order.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// Sends is how many requests to send came with the right credentials.
func (s *Server) Sends() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sends
}

// Only is the one message that was taken. It ends the test when there isn't one.
func (s *Server) Only() Message {
	s.t.Helper()
	taken := s.Messages()
	if len(taken) != 1 {
		s.t.Fatalf("the provider took %d messages, want 1", len(taken))
	}
	return taken[0]
}

// Add keeps messages that nobody sends in the test, oldest first.
func (s *Server) Add(messages ...Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, messages...)
}

// send takes a message, or fails as the next fault says. known is what an earlier
// request with the same key gets, for providers that have keys.
func (s *Server) send(w http.ResponseWriter, m Message, known func([]Message) *Message) (Message, bool) {
	s.mu.Lock()
	s.sends++
	fault := Fault{Taken: true}
	if len(s.faults) > 0 {
		fault, s.faults = s.faults[0], s.faults[1:]
	}
	earlier := known(s.taken)
	switch {
	case earlier != nil:
		m = *earlier
	case fault.Taken:
		s.taken = append(s.taken, m)
	}
	s.mu.Unlock()
	if fault.Closed || fault.Status != 0 {
		s.answer(w, fault, m)
		return m, false
	}
	return m, true
}

// answer fails as a fault says.
func (s *Server) answer(w http.ResponseWriter, fault Fault, m Message) {
	if fault.Closed {
		// The server's way to end a connection without a word.
		panic(http.ErrAbortHandler)
	}
	for name, value := range map[string]string{"Retry-After": fault.RetryAfter, "Location": fault.Location} {
		if value != "" {
			w.Header().Set(name, value)
		}
	}
	body := fault.Body
	if body == "" {
		body = s.explain(fault.Status, fault.Code, m)
	}
	write(w, fault.Status, body)
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The caller went away if this fails.
	_, _ = io.WriteString(w, body)
}

// none is for providers without keys.
func none([]Message) *Message { return nil }

// gossip is an error text that tells more than an error should.
func gossip(m Message) string {
	return fmt.Sprintf("The message %q to %s%s can't be sent", m.Body, m.To, m.Recipient)
}
