package condition

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is what the fields of a condition belong to.
type Scope struct {
	// Root is the name before the first dot, as in person.phone; empty allows any field.
	Root string
	// Bare allows fields without the root.
	Bare bool
	// Others are further names that a field may begin with.
	Others []string
}

// The scopes of conditions. A branch of a webhook campaign asks about the trigger,
// one of an inbound campaign about the message, the person who wrote it or what
// the provider sent; "where" asks about people.
var (
	TriggerScope = Scope{Root: "trigger", Bare: true}
	MessageScope = Scope{Root: "message", Bare: true, Others: []string{"person", "trigger"}}
	PeopleScope  = Scope{Root: "person"}
)

// Split says what a field belongs to, and where it stands there.
func (s Scope) Split(field string) (root, path string) {
	for _, other := range s.Others {
		if rest, ok := strings.CutPrefix(field, other+"."); ok {
			return other, rest
		}
	}
	return s.Root, s.Path(field)
}

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
	if dotted && rest != "" && slices.Contains(s.Others, root) {
		return nil
	}
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
