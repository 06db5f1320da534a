// Package suggest finds what somebody probably meant by a wrong name, for the
// "did you mean …?" of every message that refuses one. It is pure.
package suggest

import (
	"strings"
	"unicode/utf8"
)

// maxName is how long a name may be, in bytes, to be compared: a longer one is a
// sentence, and comparing takes the product of both lengths.
const maxName = 64

// Nearest is the candidate that somebody who wrote a name most likely meant: at
// most a third of its letters away, and one letter in any case. Capitals don't
// count. Of several at the same distance it is the first.
func Nearest(wrong string, candidates []string) (string, bool) {
	if len(wrong) > maxName {
		return "", false
	}
	// Changing every letter makes anything of anything.
	best, least := "", len(wrong)
	for _, candidate := range candidates {
		most := max(1, utf8.RuneCountInString(candidate)/3)
		distance := Distance(strings.ToLower(wrong), strings.ToLower(candidate), most+1)
		if distance <= most && distance < least {
			best, least = candidate, distance
		}
	}
	return best, best != ""
}

// Distance counts the letters to add, take away, change or swap with their
// neighbour between two words. It answers limit for every distance that is not
// below it, which costs nothing when the lengths alone differ by as much.
func Distance(a, b string, limit int) int {
	from, to := []rune(a), []rune(b)
	if len(from)-len(to) >= limit || len(to)-len(from) >= limit {
		return limit
	}
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
	return min(last[len(to)], limit)
}
