package consent

import "sync"

// IsReserved reports whether a text is, folded, a word of a shipped list in any
// language: what a campaign says about it comes after what it does to consent.
func IsReserved(text string) bool { return reserved()[Fold(text)] }

var reserved = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, language := range Languages() {
		for _, word := range Words(language) {
			known[Fold(word.Text)] = true
		}
	}
	return known
})
