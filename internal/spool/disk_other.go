//go:build !unix

package spool

import (
	"fmt"
	"os"
)

// lock opens the lock's file. There is no portable lock that ends with its
// process: on these systems nothing stops a second process.
func lock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the spool's lock can't be opened: %w", err)
	}
	return file, nil
}

func unlock(file *os.File) error { return file.Close() }

// syncFolder does nothing: these systems have no folder to be synced.
func syncFolder(string) error { return nil }
