package pgtest

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// needed are the programs that a cluster takes.
var needed = []string{"initdb", "postgres", "createdb", "dropdb", "psql"}

// findBinaries returns the folder of PostgreSQL's programs: the one in PATH, else
// the newest that the distribution has installed beside it.
func findBinaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && complete(filepath.Dir(real)) {
			return filepath.Dir(real), nil
		}
	}
	// The pattern is constant and well-formed.
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(major(b), major(a)) })
	for _, folder := range folders {
		if complete(folder) {
			return folder, nil
		}
	}
	return "", errors.New("no PostgreSQL here: neither in PATH nor in /usr/lib/postgresql")
}

// major is the version in /usr/lib/postgresql/15/bin, 0 when there is none.
func major(folder string) int {
	version, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
	if err != nil {
		return 0
	}
	return version
}

func complete(folder string) bool {
	return !slices.ContainsFunc(needed, func(program string) bool {
		_, err := os.Stat(filepath.Join(folder, program))
		return err != nil
	})
}
