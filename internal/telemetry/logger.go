// Package telemetry is how a process tells operators what it does: one log
// format and one registry of metrics. Neither ever holds a body, a token or a
// phone number.
package telemetry

import (
	"io"
	"log/slog"
)

// NewLogger returns a logger that writes a line of JSON an event, or of
// key=value text for people when text is true.
func NewLogger(w io.Writer, level slog.Level, text bool) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if text {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}
