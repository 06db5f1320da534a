package provider

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Limits on what a provider's API may make us read and wait for.
const (
	maxAnswer = 1 << 20
	maxAfter  = 10 * time.Minute
)

// answer is what a provider's API answered, read up to maxAnswer.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// OK reports whether the provider did what it was asked.
func (a answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// newCall is a request to a provider's API. It fails with a SendError.
func newCall(ctx context.Context, method, address string, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		// The library's own text repeats the address, which names the account.
		return nil, &SendError{Reason: "the provider's address can't be used: write the sender's api_base as https://host"}
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "replyflow")
	return request, nil
}

// call asks a provider's API. It fails with a SendError when no answer was read,
// which is sure to be unsent only when there was no connection to send it on.
func call(client *http.Client, request *http.Request, name string) (answer, error) {
	if err := request.Context().Err(); err != nil {
		return answer{}, &SendError{Reason: "not sent: " + cause(err), Retry: true}
	}
	// A redirect would carry the credentials and the message somewhere else.
	direct := *client
	direct.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	var seen connection
	response, err := direct.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), seen.trace())))
	if err != nil && seen.neverOpened() {
		return answer{}, &SendError{Reason: name + " can't be reached: " + cause(err), Retry: true}
	}
	if err != nil {
		return answer{}, lost(name, 0, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return answer{}, lost(name, response.StatusCode, err)
	}
	return answer{Status: response.StatusCode, Header: response.Header, Body: body}, nil
}

func lost(name string, status int, err error) *SendError {
	return &SendError{Status: status, Reason: "the answer of " + name + " was lost, so the message may have been sent: " + cause(err), Retry: true, Unsure: true}
}

// neverTaken is for a message of which an earlier attempt is known to have failed,
// and that may not be sent any more.
func neverTaken(name string) *SendError {
	return &SendError{Reason: name + " didn't take it in time"}
}

// unreadable is for a message that was taken by an answer without its id.
func unreadable(name string, a answer) *SendError {
	return &SendError{Status: a.Status, Reason: name + " took the message, but its answer can't be read: check that the sender's api_base is the provider's API", Retry: true, Unsure: true}
}

// failed is what an answer's status alone says of a message that wasn't taken.
func failed(name string, a answer) *SendError {
	failure := &SendError{Status: a.Status, After: retryAfter(a.Header.Get("Retry-After"), time.Now())}
	switch {
	case a.Status == http.StatusTooManyRequests:
		failure.Retry, failure.Reason = true, name+" asks to slow down"
	case a.Status == http.StatusRequestTimeout || a.Status >= 500:
		failure.Retry, failure.Unsure = true, true
		failure.Reason = name + " failed while it had the message, which may have been sent"
	case a.Status >= 300 && a.Status < 400:
		failure.Reason = name + " answered with a redirect, which isn't followed because it would carry the credentials elsewhere: set the sender's api_base to the address that answers itself"
	case a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden:
		failure.Reason = name + " refuses the sender's credentials: check them in the configuration"
	default:
		failure.Reason = name + " refuses the message"
	}
	return failure
}

// meaning is what a provider's own error code says. The message wasn't taken.
type meaning struct {
	reason string
	retry  bool
	// after is how long to wait when the answer itself doesn't say.
	after time.Duration
}

// apply lets a code that is known decide instead of the status.
func (m meaning) apply(failure *SendError) {
	failure.Reason, failure.Retry, failure.Unsure = m.reason, m.retry, false
	if failure.After == 0 {
		failure.After = m.after
	}
}

// retryAfter reads a Retry-After header, in seconds or as a date, up to maxAfter.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxAfter)
	}
	seconds, err := strconv.ParseUint(header, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || seconds > uint64(maxAfter/time.Second):
		return maxAfter
	case err != nil:
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// connection follows whether a request got a connection.
type connection struct{ asked, got atomic.Bool }

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}
}

// neverOpened is false for a transport that doesn't tell: nothing is sure then.
func (c *connection) neverOpened() bool { return c.asked.Load() && !c.got.Load() }

// cause says in a few words why there was no answer. The library's own text names
// the address, which contains the account and may contain numbers.
func cause(err error) string {
	var network net.Error
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, context.Canceled):
		return "it was cancelled"
	case errors.As(err, &network) && network.Timeout():
		return "it took too long"
	case errors.As(err, &name):
		return "its name isn't known"
	case errors.As(err, &certificate):
		return "its certificate isn't trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	}
	return "the connection failed"
}

// baseOf is where a sender's API is: its api_base, else the provider's own.
func (s Sender) baseOf(standard string) string {
	if s.APIBase != "" {
		return strings.TrimRight(s.APIBase, "/")
	}
	return standard
}

// fromOf is the number of ours that a message comes from, empty when only the
// messaging service knows.
func (s Sender) fromOf(out Outgoing) string {
	if out.From != "" {
		return out.From
	}
	return s.Address
}
