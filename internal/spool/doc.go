// Package spool keeps entries in a folder of append-only files, for the time when
// nothing else takes them. An append returns after the disk has it. The folder
// must outlive the process, and one process at a time may use it.
package spool
