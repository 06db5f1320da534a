// Package devserver runs a Temporal server and its web UI inside this process,
// on SQLite files in one folder. It is what `replyflow dev` stands on: a real
// server on a small engine, which survives being killed and picks up where it
// stopped. It serves one machine only; production uses a Temporal cluster.
//
// No other package may import go.temporal.io/server or its UI: they make up most
// of a binary's size, and one importer can be left out of a build.
package devserver
