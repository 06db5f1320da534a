// Package provider is what replyflow knows of the companies that carry messages:
// how to believe and read what each one posts, and how to send through it.
//
// A provider is one implementation of Provider, in a file of its own that registers
// it. It reads requests into the canonical types of package message and keeps
// its own words to itself. Reading is pure: no clock, no I/O.
package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"replyflow/internal/config"
	"replyflow/internal/message"
)

// Provider carries messages between people and our senders.
type Provider interface {
	// Name is the provider's name in the configuration: twilio, meta, gateway.
	Name() string
	// Endpoints are the addresses that the provider calls.
	Endpoints() []Endpoint
	// Check says what is wrong with a sender's settings: which one, empty for the
	// sender as a whole, and why. Both are empty when nothing is.
	Check(sender config.Sender) (setting, problem string)
	// Send asks the provider to send a message. It fails with a SendError.
	Send(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error)
}

// providers are filled by init functions only: each file registers its own.
var providers []Provider

// register makes a provider known, here and to the configuration.
func register(p Provider) {
	providers = append(providers, p)
	config.RegisterProvider(config.Provider{Name: p.Name(), Check: p.Check})
}

// All are the providers.
func All() []Provider { return slices.Clone(providers) }

// Named finds a provider by its name.
func Named(name string) (Provider, bool) {
	for _, p := range All() {
		if p.Name() == name {
			return p, true
		}
	}
	return nil, false
}

// Endpoint is an address that a provider calls, below the public URL.
type Endpoint struct {
	// Path may hold mux variables, which Request.Vars gives.
	Path    string
	Methods []string
	// MaxBody is how many bytes a body may have; 0 takes the configured limit.
	MaxBody int64
	// Read verifies and reads a request. It fails with a Refusal.
	Read func(Request, Senders) (Batch, error)
	// Write answers what was taken. 200 has been decided by then: nothing in a
	// batch can be refused any more.
	Write func(http.ResponseWriter, Batch)
}

// Request is what a provider posted.
type Request struct {
	Method string
	// URL is the address that the provider called: the public URL's origin and
	// the raw target, never decoded and encoded again.
	URL      string
	RawQuery string
	Header   http.Header
	Body     []byte
	Vars     map[string]string
	// ArrivedAt is the arrival of everything in the request.
	ArrivedAt time.Time
}

// Batch is everything that a request reported, in the request's order.
type Batch struct {
	Messages []message.Inbound
	Updates  []message.Update
	// Challenge is the text to answer a verification with, when the request was one.
	Challenge string
	// Unknown counts what is for no sender of ours, UnknownTo names the senders that
	// it was for. Messages are kept as they came: a sender may have been forgotten.
	Unknown   int
	UnknownTo []string
}

// Refusal says why a request isn't believed or can't be read. Nothing of it was
// taken.
type Refusal struct {
	// Status is the HTTP status: 403, 400, 405 or 415.
	Status int
	// Kind names the reason for logs and metrics: signature, malformed, …
	Kind   string
	Reason string
}

// Error implements error.
func (r *Refusal) Error() string { return r.Reason }

func refuse(status int, kind, format string, args ...any) error {
	return &Refusal{Status: status, Kind: kind, Reason: fmt.Sprintf(format, args...)}
}

// Sender is one of our senders, with its secrets.
type Sender struct {
	Workspace string
	// Region is where the sender's numbers are at home when the configuration
	// leaves out the country code; empty reads only complete ones.
	Region string
	config.Sender
}

// Ref is the sender as a message carries it.
func (s Sender) Ref() message.SenderRef {
	address := s.Address
	if address == "" {
		address = s.MessagingService
	}
	return message.SenderRef{Workspace: s.Workspace, Name: s.Name, Address: address}
}

// Senders finds our senders. It answers from memory.
type Senders interface {
	// List are all senders of a provider, of every workspace.
	List(provider string) []Sender
}

// Outgoing is a message to send.
type Outgoing struct {
	// ID is our own id of the message. It is given to the provider where it
	// takes one, so that a lost answer can be looked up.
	ID string
	// From is the number of ours that the person wrote to, empty when the sender
	// has one address only; Service is the messaging service, if any.
	From, Service string
	// To is the raw address that the person wrote from.
	To   string
	Body string
	// ReplyTo is the provider's id of the message that this one answers.
	ReplyTo string
	// StatusCallback is where the provider reports what became of the message.
	StatusCallback string
	// AttemptedAt is set when there was an attempt of which nobody knows whether the
	// provider took it: when it began. The provider is asked first, and one that
	// can't be asked is never given the message a second time.
	AttemptedAt *time.Time
	// TooLate is set when nothing may be sent any more: only what became of that
	// attempt is asked.
	TooLate bool
}

// Sent is a message that the provider took.
type Sent struct {
	ProviderID string
	Status     string
}

// SendError is why a message wasn't sent.
type SendError struct {
	// Code is the provider's own code, as text.
	Code string
	// Status is the HTTP status, 0 when there was no answer.
	Status int
	Reason string
	// Retry is true when the message wasn't taken and another attempt may be.
	Retry bool
	// After is how long the provider asks to wait, 0 when it doesn't say.
	After time.Duration
	// Unsure is true when the answer was lost: the message may have been sent.
	Unsure bool
	// OptOut is set when the provider refuses because the person has opted out.
	OptOut *message.ProviderOptOut
}

// Error implements error.
func (e *SendError) Error() string {
	if e.Code == "" {
		return e.Reason
	}
	return fmt.Sprintf("%s (code %s)", e.Reason, e.Code)
}

// AsSendError finds the SendError in an error.
func AsSendError(err error) (*SendError, bool) {
	var found *SendError
	ok := errors.As(err, &found)
	return found, ok
}
