package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"sync"
)

// logic counts the changes of how texts are read, whatever the word lists say.
const logic = "2"

// Version names the rules that decide: their logic, and the shipped word lists by
// a hash. It stands in the evidence of each decision, so that it can be said later
// by which lists a message was read.
var Version = sync.OnceValue(func() string {
	sum := sha256.New()
	// The files are embedded: reading them can't fail.
	_ = fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, _ error) error {
		if entry.IsDir() {
			return nil
		}
		data, err := files.ReadFile(path)
		_, _ = sum.Write(data)
		return err
	})
	return logic + "-" + hex.EncodeToString(sum.Sum(nil)[:6])
})
