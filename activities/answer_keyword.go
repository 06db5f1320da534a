package activities

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"

	"replyflow/internal/answer"
	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/internal/store"
)

// How long an answer to a keyword may still be sent, and how often HELP is
// answered. A confirmation of an opt-out counts as one only within five minutes
// (47 CFR 64.1200(a)(12)).
const (
	confirmWithin = 5 * time.Minute
	answerWithin  = time.Hour
	helpEvery     = 24 * time.Hour
	helpLimit     = 3
)

// AnswerKeyword sends the one answer that a keyword gets. Consent is checked here,
// right before the provider is asked: an opt-out gets its one confirmation, and
// nothing else is said to somebody who has opted out. An earlier attempt that the
// provider may have taken is looked into first, whatever has changed since.
func (a *Activities) AnswerKeyword(ctx context.Context, in inbound.AnswerKeywordInput) (inbound.AnswerKeywordResult, error) {
	sender, err := a.sender(in.Message.Sender)
	if err != nil {
		return inbound.AnswerKeywordResult{}, err
	}
	before, err := a.store.FindSend(ctx, sender.Workspace, answerID(in))
	if err != nil {
		return inbound.AnswerKeywordResult{}, storeFailure(err)
	}
	if before.Done {
		return answeredBefore(before), nil
	}
	refused, err := a.refuseAnswer(ctx, sender, in)
	if err != nil {
		return inbound.AnswerKeywordResult{}, err
	}
	switch {
	case refused != nil && before.PutOff:
		end := store.SendResult{Status: "failed", Why: refused.Why, At: a.now()}
		return *refused, storeFailure(a.store.EndSend(ctx, sender.Workspace, answerID(in), end))
	case refused != nil && before.AttemptedAt == nil:
		err := a.store.LogUnanswered(ctx, sender.Workspace, in.Message.ID, personOf(in), sender.Ref().Address, in.Message.Channel, refused.Why)
		return *refused, storeFailure(err)
	}
	return a.sendAnswer(ctx, sender, in, refused != nil)
}

// refuseAnswer says why a keyword gets no answer, nil when it gets one.
func (a *Activities) refuseAnswer(ctx context.Context, sender sender, in inbound.AnswerKeywordInput) (*inbound.AnswerKeywordResult, error) {
	age, most := a.now().Sub(in.Message.ArrivedAt), answerWithin
	if in.Kind == message.VerdictOptOut {
		most = confirmWithin
	}
	if age > most {
		return noAnswer("too_old", "not answered: the message is older than %s", most), nil
	}
	state, err := a.store.ConsentState(ctx, sender.Workspace, in.Message.Channel, in.Address, consent.Target{Scopes: sender.Scopes(in.Message.To), Category: message.CategoryAll})
	if err != nil {
		return nil, storeFailure(err)
	}
	switch {
	case in.Kind == message.VerdictOptOut && !state.OptedOut:
		return noAnswer("overtaken", "not confirmed: the opt-out was lifted meanwhile"), nil
	case in.Kind != message.VerdictOptOut && state.OptedOut:
		return noAnswer("opted_out", "not answered: the number is opted out"), nil
	}
	if in.Kind != message.VerdictHelp {
		return nil, nil
	}
	sent, err := a.store.CountAnswers(ctx, sender.Workspace, in.Address, sender.Ref().Address, purpose(in.Kind), answerID(in), a.now().Add(-helpEvery))
	if err != nil {
		return nil, storeFailure(err)
	}
	if sent >= helpLimit {
		return noAnswer("rate_limited", "not answered: HELP was answered %d times within a day", sent), nil
	}
	return nil, nil
}

