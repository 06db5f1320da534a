package definitions

import (
	"strings"
	"unicode/utf8"
)

func didYouMean(name string) string { return "did you mean " + name + "?" }

// inBrackets appends a suggestion to a sentence, nothing when there is none.
func inBrackets(suggestion string) string {
	if suggestion == "" {
		return ""
	}
	return " (" + suggestion + ")"
}

// nearest is the candidate that somebody who wrote name most likely meant: at
// most a third of its letters away.
func nearest(name string, candidates []string) (string, bool) {
	const longest = 64
	if len(name) > longest {
		return "", false
	}
	best, least := "", len(name)
	for _, candidate := range candidates {
		distance := editDistance(strings.ToLower(name), strings.ToLower(candidate))
		if distance < least && distance <= max(1, utf8.RuneCountInString(candidate)/3) {
			best, least = candidate, distance
		}
	}
	return best, best != ""
}

// editDistance counts the letters to add, take away, change or swap with their
// neighbour between two words.
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	before, last, row := make([]int, len(to)+1), make([]int, len(to)+1), make([]int, len(to)+1)
	for j := range last {
		last[j] = j
	}
	for i, letter := range from {
		row[0] = i + 1
		for j := range to {
			cost := 1
			if letter == to[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && letter == to[j-1] && from[i-1] == to[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(to)]
}
