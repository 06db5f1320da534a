package store

import (
	"encoding/json"
	"time"
)

// dialect is where PostgreSQL and SQLite differ. Statements are written once,
// with ? for parameters, and take these fragments where the engines disagree.
type dialect struct {
	name string
	// lock ends a SELECT whose rows the transaction goes on to change. SQLite
	// needs none: it has one writer.
	lock string
	// bytewise compares the text before it byte by byte.
	bytewise string
	// jsonParam is a parameter of JSON text, as a document to store.
	jsonParam string
	// jsonValue is a parameter of JSON text, to compare as text.
	jsonValue string
	// timeParam is a parameter of a time where its type can't be inferred.
	timeParam string
	// object makes a JSON object of names and values.
	object string
	// anyID is true for an internal_id in a list of them, from listArg.
	anyID string
	// foldedS and foldedK are the two characters outside ASCII that fold with
	// ASCII letters: the long s and the Kelvin sign.
	foldedS, foldedK string
	// isText and isBoolean look at the JSON type of an attribute; exists is
	// false for null.
	isText, isTrue, isFalse, exists string

	// key is the parameter by which -> and ->> find a member of an object.
	key func(name string) string
	// time is the parameter for a time.
	time func(time.Time) any
	// list is the parameter for anyID.
	list func(ids []int64) any
	// document reads a JSON column as text.
	document func(column string) string
}

var postgres = dialect{
	name:      "postgres",
	lock:      " FOR UPDATE",
	bytewise:  ` COLLATE "C"`,
	jsonParam: "CAST(? AS jsonb)",
	jsonValue: "CAST(CAST(? AS jsonb) AS text)",
	timeParam: "CAST(? AS timestamptz)",
	object:    "jsonb_build_object",
	anyID:     "internal_id = ANY(CAST(? AS bigint[]))",
	foldedS:   `U&'\017F'`,
	foldedK:   `U&'\212A'`,
	isText:    "COALESCE(jsonb_typeof(attributes -> CAST(? AS text)) = 'string', FALSE)",
	isTrue:    "COALESCE(attributes -> CAST(? AS text) = 'true', FALSE)",
	isFalse:   "COALESCE(attributes -> CAST(? AS text) = 'false', FALSE)",
	exists:    "COALESCE(jsonb_typeof(attributes -> CAST(? AS text)) <> 'null', FALSE)",
	key:       func(name string) string { return name },
	time:      func(at time.Time) any { return cut(at) },
	list:      func(ids []int64) any { return ids },
	document:  func(column string) string { return "CAST(" + column + " AS text)" },
}

var lite = dialect{
	name:      "sqlite",
	bytewise:  " COLLATE BINARY",
	jsonParam: "jsonb(?)",
	jsonValue: "json(?)",
	timeParam: "CAST(? AS text)",
	object:    "json_object",
	anyID:     "internal_id IN (SELECT value FROM json_each(?))",
	foldedS:   "char(383)",
	foldedK:   "char(8490)",
	isText:    "COALESCE(json_type(attributes, ?) = 'text', FALSE)",
	isTrue:    "COALESCE(json_type(attributes, ?) = 'true', FALSE)",
	isFalse:   "COALESCE(json_type(attributes, ?) = 'false', FALSE)",
	exists:    "COALESCE(json_type(attributes, ?) <> 'null', FALSE)",
	// Names hold neither quotation marks nor backslashes: checkName sees to it.
	key:  func(name string) string { return `$."` + name + `"` },
	time: func(at time.Time) any { return cut(at).Format(sqliteTime) },
	list: func(ids []int64) any {
		// Integers always encode.
		text, _ := json.Marshal(ids)
		return string(text)
	},
	document: func(column string) string { return "json(" + column + ")" },
}

// isPostgres reports whether statements may come from several connections at once.
func (d dialect) isPostgres() bool { return d.name == postgres.name }

// optionalTime is the parameter for a time that may be missing.
func (d dialect) optionalTime(at *time.Time) any {
	if at == nil {
		return nil
	}
	return d.time(*at)
}
