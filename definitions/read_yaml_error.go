package definitions

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"
)

// reportYAML reports why the library can't read the file.
func (r *reader) reportYAML(err error) {
	at := position{1, 1}
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	hint := ""
	var load *yaml.LoadError
	if errors.As(err, &load) {
		message = load.Message
		if load.Mark.Line > 0 {
			at = position{load.Mark.Line, max(load.Mark.Column, 1)}
		}
		hint = r.quoteHint(load, at)
	}
	if hint == "" {
		hint = yamlHint(message, r.line(at.line))
	}
	r.report(at, rootPath, "this isn't YAML: "+message, hint)
}

// quoteHint says where a quote opened that is never closed, or closed only by
// the next quote of the file: the library complains where it ended.
func (r *reader) quoteHint(load *yaml.LoadError, at position) string {
	if strings.Contains(load.ContextMsg, "quoted scalar") {
		if !strings.HasPrefix(load.Message, "found unexpected") {
			return ""
		}
		return fmt.Sprintf("the quote that opens at line %d, column %d never closes", load.ContextMark.Line, load.ContextMark.Column)
	}
	if opened, found := r.openedBefore(at); found && opened.line < at.line {
		return fmt.Sprintf("the quote that opens at line %d, column %d closes only here; close it where its text ends", opened.line, opened.column)
	}
	return ""
}

// openedBefore is where the quoted text opened that ends right before a place.
func (r *reader) openedBefore(at position) (position, bool) {
	before := string(r.data[:r.offset(at)])
	if before == "" || !strings.HasSuffix(before, `"`) && !strings.HasSuffix(before, "'") {
		return position{}, false
	}
	quote := before[len(before)-1]
	for i := len(before) - 2; i >= 0; i-- {
		switch {
		case before[i] != quote:
		case quote == '\'' && i > 0 && before[i-1] == quote:
			// Two single quotes are one within the text.
			i--
		case quote == '"' && escaped(before[:i]):
		default:
			return positionAt(r.data, i), true
		}
	}
	return position{}, false
}

// escaped reports whether a text ends in a backslash that isn't escaped itself.
func escaped(text string) bool {
	return (len(text)-len(strings.TrimRight(text, "\\")))%2 == 1
}

// yamlHint explains the mistakes that people make most.
func yamlHint(message, line string) string {
	switch {
	case strings.HasPrefix(strings.TrimLeft(line, " "), "\t"), strings.Contains(message, "tab"):
		return "indent with spaces, not tabs"
	case strings.Contains(line, "{{") || strings.Contains(line, "{%"):
		return `put a value with a template in quotes: "{{ trigger.From }}"`
	case strings.Contains(message, "mapping values are not allowed"):
		return `put a value with ": " in it in quotes, and check the indentation`
	case strings.Contains(message, "did not find expected"):
		return "check the indentation and that quotes and brackets close"
	}
	return ""
}
