package devserver

import (
	"errors"
	"fmt"
	"path/filepath"
)

// errLocked says that another process, or another server of this one, holds a lock.
var errLocked = errors.New("locked")

// lockFolder keeps a second server off a data folder, or says that there is one.
// The operating system releases the lock with the process, so a kill leaves
// nothing to clean up. The lock's file stays after the release: removing it would
// let two processes lock two different files of the same name.
func lockFolder(folder string) (release func() error, err error) {
	release, err = lockFile(filepath.Join(folder, "lock"))
	if errors.Is(err, errLocked) {
		return nil, fmt.Errorf("devserver: the data folder %s is in use by another process: stop it, or choose another folder", folder)
	}
	if err != nil {
		return nil, fmt.Errorf("devserver: lock the data folder %s: %w", folder, err)
	}
	return release, nil
}
