package template

import "strings"

// suggest names what a wrong name was probably meant to be, else all there are.
func suggest(wrong string, names []string) string {
	nearest, least := "", 3
	if len(wrong) <= maxSuggested {
		for _, name := range names {
			if d := distance(wrong, name); d < least && d < len(name) {
				nearest, least = name, d
			}
		}
	}
	if nearest != "" {
		return "; did you mean " + nearest + "?"
	}
	return "; there are " + strings.Join(names, ", ")
}

// maxSuggested is how long a wrong name may be to be compared with the right ones.
const maxSuggested = 40

// distance is how many letters must be put in, taken out or changed to make one
// word of another (Levenshtein).
func distance(a, b string) int {
	previous := make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		current := make([]int, len(b)+1)
		current[0] = i + 1
		for j := range len(b) {
			changed := previous[j]
			if a[i] != b[j] {
				changed++
			}
			current[j+1] = min(previous[j+1]+1, current[j]+1, changed)
		}
		previous = current
	}
	return previous[len(b)]
}
