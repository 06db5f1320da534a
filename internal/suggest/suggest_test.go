package suggest

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	candidates := []string{"branch", "batch_update", "exit", "id", "größe", "update_person", "exist"}
	cases := map[string]string{
		"brunch": "branch", "BRANCH": "branch", "Branche": "branch", "barnch": "branch",
		"batchupdate": "batch_update", "batch update": "batch_update", "updte_prson": "update_person",
		// A third of four letters is one.
		"exits": "exit", "exsit": "exit", "ecits": "",
		// Letters count, not bytes; and one of two letters is allowed, both are not.
		"grosse": "", "grösse": "", "große": "größe", "if": "id", "di": "id", "xy": "", "x": "", "": "",
		"something else": "", strings.Repeat("branch", 11): "",
	}
	for wrong, want := range cases {
		if got, found := Nearest(wrong, candidates); got != want || found != (want != "") {
			t.Errorf("%q is taken for %q (%t), want %q", wrong, got, found, want)
		}
	}
	if got, found := Nearest("id", nil); found {
		t.Errorf("without candidates it found %q", got)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	cases := []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 5, 0}, {"same", "same", 5, 0}, {"", "abc", 5, 3}, {"abc", "", 5, 3},
		{"abc", "abd", 5, 1}, {"abc", "acb", 5, 1}, {"abcd", "badc", 5, 2}, {"ä", "a", 5, 1},
		{"kitten", "sitting", 5, 3}, {"kitten", "sitting", 2, 2}, {"a", "abcdef", 3, 3}, {"abcdef", "a", 3, 3}, {"same", "same", 1, 0},
	}
	for _, c := range cases {
		if got := Distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("from %q to %q within %d: %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}
