package activities

import (
	"context"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/internal/store"
)

// DecideConsent decides what a message says about consent, by the rules of the
// sender that it was written to.
func (a *Activities) DecideConsent(_ context.Context, in inbound.DecideConsentInput) (inbound.DecideConsentResult, error) {
	sender, err := a.sender(in.Message.Sender)
	if err != nil {
		return inbound.DecideConsentResult{}, err
	}
	decision := sender.rules.Decide(consent.InputOf(in.Message))
	return inbound.DecideConsentResult{
		Decision: decision, Scope: sender.Scope(in.Message.To), Rules: consent.Version(), AnswerDue: answerDue(sender.Sender, decision),
	}, nil
}

// answerDue says whether answering a keyword is up to us: never beside an answer
// of the provider's own, and else as the sender's keyword_replies says.
func answerDue(sender provider.Sender, decision consent.Decision) bool {
	if decision.Answered {
		return false
	}
	switch sender.KeywordReplies {
	case repliesReplyflow:
		return true
	case repliesGaps:
		return !providerAnswers(sender, decision)
	}
	return false
}

// The values of a sender's keyword_replies.
const (
	repliesReplyflow = "replyflow"
	repliesGaps      = "gaps"
)

// providerAnswers reports whether the provider answers a keyword by itself: a
// Twilio number does, for the words that it knows, written as it knows them.
// Short codes and WhatsApp senders get no answer from it.
func providerAnswers(sender provider.Sender, decision consent.Decision) bool {
	return sender.Provider == "twilio" && message.Channel(sender.Channel) == message.SMS && decision.ProviderKeyword
}

// RecordMessage writes the message and what follows from it, once.
func (a *Activities) RecordMessage(ctx context.Context, in inbound.RecordMessageInput) (inbound.RecordMessageResult, error) {
	workspace, err := a.messageWorkspace(in.Message.Sender.Workspace)
	if err != nil {
		return inbound.RecordMessageResult{}, err
	}
	sender, err := a.sender(in.Message.Sender)
	if err != nil {
		return inbound.RecordMessageResult{}, err
	}
	result, err := a.store.RecordMessage(ctx, workspace, store.RecordMessage{
		Input: in, Scopes: sender.Scopes(in.Message.To), Window: workspace.ReplyWindow, Now: a.now(),
	})
	return result, storeFailure(err)
}

// ResolvePeople finds everyone who has an address.
func (a *Activities) ResolvePeople(ctx context.Context, in inbound.ResolvePeopleInput) (inbound.ResolvePeopleResult, error) {
	result, err := a.store.ResolvePeople(ctx, in)
	return result, storeFailure(err)
}
