package config

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"replyflow/internal/answer"
)

// answers checks a sender's own answers as they will be sent: a text that can't be
// would fail the workflow of the first STOP, whose writer then gets no confirmation.
func (c *checker) answers(path string, sender Sender) {
	// A sender without a name is reported already.
	name := cmp.Or(strings.TrimSpace(sender.Name), "sender")
	for _, kind := range slices.Sorted(maps.Keys(sender.Answers)) {
		at, texts := below(path, kind), sender.Answers[kind]
		if !slices.Contains(answer.Kinds, kind) {
			c.report(at, "%q is no keyword that is answered: there are %s", kind, strings.Join(answer.Kinds, ", "))
			continue
		}
		if len(texts) == 0 {
			c.report(at, "it has no text: nothing would be sent; leave it out to send the shipped text")
		}
		for _, language := range slices.Sorted(maps.Keys(texts)) {
			c.answer(at, language, texts[language], name)
		}
	}
}

// answer checks one text, which stands below its language unless it has none.
func (c *checker) answer(path, language, text, sender string) {
	if language != answer.Every {
		path = below(path, language)
		if !slices.Contains(answer.Languages(), language) {
			c.report(path, "%q is no language that keywords have: there are %s", language, strings.Join(answer.Languages(), ", "))
			return
		}
	}
	for _, problem := range answer.Check(text, sender) {
		c.report(path, "%s", problem)
	}
}
