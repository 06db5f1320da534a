package answer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"replyflow/internal/template"
)

// Own are a sender's own texts, by kind: opt_out, opt_in, help.
type Own map[string]Texts

// Texts are one kind's texts, by language. Every is the key of a text that goes for
// all languages; it stands alone.
type Texts map[string]string

// Every is the language of a text that is written without one.
const Every = ""

// UnmarshalYAML implements yaml.Unmarshaler: a text, or a text for each language.
func (t *Texts) UnmarshalYAML(node *yaml.Node) error {
	switch node.Kind {
	case yaml.ScalarNode:
		*t = Texts{Every: node.Value}
		return nil
	case yaml.MappingNode:
		byLanguage := map[string]string{}
		if err := node.Decode(&byLanguage); err != nil {
			return err
		}
		*t = byLanguage
		return nil
	}
	return errors.New(`it is neither a text nor a text for each language: write "Bye", or {en: "Bye", fr: "Adieu"}`)
}

// maxText is how many characters an answer may have: Twilio, which takes the fewest
// of all providers, refuses more.
const maxText = 1600

// Check says what is wrong with a text of the sender's own, nothing when it can be
// sent: it names one variable, the sender, so that how it reads is known before
// anybody writes.
func Check(text, sender string) []string {
	if strings.TrimSpace(text) == "" {
		return []string{"it is blank: nothing would be sent; leave it out to send the shipped text"}
	}
	parsed, err := template.Parse(text)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, path := range slices.Compact(slices.Sorted(slices.Values(parsed.Paths()))) {
		if path != senderVariable {
			problems = append(problems, fmt.Sprintf("there is no %s; an answer knows {{ %s }}, the sender's name, and nothing else", path, senderVariable))
		}
	}
	if len(problems) > 0 {
		return problems
	}
	rendered, err := render(parsed, sender)
	switch length := utf8.RuneCountInString(rendered); {
	case err != nil:
		return []string{err.Error()}
	case strings.TrimSpace(rendered) == "":
		return []string{"nothing comes out of it, so nothing would be sent; leave it out to send the shipped text"}
	case length > maxText:
		return []string{fmt.Sprintf("it has %d characters; at most %d can be sent", length, maxText)}
	}
	return nil
}
