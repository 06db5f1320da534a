//go:build unix

package devserver

import (
	"errors"
	"syscall"
)

// lockFile takes an exclusive lock. It works on a bare descriptor, because an
// os.File releases the lock when nobody refers to it any more.
func lockFile(path string) (release func() error, err error) {
	descriptor, err := syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(descriptor, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = syscall.Close(descriptor)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errLocked
		}
		return nil, err
	}
	return func() error { return syscall.Close(descriptor) }, nil
}
