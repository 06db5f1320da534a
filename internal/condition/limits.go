package condition

// Limits keep a condition small enough to read, to store in a history and to
// evaluate for every person of a page.
const (
	// MaxTextLength is the longest text form, in bytes.
	MaxTextLength = 8192
	// MaxFieldLength is the longest field name, in bytes.
	MaxFieldLength = 512
	// MaxDepth is how deep all, any and not may nest; a lone comparison has depth 1.
	MaxDepth = 16
	// MaxComparisons is how many comparisons one condition may hold.
	MaxComparisons = 200
	// MaxListItems is how many values a list may hold.
	MaxListItems = 1000
	// MaxPatternLength is the longest regular expression, in bytes.
	MaxPatternLength = 1000
	// MaxNumberLength is the longest number that is compared as a number, in
	// bytes without an exponent; a longer one is text.
	MaxNumberLength = 500
	// MaxDurationDays is the longest duration of "is within the last".
	MaxDurationDays = 36500
	// MaxShown is how many characters of a value a reason shows.
	MaxShown = 60
	// MaxWhy is the longest reason, in characters.
	MaxWhy = 600
)
