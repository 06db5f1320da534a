package definitions

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity tells a problem that stops a definition from one that doesn't.
type Severity string

// The severities of a problem.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is something wrong or doubtful in a definition: where it is, what it
// is, and what to do.
type Problem struct {
	File string `json:"file"`
	// Line and Column count from 1; columns count characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Path leads to the value, as in workflow[0].then[1].set; "definition" is the whole.
	Path       string   `json:"path"`
	Message    string   `json:"message"`
	Suggestion string   `json:"suggestion,omitempty"`
	Severity   Severity `json:"severity"`
}

// String is the problem in one line: file:line:col: path: message (suggestion).
func (p Problem) String() string {
	message := p.Message
	if p.Severity == SeverityWarning {
		message = "warning: " + message
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s%s", p.File, p.Line, p.Column, p.Path, message, inBrackets(p.Suggestion))
}

// Problems are everything wrong or doubtful in a definition, sorted by position.
type Problems []Problem

// HasErrors reports whether a problem stops the definition.
func (p Problems) HasErrors() bool { return len(p.Errors()) > 0 }

// Errors are the problems that stop the definition.
func (p Problems) Errors() Problems { return p.of(SeverityError) }

// Warnings are the problems that don't.
func (p Problems) Warnings() Problems { return p.of(SeverityWarning) }

func (p Problems) of(severity Severity) Problems {
	var found Problems
	for _, problem := range p {
		if problem.Severity == severity {
			found = append(found, problem)
		}
	}
	return found
}

// String lists the problems, one a line.
func (p Problems) String() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the errors as one error, nil when there are none.
func (p Problems) Err() error {
	if !p.HasErrors() {
		return nil
	}
	return fmt.Errorf("the definition has problems:\n%s", p.Errors())
}

// maxProblems is how many problems are reported; nobody mends more at once.
const maxProblems = 500

// sort orders problems by position, errors before warnings, drops repetitions
// and what is too much to read.
func (p Problems) sort() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Severity, b.Severity))
	})
	p = slices.Compact(p)
	if len(p) <= maxProblems {
		return p
	}
	// The note that stands for the rest is an error when there is any, so that
	// none gets lost behind warnings.
	note := p[maxProblems]
	note.Message, note.Suggestion = fmt.Sprintf("%d more problems from here on", len(p)-maxProblems), "mend those above first"
	if p.HasErrors() {
		note.Severity = SeverityError
	}
	return append(p[:maxProblems], note)
}
