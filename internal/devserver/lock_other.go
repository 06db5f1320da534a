//go:build !unix

package devserver

// lockFile does nothing: the standard library has no file locks here. A second
// server then stops at its port, or waits at SQLite's own locks.
func lockFile(string) (release func() error, err error) {
	return func() error { return nil }, nil
}
