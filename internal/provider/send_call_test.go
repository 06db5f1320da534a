package provider

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// waitForTheCallerToLeave reads the body first: a server watches the connection only
// once it has.
func waitForTheCallerToLeave(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// TestTheContextEndsASend cancels while the provider has the message: nobody knows
// then whether it was taken.
func TestTheContextEndsASend(t *testing.T) {
	t.Parallel()
	for name, s := range sendings(t) {
		ctx, cancel := context.WithCancel(t.Context())
		slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			waitForTheCallerToLeave(r)
		}))
		s.sender.APIBase = slow.URL
		failure := s.failure(t, ctx, httpClient(t), outgoing())
		if !failure.Retry || !failure.Unsure || !strings.Contains(failure.Reason, "cancelled") {
			t.Errorf("%s: %+v", name, failure)
		}
		// A context that has ended before sends nothing at all.
		failure = s.failure(t, ctx, httpClient(t), outgoing())
		if !failure.Retry || failure.Unsure {
			t.Errorf("%s: %+v", name, failure)
		}
		slow.Close()
	}
}

func TestTheClientsTimeoutEndsASend(t *testing.T) {
	t.Parallel()
	for name, s := range sendings(t) {
		slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { waitForTheCallerToLeave(r) }))
		s.sender.APIBase = slow.URL
		client := httpClient(t)
		client.Timeout = 50 * time.Millisecond
		failure := s.failure(t, t.Context(), client, outgoing())
		if !failure.Retry || !failure.Unsure || !strings.Contains(failure.Reason, "too long") {
			t.Errorf("%s: %+v", name, failure)
		}
		slow.Close()
	}
}

// TestAnEndlessAnswerIsCut would fill the memory if answers were read to their end.
func TestAnEndlessAnswerIsCut(t *testing.T) {
	t.Parallel()
	for name, s := range sendings(t) {
		written := 0
		endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			chunk := []byte(strings.Repeat(" ", 64<<10))
			for written < 64*maxAnswer {
				n, err := w.Write(chunk)
				if written += n; err != nil {
					return
				}
			}
		}))
		s.sender.APIBase = endless.URL
		failure := s.failure(t, t.Context(), httpClient(t), outgoing())
		endless.Close()
		if !failure.Unsure || written >= 64*maxAnswer {
			t.Errorf("%s: %d bytes were read, %+v", name, written, failure)
		}
	}
}

// silent is a transport that reports nothing about its connections.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no") }

func TestATransportThatTellsNothingLeavesThingsUnsure(t *testing.T) {
	t.Parallel()
	for _, s := range sendings(t) {
		failure := s.failure(t, t.Context(), &http.Client{Transport: silent{}}, outgoing())
		if !failure.Retry || !failure.Unsure {
			t.Errorf("%+v", failure)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for header, expected := range map[string]time.Duration{
		"": 0, "0": 0, "1": time.Second, " 30 ": 30 * time.Second, "600": maxAfter, "601": maxAfter,
		"99999999999999999999999999": maxAfter, "18446744073709551615": maxAfter, "-1": 0, "soon": 0, "1.5": 0,
		"Sat, 21 Nov 2026 08:00:05 GMT": 5 * time.Second,
		"Sat, 21 Nov 2026 07:00:00 GMT": 0,
		"Sat, 21 Nov 2036 08:00:00 GMT": maxAfter,
	} {
		if got := retryAfter(header, now); got != expected {
			t.Errorf("Retry-After %q is %s, want %s", header, got, expected)
		}
	}
}
