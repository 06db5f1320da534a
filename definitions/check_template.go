package definitions

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"replyflow/internal/condition"
	"replyflow/internal/suggest"
	"replyflow/internal/template"
)

// roots are what the campaign's templates know. A webhook is the subject of its
// run, so there is no person; a message has one who wrote it.
func (c *Checker) roots() []string { return append([]string{c.scope.Root}, c.scope.Others...) }

// templates checks the templates in every text of a value.
func (c *Checker) templates(written *value) {
	if written.kind == kindText {
		c.template(written, written.text)
		return
	}
	for _, item := range written.items {
		c.templates(item)
	}
	for _, m := range written.members {
		c.templates(m.value)
	}
}

// conditionTemplates checks the templates in a condition's values.
func (c *Checker) conditionTemplates(written *value, checked condition.Condition) {
	switch {
	case written == nil:
	case written.kind == kindText:
		for _, item := range condition.Items(checked.Value) {
			var text string
			if json.Unmarshal(item, &text) == nil {
				c.template(written, text)
			}
		}
	case checked.Not != nil:
		c.conditionTemplates(written.get("not"), *checked.Not)
	case checked.All != nil:
		c.listTemplates(written.get("all"), checked.All)
	case checked.Any != nil:
		c.listTemplates(written.get("any"), checked.Any)
	case written.get("value") != nil:
		c.templates(written.get("value"))
	}
}

func (c *Checker) listTemplates(list *value, conditions []condition.Condition) {
	if list == nil || len(list.items) != len(conditions) {
		return
	}
	for i, inner := range conditions {
		c.conditionTemplates(list.items[i], inner)
	}
}

// template checks one template, which stands somewhere in a written text.
func (c *Checker) template(written *value, text string) {
	if !template.IsTemplate(text) {
		return
	}
	begin := max(strings.Index(written.text, text), 0)
	parsed, err := template.Parse(text)
	if err != nil {
		at, message := insideText(written, begin+1), err.Error()
		var problem *template.Error
		if errors.As(err, &problem) {
			at, message = templatePosition(written, begin, text, problem), problem.Message
		}
		c.report(written, at, SeverityError, "the template can't be read: "+message, "")
		return
	}
	for _, path := range parsed.Paths() {
		c.checkPath(written, begin, text, path)
	}
}

// templatePosition is the place in the file of a problem in a template that
// begins at a byte of a written text.
func templatePosition(written *value, begin int, text string, problem *template.Error) position {
	before := 0
	for range problem.Line - 1 {
		before += strings.IndexByte(text[before:], '\n') + 1
	}
	for range problem.Column - 1 {
		_, size := utf8.DecodeRuneInString(text[before:])
		before += size
	}
	return insideText(written, begin+before+1)
}

// checkPath reports what a template names and no run can know: a root that isn't
// there, or a field that no message has.
func (c *Checker) checkPath(written *value, begin int, text, path string) {
	root := path
	if end := strings.IndexAny(path, ".["); end >= 0 {
		root = path[:end]
	}
	at := insideText(written, begin+max(strings.Index(text, path), 0)+1)
	known := c.roots()
	switch {
	case c.onMessage && root == messageRoot:
		if _, unknown := findField(liquidSteps(path)[1:], true); unknown != nil {
			c.report(written, at, SeverityError, unknown.message, unknown.suggestion)
		}
		return
	case slices.Contains(known, root):
		return
	}
	suggestion := "write " + known[0] + "." + path + " if the payload has it"
	switch near, ok := suggest.Nearest(root, known); {
	case ok:
		suggestion = didYouMean(near + strings.TrimPrefix(path, root))
	case c.onMessage:
		suggestion = "write " + known[0] + "." + path
		if _, unknown := findField(liquidSteps(path), true); unknown != nil {
			suggestion = unknown.suggestion
		}
	case root == "person":
		suggestion = "the webhook is the subject of the run, nobody is its person; name a field of the payload"
	}
	c.report(written, at, SeverityWarning, "templates know "+strings.Join(known, ", ")+" here, not "+quote(root)+": it renders as the empty text", suggestion)
}
