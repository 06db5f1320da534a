package api

import (
	"cmp"
	"regexp"

	"replyflow/internal/consent"
	"replyflow/internal/message"
	"replyflow/internal/suggest"
)

// Sender is one of our senders, as consent is asked and recorded for it.
type Sender struct {
	Name    string
	Channel message.Channel
	// Address is how outputs name the sender; inputs may use its name as well.
	Address string
	// Service is the messaging service of a number that keeps consent of its own:
	// an input that names the service means all its numbers, and messages are
	// listed by it.
	Service string
	// Own is what a consent towards the sender covers, Scopes are all that cover it.
	Own    consent.Scope
	Scopes []consent.Scope
}

// named reports whether an input means the sender.
func (s Sender) named(text string) bool {
	return text == s.Address || text == s.Name || text == s.Service && text != ""
}

func (s Sender) target(category message.Category) consent.Target {
	return consent.Target{Scopes: s.Scopes, Category: category}
}

// sendersOf are a workspace's senders, those of one channel and name when these
// are given.
func (a *API) sendersOf(workspace, channel, name string) []Sender {
	var found []Sender
	for _, sender := range a.senders(workspace) {
		if (channel == "" || channel == string(sender.Channel)) && (name == "" || sender.named(name)) {
			found = append(found, sender)
		}
	}
	return found
}

// senderAddress is a sender as rows name it: an input may be its name. Rows may be
// of a sender that isn't configured any more, so an address is taken as it is; a
// name that nobody has is refused, or a typo would read as "nothing there".
func (a *API) senderAddress(workspace, name string) (string, error) {
	for _, sender := range a.senders(workspace) {
		if sender.named(name) {
			return cmp.Or(sender.Service, sender.Address), nil
		}
	}
	if name == "" || isAddress.MatchString(name) {
		return name, nil
	}
	return "", refuseField("query.sender", a.unknownSender(workspace, name))
}

// isAddress is what an address of a sender of ours looks like: a number, a short
// code or a messaging service, with or without its channel.
var isAddress = regexp.MustCompile(`^([a-z]+:)?(\+?[0-9]{3,15}|MG[0-9a-fA-F]{32})$`)

// unknownSender says that nobody has a name, and who may be meant.
func (a *API) unknownSender(workspace, name string) string {
	var names []string
	for _, sender := range a.senders(workspace) {
		names = append(names, sender.Name, sender.Address)
	}
	reason := "no sender has this address or name"
	if near, ok := suggest.Nearest(name, names); ok {
		reason += "; did you mean " + near + "?"
	}
	return reason
}
