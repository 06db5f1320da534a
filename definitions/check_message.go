package definitions

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"replyflow/internal/condition"
	"replyflow/internal/inbound"
	"replyflow/internal/suggest"
)

// messageRoot is the name by which an inbound campaign names its message.
const messageRoot = "message"

// unknownField says that a message has no field at a path, and what was probably meant.
type unknownField struct{ message, suggestion string }

// unknownMessageFields are the fields of a condition that no message has: what asks
// about one never holds, and nobody would find out why. path leads to the condition
// within the whole.
func unknownMessageFields(asked condition.Condition, path string) []condition.Problem {
	below := func(step string) string { return strings.TrimPrefix(path+"/"+step, "/") }
	var problems []condition.Problem
	for i, inner := range asked.All {
		problems = append(problems, unknownMessageFields(inner, below("all/"+strconv.Itoa(i)))...)
	}
	for i, inner := range asked.Any {
		problems = append(problems, unknownMessageFields(inner, below("any/"+strconv.Itoa(i)))...)
	}
	if asked.Not != nil {
		problems = append(problems, unknownMessageFields(*asked.Not, below("not"))...)
	}
	root, field := condition.MessageScope.Split(asked.Field)
	if asked.Field == "" || root != messageRoot {
		return problems
	}
	found, unknown := findField(strings.Split(field, "."), false)
	if unknown != nil {
		return append(problems, condition.Problem{
			Path: path, Part: condition.PartField, Message: unknown.message, Suggestion: unknown.suggestion,
		})
	}
	return append(problems, impossibleValues(asked, found, path)...)
}

// findField follows a path through the fields of a message to one of them. Liquid
// knows the size of a value and the ends of a list besides.
func findField(steps []string, liquid bool) (found inbound.Field, unknown *unknownField) {
	fields, list := inbound.Fields(), false
	for i, step := range steps {
		if liquid && step == "size" {
			return inbound.Field{}, nil
		}
		if list && isEntry(step, liquid) {
			list = false
			continue
		}
		at := slices.IndexFunc(fields, func(f inbound.Field) bool { return f.Name == step })
		if list || at < 0 {
			return inbound.Field{}, noField(steps, i, fields, list)
		}
		found = fields[at]
		fields, list = found.Fields, found.List
	}
	return found, nil
}

// isEntry reports whether a step of a path names an entry of a list.
func isEntry(step string, liquid bool) bool {
	index, err := strconv.Atoi(step)
	return err == nil && index >= 0 || liquid && (step == "first" || step == "last")
}

// noField explains the step of a path that leads nowhere, where a message has
// fields, or a list of maps with those fields.
func noField(steps []string, at int, fields []inbound.Field, list bool) *unknownField {
	before := strings.Join(append([]string{messageRoot}, steps[:at]...), ".")
	owner := before
	if at == 0 {
		owner = "a message"
	}
	said := fmt.Sprintf("%s has no field %s", owner, quote(steps[at]))
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.Name
	}
	after := strings.Join(append([]string{""}, steps[at+1:]...), ".")
	near, found := suggest.Nearest(steps[at], names)
	switch {
	case list:
		return &unknownField{before + " is a list", fmt.Sprintf("name an entry of it, as in %s.0.%s", before, names[0])}
	case at == 0 && steps[0] == optOutField:
		return &unknownField{
			"OptOutType is Twilio's own word: in an inbound campaign the provider's verdict is message.opt_out",
			"write message.opt_out is opt_out for STOP, opt_in for START, help for HELP; as Twilio sent it, it is trigger.OptOutType",
		}
	case at == 0 && len(steps) > 1 && isNearRoot(steps[0]):
		root, _ := suggest.Nearest(steps[0], messageRoots)
		return &unknownField{said, didYouMean(root + after)}
	case at == 0 && providerNames[steps[0]] != "":
		return &unknownField{said, didYouMean(messageRoot + "." + providerNames[steps[0]])}
	case found:
		return &unknownField{said, didYouMean(before + "." + near + after)}
	case at == 0 && unicode.IsUpper([]rune(steps[0] + " ")[0]):
		return &unknownField{said, "what the provider sent is trigger." + strings.Join(steps, ".")}
	case len(names) == 0:
		return &unknownField{said, "it holds no map: write " + before}
	}
	return &unknownField{said, "it has " + strings.Join(names, ", ")}
}

// messageRoots are the names that a field of an inbound campaign may begin with.
var messageRoots = append([]string{condition.MessageScope.Root}, condition.MessageScope.Others...)

func isNearRoot(name string) bool {
	_, near := suggest.Nearest(name, messageRoots)
	return near
}

// providerNames are what providers, and people, call a field of ours.
var providerNames = map[string]string{
	"ProfileName": "profile_name", "ButtonText": "button.text", "ButtonPayload": "button.payload", "MediaUrl0": "media.0.url",
	"MediaContentType0": "media.0.content_type", "OriginalRepliedMessageSid": "reply_to", "MessageSid": "id",
	"phone": "from", "number": "from", "recipient": "to", "content": "body", "keyword": "first_word", "timestamp": "at", "time": "at",
}

// liquidSteps are the steps of a path in Liquid, as in message.media[0]["url"], as
// far as they are written there and not found out by the run.
func liquidSteps(path string) []string {
	var steps []string
	for path != "" {
		name, rest := path, ""
		if end := strings.IndexAny(path, ".["); end >= 0 {
			name, rest = path[:end], path[end:]
		}
		if name != "" {
			steps = append(steps, name)
		}
		if !strings.HasPrefix(rest, "[") {
			path = strings.TrimPrefix(rest, ".")
			continue
		}
		inner, after, closed := strings.Cut(rest[1:], "]")
		key := strings.Trim(strings.TrimSpace(inner), `"'`)
		if written := isEntry(inner, false) || key != strings.TrimSpace(inner); !closed || !written {
			return steps
		}
		steps, path = append(steps, key), after
	}
	return steps
}
