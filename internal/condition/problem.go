package condition

import (
	"fmt"
	"strings"
)

// Part is the piece of a comparison that a Problem is about.
type Part string

// The parts of a comparison; empty means the condition as a whole.
const (
	PartField    Part = "field"
	PartOperator Part = "operator"
	PartValue    Part = "value"
	PartCase     Part = "case"
)

// Problem is one thing wrong with a condition. It is the error that Parse returns.
type Problem struct {
	// Path leads to the condition within the whole, as in "all/0/not"; empty is the whole.
	Path string `json:"path,omitempty"`
	Part Part   `json:"part,omitempty"`
	// Column is the byte in the text form, from 1; 0 when there is no text form.
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	// Suggestion says what to write instead.
	Suggestion string `json:"suggestion,omitempty"`
}

// Error is the problem in one line.
func (p *Problem) Error() string {
	var b strings.Builder
	if p.Path != "" {
		b.WriteString(p.Path + ": ")
	}
	if p.Column > 0 {
		fmt.Fprintf(&b, "column %d: ", p.Column)
	}
	b.WriteString(p.Message)
	if p.Suggestion != "" {
		b.WriteString("; " + p.Suggestion)
	}
	return b.String()
}

// DecodeError is the error of UnmarshalJSON: everything wrong with the form of a condition.
type DecodeError struct {
	Problems []Problem
}

// Error lists the problems, separated by semicolons and line breaks.
func (e *DecodeError) Error() string {
	lines := make([]string, len(e.Problems))
	for i := range e.Problems {
		lines[i] = e.Problems[i].Error()
	}
	return "condition: " + strings.Join(lines, "\n")
}

// Locate fills in the columns of problems of a condition that was written as
// the given text, from the part each is about.
func Locate(text string, problems []Problem) []Problem {
	parts, problem := split(strings.Trim(text, spaces))
	if problem != nil {
		return problems
	}
	lead := leadingSpace(text)
	located := make([]Problem, len(problems))
	for i, p := range problems {
		switch {
		case p.Column > 0 || p.Path != "":
		case p.Part == PartField:
			p.Column = lead + 1
		case p.Part == PartOperator:
			p.Column = lead + parts.operatorAt + 1
		case p.Part == PartValue && parts.value != "":
			p.Column = lead + parts.valueAt + 1
		case p.Part == PartValue:
			p.Column = lead + parts.operatorAt + 1
		}
		located[i] = p
	}
	return located
}

func join(path, next string) string {
	if path == "" {
		return next
	}
	return path + "/" + next
}
