// Package webhook is intake: it takes what other systems post to a campaign's
// own address, /hooks/{token}, makes one event of it, starts the campaign's run
// and answers.
//
// It opens no database: hooks come from a catalogue in memory, and the run is
// started in Temporal, which is the durable queue. A request that is refused has
// no effect at all. Nothing here logs a body, a token or a phone number.
package webhook
