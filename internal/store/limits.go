package store

// Limits of what a person may be. They keep a page of people small enough to
// hold in memory, and every value within what both databases can keep.
const (
	// MaxIDLength is the longest id of a person, in bytes.
	MaxIDLength = 150
	// MaxNameLength is the longest name of an attribute, in bytes.
	MaxNameLength = 150
	// MaxAttributes is how many attributes a person may have.
	MaxAttributes = 1000
	// MaxValueLength is the longest value of an attribute, in bytes of JSON.
	MaxValueLength = 100_000
	// maxValueDepth is how deep lists and objects may nest in a value.
	maxValueDepth = 32
	// maxSetAttributes is how many attributes one batch update may set: each adds
	// a level to the expressions of its statements.
	maxSetAttributes = 100
)

// reservedNames are fields of every person, so no attribute may have them.
var reservedNames = []string{"id", "created_at", "updated_at"}

// Limits of lists.
const (
	defaultPage = 50
	maxPage     = 1000
)

// pageSize is the number of rows that a list may return for a wish.
func pageSize(wish int) int {
	switch {
	case wish <= 0:
		return defaultPage
	case wish > maxPage:
		return maxPage
	}
	return wish
}
