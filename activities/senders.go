package activities

import (
	"errors"
	"fmt"

	"replyflow/internal/consent"
	"replyflow/internal/message"
	"replyflow/internal/provider"
)

// Senders are our senders with the rules by which their messages are read.
type Senders struct {
	byName map[senderKey]sender
}

type senderKey struct{ workspace, name string }

// sender is one of our senders, ready to decide.
type sender struct {
	provider.Sender
	rules *consent.Rules
}

// NewSenders compiles the keyword rules of senders. It fails with every problem
// of every sender's keywords at once.
func NewSenders(senders []provider.Sender, region func(workspace string) string) (*Senders, error) {
	known := &Senders{byName: make(map[senderKey]sender, len(senders))}
	var problems []error
	for _, s := range senders {
		rules, err := consent.Compile(s.Policy(region(s.Workspace)))
		if err != nil {
			problems = append(problems, fmt.Errorf("sender %s: %w", s.Name, err))
			continue
		}
		known.byName[senderKey{s.Workspace, s.Name}] = sender{s, rules}
	}
	return known, errors.Join(problems...)
}

// sender finds the sender that a message was written to. A sender that this
// process doesn't have is waited for: a message must not be lost to a
// configuration that came late, so the error may be retried for as long as it takes.
func (a *Activities) sender(ref message.SenderRef) (sender, error) {
	found, ok := a.senders.byName[senderKey{ref.Workspace, ref.Name}]
	if !ok {
		return sender{}, fmt.Errorf("this process has no sender %s in workspace %s: give it the configuration that the message was taken with; it is tried again until then",
			ref.Name, ref.Workspace)
	}
	return found, nil
}

// messageWorkspace is the workspace of a message, waited for as senders are.
func (a *Activities) messageWorkspace(key string) (message.Workspace, error) {
	workspace, ok := a.workspaces(key)
	if !ok {
		return message.Workspace{}, fmt.Errorf("this process has no workspace %s: give it the configuration that the message was taken with; it is tried again until then", key)
	}
	return workspace, nil
}
