// Package answer holds what replyflow answers to a keyword: one short text a
// language and kind, which a sender's configuration may replace. It is pure.
package answer

import (
	_ "embed"
	"encoding/json"
	"fmt"

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

// Choice says which answer is asked for.
type Choice struct {
	// Kind is opt_out, opt_in or help.
	Kind message.Verdict
	// Keyword is the language of the word that was matched, empty when it belongs
	// to every language.
	Keyword string
	// Languages are the sender's, the first being its own.
	Languages []string
	// Own are the sender's own texts, by kind; they win.
	Own map[string]string
	// Sender is the sender's name.
	Sender string
}

// Text is the answer to send: the sender's own text, else the shipped one in the
// keyword's language, else in the sender's first language that has one. It fails
// when the sender's own text is no template that can be rendered.
func Text(choice Choice) (string, error) {
	written := choice.Own[string(choice.Kind)]
	if written == "" {
		written = shipped(choice)
	}
	parsed, err := template.Parse(written)
	if err != nil {
		return "", fmt.Errorf("the answer to %s can't be read: %w", choice.Kind, err)
	}
	// A text always encodes.
	name, _ := json.Marshal(choice.Sender)
	text, err := parsed.Render(template.Scope{"sender": name})
	if err != nil {
		return "", fmt.Errorf("the answer to %s can't be rendered: %w", choice.Kind, err)
	}
	return text, nil
}

func shipped(choice Choice) string {
	for _, language := range append([]string{choice.Keyword}, choice.Languages...) {
		if text, ok := texts[language][choice.Kind]; ok {
			return text
		}
	}
	return texts[fallback][choice.Kind]
}
