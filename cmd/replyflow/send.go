package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"replyflow/webhook"
)

// newSendCommand plays a provider.
func newSendCommand() *cobra.Command {
	group, c := newGroup("send", "Post what a provider would post, to a running server")
	group.AddCommand(newSendSMSCommand(c), newSendStatusCommand(c), newSendWhatsAppCommand(c))
	return group
}

// post posts a provider's request. What the server answers like everything else,
// because the provider can't mend it, is an error here: nothing comes of it when no
// sender has the destination.
func (c *caller) post(request *http.Request, destination string) (http.Header, error) {
	response, answer, err := c.send(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("the server refused it with %d: %s", response.StatusCode, oneLine(strings.TrimSpace(string(answer))))
	}
	if response.Header.Get(webhook.HeaderUnknown) != "" {
		return nil, fmt.Errorf("no sender of the server has %s: it was kept as it came and does nothing; check the senders of its configuration", destination)
	}
	return response.Header, nil
}

// given are those of a command's flags that stand on its line.
func given(cmd *cobra.Command, names ...string) []string {
	var found []string
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			found = append(found, name)
		}
	}
	return found
}

// apart refuses more than one of the flags; why ends the sentence.
func apart(cmd *cobra.Command, why string, names ...string) error {
	found := given(cmd, names...)
	if len(found) < 2 {
		return nil
	}
	return misuseError{fmt.Errorf("%s don't go together: %s", dashed("and", found), why)}
}

// companion is a flag that says more about another one.
type companion struct {
	flag string
	with []string
}

// accompanied refuses companions whose flag isn't there.
func accompanied(cmd *cobra.Command, companions []companion) error {
	for _, c := range companions {
		if len(given(cmd, c.flag)) > 0 && len(given(cmd, c.with...)) == 0 {
			return misuseError{fmt.Errorf("--%s goes with %s only", c.flag, dashed("or", c.with))}
		}
	}
	return nil
}

// dashed are flags in a sentence.
func dashed(joint string, names []string) string {
	written := make([]string, len(names))
	for i, name := range names {
		written[i] = "--" + name
	}
	return listed(joint, written)
}

// listed are words in a sentence: a, b and c.
func listed(joint string, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + joint + " " + words[last]
}
