package definitions

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// MaxAttribute is the longest name of an attribute, in bytes.
const MaxAttribute = 150

// reserved are names that a person's data has beside attributes.
var reserved = []string{"id", "created_at"}

// Set checks the attributes that an update sets: their names, and the templates
// in their values.
func (c *Checker) Set(field string) {
	written := c.field(field)
	if written == nil {
		return
	}
	for _, m := range written.members {
		c.checkAttribute(m.value, m.at, m.key)
		c.templates(m.value)
	}
}

// checkAttribute checks the name of an attribute.
func (c *Checker) checkAttribute(v *value, at position, name string) {
	switch {
	case strings.TrimSpace(name) == "":
		c.report(v, at, SeverityError, "the attribute has no name", "name it, as in sms_unsubscribe")
	case strings.TrimSpace(name) != name:
		c.report(v, at, SeverityError, "the attribute's name begins or ends with white space", "write "+quote(strings.TrimSpace(name)))
	case len(name) > MaxAttribute:
		c.report(v, at, SeverityError, fmt.Sprintf("the attribute's name has %d bytes, the limit is %d", len(name), MaxAttribute), "")
	case strings.ContainsFunc(name, unicode.IsControl):
		c.report(v, at, SeverityError, "the attribute's name holds a control character", "write it in one line")
	case slices.Contains(reserved, name):
		c.report(v, at, SeverityError, quote(name)+" can't be set: it belongs to the person, it is no attribute", "choose another name")
	case strings.Contains(name, "{{") || strings.Contains(name, "{%"):
		c.report(v, at, SeverityError, "the names of attributes aren't rendered", "write the name itself; values hold templates")
	case strings.HasPrefix(name, "person."):
		c.report(v, at, SeverityError, "attributes are set by their bare name", "write "+strings.TrimPrefix(name, "person."))
	}
}

// Person checks the id of the person whom a node is about.
func (c *Checker) Person(field string) {
	written := c.field(field)
	if written == nil {
		return
	}
	switch {
	case written.kind == kindText && strings.TrimSpace(written.text) == "":
		c.Error(field, "the id is empty", "as in \"{{ trigger.customer_id }}\"")
	case written.kind != kindText && written.kind != kindNumber:
		c.Error(field, "an id must be a text or a number, not "+kindNames[written.kind], "as in \"{{ trigger.customer_id }}\"")
	default:
		c.templates(written)
	}
}
