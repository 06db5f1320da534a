package workflows

import (
	"context"

	"replyflow/definitions"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// Activities is what workflows ask of the world, beside what nodes ask. Package
// activities implements it.
type Activities interface {
	definitions.Activities
	// BeginRun claims the delivery for the run, beyond Temporal's retention,
	// and keeps its payload as a sample.
	BeginRun(context.Context, message.BeginRunInput) (message.BeginRunResult, error)
	// RecordRun writes the run's state and steps.
	RecordRun(context.Context, message.RecordRunInput) (message.RecordRunResult, error)

	// NormalizeSender normalises the address that a message came from.
	NormalizeSender(context.Context, inbound.NormalizeSenderInput) (inbound.NormalizeSenderResult, error)
	// ResolvePeople finds everyone who has an address.
	ResolvePeople(context.Context, inbound.ResolvePeopleInput) (inbound.ResolvePeopleResult, error)
	// DecideConsent decides what a message says about consent.
	DecideConsent(context.Context, inbound.DecideConsentInput) (inbound.DecideConsentResult, error)
	// RecordMessage writes the message and what follows from it, once.
	RecordMessage(context.Context, inbound.RecordMessageInput) (inbound.RecordMessageResult, error)
	// MatchCampaigns finds the started campaigns that a message triggers.
	MatchCampaigns(context.Context, inbound.MatchCampaignsInput) (definitions.MatchCampaignsResult, error)
	// AnswerKeyword sends the one answer that a keyword gets, when it is up to us
	// and consent allows it.
	AnswerKeyword(context.Context, inbound.AnswerKeywordInput) (inbound.AnswerKeywordResult, error)
	// RecordUpdates writes what a provider reported beside messages, each once.
	RecordUpdates(context.Context, inbound.RecordUpdatesInput) (inbound.RecordUpdatesResult, error)
	// AttachMessages gives a person the anonymous messages of their number.
	AttachMessages(context.Context, inbound.AttachMessagesInput) (inbound.AttachMessagesResult, error)
}
