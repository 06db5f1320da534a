package condition

import (
	"fmt"
	"strings"
)

// Scope is what the fields of a condition belong to.
type Scope struct {
	// Root is the name before the first dot, as in person.phone; empty allows any field.
	Root string
	// Bare allows fields without the root.
	Bare bool
}

// The scopes of a webhook campaign: a branch asks about the trigger, and
// "where" asks about people.
var (
	TriggerScope = Scope{Root: "trigger", Bare: true}
	PeopleScope  = Scope{Root: "person"}
)

// Path is the field without the scope's root: what to look up in the document.
func (s Scope) Path(field string) string {
	if s.Root == "" {
		return field
	}
	return strings.TrimPrefix(field, s.Root+".")
}

func (s Scope) problem(field string) *Problem {
	if s.Root == "" || strings.HasPrefix(field, s.Root+".") {
		return nil
	}
	root, rest, dotted := strings.Cut(field, ".")
	foreign := dotted && rest != "" && (root == "trigger" || root == "person")
	switch {
	case s.Bare && foreign && root == "person":
		return &Problem{Part: PartField, Message: fmt.Sprintf("%s asks about a person, and here only the trigger is known", quoted(field)),
			Suggestion: fmt.Sprintf("ask about people in where: of a batch_update; if the payload itself has %q, write %s.%s", root, s.Root, field)}
	case s.Bare:
		return nil
	case foreign:
		return &Problem{Part: PartField, Message: fmt.Sprintf("%s asks about the trigger, and here people are asked about", quoted(field)),
			Suggestion: fmt.Sprintf("put the attribute on the left and the trigger's value on the right, as in person.phone is {{ %s }}", field)}
	}
	return &Problem{Part: PartField, Message: fmt.Sprintf("%s doesn't say whose field it is", quoted(field)),
		Suggestion: fmt.Sprintf("write %s.%s", s.Root, field)}
}
