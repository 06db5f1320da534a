package api

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"replyflow/definitions"
)

// unknownSenders warns of senders that a campaign waits for and that the workspace
// doesn't have: it would never start. Only a server knows its senders, and another
// one may have them, so it is no error.
func (a *API) unknownSenders(workspace string, definition definitions.Definition, file, source string) definitions.Problems {
	if definition.Trigger.Inbound == nil {
		return nil
	}
	var problems definitions.Problems
	for i, name := range definition.Trigger.Inbound.Senders {
		if len(a.sendersOf(workspace, "", name)) > 0 {
			continue
		}
		line, column := placeOf(source, name)
		problems = append(problems, definitions.Problem{
			File: file, Line: line, Column: column, Path: fmt.Sprintf("trigger.inbound.senders[%d]", i), Severity: definitions.SeverityWarning,
			Message: fmt.Sprintf("%q starts nothing here: %s", name, a.unknownSender(workspace, name)), Suggestion: "compare it with the senders of the configuration",
		})
	}
	return problems
}

// placeOf is where a text stands first in a file, its beginning when it is written
// in another way there.
func placeOf(source, text string) (line, column int) {
	before, _, found := strings.Cut(source, text)
	if !found {
		return 1, 1
	}
	last := before[strings.LastIndex(before, "\n")+1:]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(last) + 1
}