// sendAnswer sends the answer once: it is claimed in the store first, so that a
// second attempt knows that there was one and asks the provider about it. When it
// is too late, asking is all that is done.
func (a *Activities) sendAnswer(ctx context.Context, sender sender, in inbound.AnswerKeywordInput, tooLate bool) (inbound.AnswerKeywordResult, error) {
	text, err := answer.Text(answer.Choice{
		Kind: in.Kind, Keyword: in.Decision.Language, Languages: sender.Languages, Own: sender.Answers, Sender: sender.Name,
	})
	if err != nil {
		return inbound.AnswerKeywordResult{}, refuse(InvalidSender, "the sender "+sender.Name+": "+err.Error())
	}
	id := answerID(in)
	claim, err := a.store.BeginSend(ctx, sender.Workspace, store.Outbound{
		ID: id, Channel: in.Message.Channel, Sender: sender.Ref(), Provider: sender.Provider, Service: in.Message.Service,
		Address: in.Address, From: in.Message.To, To: in.Message.From, Body: text,
		Purpose: purpose(in.Kind), Answers: in.Message.ID, Person: internalOf(in), Now: a.now(),
	})
	if err != nil {
		return inbound.AnswerKeywordResult{}, storeFailure(err)
	}
	if claim.Done {
		return answeredBefore(claim), nil
	}
	carrier, ok := provider.Named(sender.Provider)
	if !ok {
		return inbound.AnswerKeywordResult{}, refuse(InvalidSender, "the sender "+sender.Name+" has no provider that can send")
	}
	sent, err := carrier.Send(ctx, a.client, sender.Sender, provider.Outgoing{
		ID: id, From: in.Message.To, Service: in.Message.Service, To: in.Message.From, Body: text,
		ReplyTo: in.Message.ProviderID, StatusCallback: a.statusCallback(sender.Provider), AttemptedAt: claim.AttemptedAt, TooLate: tooLate,
	})
	if err != nil {
		return a.answerFailed(ctx, sender, in, err)
	}
	if err := a.store.EndSend(ctx, sender.Workspace, id, store.SendResult{ProviderID: sent.ProviderID, Status: sent.Status, At: a.now()}); err != nil {
		return inbound.AnswerKeywordResult{}, storeFailure(err)
	}
	return inbound.AnswerKeywordResult{Sent: true, ProviderID: sent.ProviderID, Reason: "sent", Why: answered(in.Kind)}, nil
}

// answerFailed says whether another attempt may follow. A refusal for good is
// recorded, and is an opt-out when the provider says so.
func (a *Activities) answerFailed(ctx context.Context, sender sender, in inbound.AnswerKeywordInput, err error) (inbound.AnswerKeywordResult, error) {
	failed, known := provider.AsSendError(err)
	if !known || failed.Retry {
		return inbound.AnswerKeywordResult{}, a.answerLater(ctx, sender, in, err)
	}
	end := store.SendResult{Status: "failed", ErrorCode: failed.Code, Why: failed.Error(), At: a.now(), Address: in.Address, OptOut: failed.OptOut, Scope: sender.Scope(in.Message.To)}
	result := inbound.AnswerKeywordResult{Reason: "refused", Why: "not answered: the provider refused: " + failed.Error()}
	if failed.Unsure {
		end.Status = store.SendUnknown
		result = inbound.AnswerKeywordResult{Reason: "unknown", Why: "whether the answer was sent isn't known: " + failed.Error()}
	}
	return result, storeFailure(a.store.EndSend(ctx, sender.Workspace, answerID(in), end))
}

// answerLater is the error of an attempt after which another one follows, as early
// as the provider asks. What the provider surely didn't take needn't be looked up.
func (a *Activities) answerLater(ctx context.Context, sender sender, in inbound.AnswerKeywordInput, cause error) error {
	options := temporal.ApplicationErrorOptions{Cause: cause}
	if failed, known := provider.AsSendError(cause); known {
		options.NextRetryDelay = failed.After
		if !failed.Unsure {
			if err := a.store.PutOffSend(ctx, sender.Workspace, answerID(in)); err != nil {
				return storeFailure(err)
			}
		}
	}
	return temporal.NewApplicationErrorWithOptions("the provider didn't take the answer", ProviderUnavailable, options)
}

// answerID is our own id of the answer to a message.
func answerID(in inbound.AnswerKeywordInput) string { return "answer-" + in.Message.ID }

func answeredBefore(claim store.SendClaim) inbound.AnswerKeywordResult {
	return inbound.AnswerKeywordResult{Sent: claim.ProviderID != "", ProviderID: claim.ProviderID, Reason: "already", Why: "answered before"}
}

func noAnswer(reason, format string, args ...any) *inbound.AnswerKeywordResult {
	return &inbound.AnswerKeywordResult{Reason: reason, Why: fmt.Sprintf(format, args...)}
}

func personOf(in inbound.AnswerKeywordInput) string {
	if in.Person == nil {
		return ""
	}
	return in.Person.ID
}

func internalOf(in inbound.AnswerKeywordInput) int64 {
	if in.Person == nil {
		return 0
	}
	return in.Person.Internal
}

// purpose names the answer among a person's messages.
func purpose(kind message.Verdict) string { return "answer_" + string(kind) }

func answered(kind message.Verdict) string {
	switch kind {
	case message.VerdictOptOut:
		return "the opt-out was confirmed"
	case message.VerdictOptIn:
		return "the opt-in was confirmed"
	}
	return "HELP was answered"
}
