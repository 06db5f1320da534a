package webhook

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"replyflow/internal/provider"
)

// Options are what an Intake is made of.
type Options struct {
	// Catalogue finds the campaign behind a token.
	Catalogue Catalogue
	// Launcher starts workflows, now or later.
	Launcher *Launcher
	// Providers knows our senders, with what their providers sign with.
	Providers provider.Senders
	// Samples keeps what campaigns that don't run yet receive.
	Samples Samples
	// Senders knows the auth tokens that Twilio signs with.
	Senders Senders
	// PublicURL is what providers call, and what Twilio's signatures are
	// computed over. A path in it is where a proxy mounts replyflow.
	PublicURL string
	// Limits bound a request; the zero value takes the defaults.
	Limits Limits
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Random is where keys of deliveries without one come from; nil means
	// crypto/rand.
	Random io.Reader
	// Logger is nil for slog.Default().
	Logger *slog.Logger
}

// Limits bound what a request may cost.
type Limits struct {
	// Body is how many bytes a body may have; 0 means DefaultBody.
	Body int64
	// BodyTimeout is how long a client may take to send its body; 0 means
	// DefaultBodyTimeout.
	BodyTimeout time.Duration
}

// Defaults and bounds of intake.
const (
	// DefaultBody is the largest body, in bytes, unless configured.
	DefaultBody = 1 << 20
	// DefaultBodyTimeout is how long a body may take to arrive.
	DefaultBodyTimeout = 30 * time.Second
	// DefaultStartTimeout is how long a start may take when there is nowhere else
	// to go. Refusing is the only other thing that intake can do with a delivery
	// then, so it waits for about as long as providers do (Twilio gives up after
	// 15 s).
	DefaultStartTimeout = 10 * time.Second

	// maxPayload bounds the decoded payload, in bytes: a form of control
	// characters grows when it becomes JSON, and Temporal takes 2 MB with the
	// definition beside it. It leaves the largest configurable body, 1.5 MiB,
	// room to be wrapped.
	maxPayload = 1_600 << 10
	// maxDepth bounds how deep a payload nests.
	maxDepth = 128
	// drainBytes and drainTimeout bound what is read, and thrown away, of a
	// body that was refused, so that a client that is still sending gets to
	// read why.
	drainBytes   = 32 << 20
	drainTimeout = 5 * time.Second
	// retryAfter is what a 503 asks for, in seconds.
	retryAfter = 2
)

// Intake takes webhooks. It is safe for concurrent use.
type Intake struct {
	catalogue Catalogue
	launcher  *Launcher
	providers provider.Senders
	samples   Samples
	senders   Senders
	publicURL string
	prefix    string
	limits    Limits
	now       func() time.Time
	random    io.Reader
	logger    *slog.Logger
}

// New returns an intake.
func New(options Options) *Intake {
	in := &Intake{
		catalogue: options.Catalogue,
		launcher:  options.Launcher,
		providers: options.Providers,
		samples:   options.Samples,
		senders:   options.Senders,
		publicURL: strings.TrimRight(options.PublicURL, "/"),
		prefix:    pathPrefix(options.PublicURL),
		limits:    options.Limits.withDefaults(),
		now:       options.Now,
		random:    options.Random,
		logger:    options.Logger,
	}
	if in.now == nil {
		in.now = time.Now
	}
	if in.random == nil {
		in.random = rand.Reader
	}
	if in.logger == nil {
		in.logger = slog.Default()
	}
	return in
}

func (l Limits) withDefaults() Limits {
	if l.Body <= 0 {
		l.Body = DefaultBody
	}
	if l.BodyTimeout <= 0 {
		l.BodyTimeout = DefaultBodyTimeout
	}
	return l
}

// pathPrefix is the path of the public URL, without a slash at its end; empty
// when replyflow is mounted at the root.
func pathPrefix(publicURL string) string {
	parsed, err := url.Parse(publicURL)
	if err != nil {
		return ""
	}
	return strings.TrimRight(parsed.EscapedPath(), "/")
}
