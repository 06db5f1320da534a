// Package api is the management API under /api/v1: people, campaigns, runs and
// the activity log, as JSON over HTTP, for those who hold a key.
//
// One file holds one resource: the shapes that it reads and writes, its routes,
// and what they do. Errors are application/problem+json (RFC 9457) with an entry
// for each field. The OpenAPI document derives from the same declarations.
//
// Attribute values and payloads are json.RawMessage throughout: no number loses
// a digit on its way through the API.
package api
