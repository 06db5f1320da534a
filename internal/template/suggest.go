package template

import (
	"strings"

	"replyflow/internal/suggest"
)

// nearestOf names what a wrong name was probably meant to be, else all there are.
func nearestOf(wrong string, names []string) string {
	if near, ok := suggest.Nearest(wrong, names); ok {
		return "; did you mean " + near + "?"
	}
	return "; there are " + strings.Join(names, ", ")
}
