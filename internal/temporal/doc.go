// Package temporal is how every client, worker and replayer of replyflow speaks
// to a Temporal server: one data converter that keeps every digit, encryption of
// payloads when there are keys, the search attributes, and the reading of
// histories. The names of workflows and task queues live with the workflows.
package temporal
