package webhook

import (
	"errors"
	"sync"
	"time"
)

// breaker keeps callers from waiting for what has just failed: after a failure
// nobody asks for a pause, and then one caller at a time does, until it answers.
type breaker struct {
	// name is whom it guards, for the log.
	name  string
	now   func() time.Time
	pause time.Duration

	mu sync.Mutex
	// since is when the failures began, zero when the last call succeeded.
	since  time.Time
	until  time.Time
	reason string
	// answered is when a call last succeeded.
	answered time.Time
	// probing is set while somebody tries whether it answers again.
	probing bool
}

// attempt is a call that the breaker allowed.
type attempt struct {
	breaker *breaker
	probe   bool
}

// try allows a call. Whoever is allowed reports what came of it.
func (b *breaker) try() (attempt, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		return attempt{breaker: b}, true
	}
	if b.probing || b.now().Before(b.until) {
		return attempt{}, false
	}
	b.probing = true
	return attempt{breaker: b, probe: true}, true
}

// force allows a call whatever happened: its caller has a pace of its own.
func (b *breaker) force() attempt { return attempt{breaker: b} }

// succeeded reports an answer. It is true when there were failures before.
func (a attempt) succeeded() bool {
	b := a.breaker
	b.mu.Lock()
	defer b.mu.Unlock()
	recovered := !b.since.IsZero()
	b.since, b.until, b.reason = time.Time{}, time.Time{}, ""
	b.answered = b.now()
	a.end()
	return recovered
}

// failed reports that there was no answer. It is true for the first failure.
func (a attempt) failed(cause error) bool {
	b := a.breaker
	b.mu.Lock()
	defer b.mu.Unlock()
	first := b.since.IsZero()
	now := b.now()
	if first {
		b.since = now
	}
	b.until, b.reason = now.Add(b.pause), cause.Error()
	a.end()
	return first
}

// abandon reports a call that the caller gave up: it says nothing.
func (a attempt) abandon() {
	a.breaker.mu.Lock()
	defer a.breaker.mu.Unlock()
	a.end()
}

func (a attempt) end() {
	if a.probe {
		a.breaker.probing = false
	}
}

// verdict is what the last calls tell, and whether they were lately enough.
func (b *breaker) verdict() (failure error, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if b.since.IsZero() {
		return nil, now.Sub(b.answered) < answerAge
	}
	return errors.New(b.reason), now.Sub(b.until) < failureAge
}

func (b *breaker) state() SinkState {
	b.mu.Lock()
	defer b.mu.Unlock()
	state := SinkState{Configured: true, Reason: b.reason}
	if !b.since.IsZero() {
		since := b.since
		state.FailingSince = &since
	}
	return state
}
