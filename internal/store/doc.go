// Package store holds all SQL: people, batch updates, campaigns, samples, runs,
// the activity log and API keys, on PostgreSQL and on SQLite.
//
// Every method is one transaction. Every write is idempotent: it is keyed by a
// delivery, a run and node, or a stamp, so that it may be repeated at any time
// and come in any order. Times are UTC, cut to microseconds.
package store
