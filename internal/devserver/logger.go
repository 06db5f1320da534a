package devserver

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"

	temporallog "go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// noHTTP begins the warning, at every start, that the HTTP API is off. It is off on
// purpose: nobody needs a second unguarded door.
const noHTTP = "HTTP API port has not been set"

// logger passes Temporal's warnings and errors on. Its information is left out:
// a hundred lines a start that nobody running replyflow can act on.
type logger struct {
	target *slog.Logger
	// stopping silences warnings: services that stop one after the other miss each
	// other.
	stopping *atomic.Bool
}

// newLogger marks everything that Temporal says as coming from it.
func newLogger(target *slog.Logger, stopping *atomic.Bool) temporallog.Logger {
	return logger{target: target.With("component", "temporal-server"), stopping: stopping}
}

// Debug is left out.
func (logger) Debug(string, ...tag.Tag) {}

// Info is left out.
func (logger) Info(string, ...tag.Tag) {}

// Warn passes a warning on.
func (l logger) Warn(message string, tags ...tag.Tag) {
	if !l.stopping.Load() && !strings.HasPrefix(message, noHTTP) {
		l.log(slog.LevelWarn, message, tags)
	}
}

// Error passes an error on, unless it only says that a caller went away, as
// workers do when they stop.
func (l logger) Error(message string, tags ...tag.Tag) {
	if !callerWentAway(tags) {
		l.log(slog.LevelError, message, tags)
	}
}

func callerWentAway(tags []tag.Tag) bool {
	for _, t := range tags {
		if strings.HasSuffix(fmt.Sprint(t.Value()), context.Canceled.Error()) {
			return true
		}
	}
	return false
}

// DPanic is an error: it stands for a panic in Temporal's own development only.
func (l logger) DPanic(message string, tags ...tag.Tag) { l.log(slog.LevelError, message, tags) }

// Panic logs and panics, as Temporal relies on for code that must not go on.
func (l logger) Panic(message string, tags ...tag.Tag) {
	l.log(slog.LevelError, message, tags)
	panic("temporal server: " + message)
}

// Fatal logs and ends the process, which Temporal relies on. Start checks
// beforehand what is known to lead here.
func (l logger) Fatal(message string, tags ...tag.Tag) {
	l.log(slog.LevelError, message, tags)
	os.Exit(1)
}

// With adds tags to everything said through the result.
func (l logger) With(tags ...tag.Tag) temporallog.Logger {
	return logger{target: l.target.With(attributes(tags)...), stopping: l.stopping}
}

func (l logger) log(level slog.Level, message string, tags []tag.Tag) {
	l.target.Log(context.Background(), level, message, attributes(tags)...)
}

// attributes turns tags into what slog takes. A value that is neither text nor a
// number is written as text, since a handler may not know how to.
func attributes(tags []tag.Tag) []any {
	converted := make([]any, 0, len(tags))
	for _, t := range tags {
		switch value := t.Value().(type) {
		case string, bool, int, int32, int64, uint64, float64:
			converted = append(converted, slog.Any(t.Key(), value))
		default:
			converted = append(converted, slog.String(t.Key(), fmt.Sprint(value)))
		}
	}
	return converted
}
