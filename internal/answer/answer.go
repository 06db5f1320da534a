// Package answer holds what replyflow answers to a keyword: one short text a
// language and kind, which a sender's configuration may replace. It is pure.
package answer

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"replyflow/internal/message"
	"replyflow/internal/template"
)

// fallback is the language of senders that name none.
const fallback = "en"

//go:embed answers.yaml
var data []byte

// texts are the shipped answers, by language and kind.
var texts = read(data)

func read(data []byte) map[string]map[message.Verdict]string {
	var found map[string]map[message.Verdict]string
	if err := yaml.Unmarshal(data, &found); err != nil {
		panic("answer: the shipped answers can't be read: " + err.Error())
	}
	return found
}

// Kinds are the keywords that are answered.
var Kinds = []string{string(message.VerdictOptOut), string(message.VerdictOptIn), string(message.VerdictHelp)}

// Languages are those in which there is a shipped answer, in order: one for every
// language that has a list of keywords.
func Languages() []string { return slices.Sorted(maps.Keys(texts)) }

// Choice says which answer is asked for.
type Choice struct {
	// Kind is opt_out, opt_in or help.
	Kind message.Verdict
	// Keyword is the language of the word that was matched, empty when it belongs
	// to every language.
	Keyword string
	// Languages are the sender's, the first being its own.
	Languages []string
	// Own are the sender's own texts; they win.
	Own Own
	// Sender is the sender's name.
	Sender string
}

// senderVariable is the one name that an answer's template knows.
const senderVariable = "sender"

// Text is the answer to send. The language is chosen first: the keyword's, else the
// sender's first, else English. Then the sender's own text in that language goes
// before the shipped one: who writes ARRET is answered in French also by a sender
// that has written its own answer in English only. It fails when the sender's own
// text is no template that can be rendered, which Check finds beforehand.
func Text(choice Choice) (string, error) {
	parsed, err := template.Parse(written(choice))
	if err != nil {
		return "", fmt.Errorf("the answer to %s can't be read: %w", choice.Kind, err)
	}
	text, err := render(parsed, choice.Sender)
	if err != nil {
		return "", fmt.Errorf("the answer to %s can't be rendered: %w", choice.Kind, err)
	}
	return text, nil
}

// written is the template of the answer.
func written(choice Choice) string {
	own := choice.Own[string(choice.Kind)]
	if text := own[Every]; text != "" {
		return text
	}
	for _, language := range append([]string{choice.Keyword}, choice.Languages...) {
		// As the configuration may write it.
		language = strings.ToLower(strings.TrimSpace(language))
		if text := firstOf(own[language], texts[language][choice.Kind]); text != "" {
			return text
		}
	}
	return firstOf(own[fallback], texts[fallback][choice.Kind])
}

func firstOf(own, shipped string) string {
	if own != "" {
		return own
	}
	return shipped
}

func render(parsed *template.Template, sender string) (string, error) {
	// A text always encodes.
	name, _ := json.Marshal(sender)
	return parsed.Render(template.Scope{senderVariable: name})
}
