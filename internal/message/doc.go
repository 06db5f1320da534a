// Package message holds the types that cross package borders: the event that a
// webhook delivers, the reference to a run, and the inputs and results of the
// activities that workflows call.
//
// It is pure: it reads no clock, does no I/O and knows nothing of Temporal.
// Payloads and attribute values are json.RawMessage everywhere, so no number
// loses a digit between an HTTP request and the database.
package message
