package workflows

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"replyflow/definitions"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// InboundMessageInput starts the workflow of an inbound message.
type InboundMessageInput struct {
	Message message.Inbound `json:"message"`
	// Copy is set for a delivery that waited while another one of the same message
	// was started. It arrived before that one or after it; the record knows.
	Copy bool `json:"copy,omitempty"`
}

// InboundMessageResult is what came of an inbound message.
type InboundMessageResult struct {
	Message string          `json:"message"`
	Outcome message.Outcome `json:"outcome"`
	// Person is the id of the person whose message it is, empty when anonymous.
	Person string `json:"person,omitempty"`
	// Runs are the runs that the message started, in the order of their start.
	Runs  []string `json:"runs,omitempty"`
	Story string   `json:"story"`
}

// InboundMessage says who wrote, decides what they consent to, records it all in
// one transaction, starts the campaigns that wait for such a message, and sends
// the one answer that a keyword gets when that is up to us.
func InboundMessage(ctx workflow.Context, in InboundMessageInput) (InboundMessageResult, error) {
	m := &inboundMessage{in: in.Message, copied: in.Copy}
	if err := m.run(ctx); err != nil {
		return m.result(), m.fail(ctx, err)
	}
	return m.result(), m.publish(ctx)
}

func (m *inboundMessage) run(ctx workflow.Context) error {
	if err := m.identify(ctx); err != nil {
		return err
	}
	if err := m.record(ctx); err != nil || m.recorded.Duplicate {
		return err
	}
	if err := m.startCampaigns(ctx); err != nil {
		return err
	}
	return m.answer(ctx)
}

// fail lets operators find the message by its outcome, with what it got to.
func (m *inboundMessage) fail(ctx workflow.Context, cause error) error {
	if temporal.IsCanceledError(cause) {
		return cause
	}
	workflow.SetCurrentDetails(ctx, "Failed: "+reason(cause))
	if err := workflow.UpsertTypedSearchAttributes(ctx, SearchOutcome.ValueSet(string(message.OutcomeFailed))); err != nil {
		return err
	}
	return asFailure(cause)
}

// inboundMessage is the state of the workflow while it is running.
type inboundMessage struct {
	in       message.Inbound
	copied   bool
	sender   inbound.NormalizeSenderResult
	people   inbound.ResolvePeopleResult
	decision inbound.DecideConsentResult
	recorded inbound.RecordMessageResult
	runs     []string
	answered *inbound.AnswerKeywordResult
}

// identify says who wrote and what they want.
func (m *inboundMessage) identify(ctx workflow.Context) (err error) {
	m.sender, err = definitions.Execute(ctx, Activities.NormalizeSender, inbound.NormalizeSenderInput{
		Workspace: m.in.Sender.Workspace, Channel: m.in.Channel, From: m.in.From, Aliases: m.in.Aliases,
	}, "Normalise the address that the message came from")
	if err != nil {
		return err
	}
	m.people, err = definitions.Execute(ctx, Activities.ResolvePeople, inbound.ResolvePeopleInput{
		Workspace: m.in.Sender.Workspace, Channel: m.in.Channel, Address: m.sender.Address,
		Candidates: m.sender.Candidates, Aliases: m.in.Aliases,
	}, "Find everyone with this address")
	if err != nil {
		return err
	}
	m.decision, err = definitions.Execute(ctx, Activities.DecideConsent, inbound.DecideConsentInput{
		Message: m.withoutRaw(),
	}, "Decide what the message says about consent")
	return err
}

// record writes the message and what follows from it: ledger, status, reply and log.
func (m *inboundMessage) record(ctx workflow.Context) (err error) {
	m.recorded, err = definitions.Execute(ctx, Activities.RecordMessage, inbound.RecordMessageInput{
		Message: m.in, Execution: workflow.GetInfo(ctx).WorkflowExecution.RunID, Copy: m.copied,
		Sender: m.sender, People: m.people, Decision: m.decision,
	}, "Record the message: "+m.decision.Why)
	return err
}

// withoutRaw is the message without what only the record keeps.
func (m *inboundMessage) withoutRaw() message.Inbound {
	short := m.in
	short.Raw = nil
	return short
}

func (m *inboundMessage) person() *inbound.Person {
	if len(m.people.People) == 0 {
		return nil
	}
	return &m.people.People[0]
}

// answer sends the one answer that a keyword gets, when it is up to us. Saying
// STOP or START again changes nothing and is answered with nothing.
func (m *inboundMessage) answer(ctx workflow.Context) error {
	kind := m.answerKind()
	if kind == message.VerdictNone || !m.decision.AnswerDue {
		return nil
	}
	answered, err := definitions.ExecuteOutside(ctx, Activities.AnswerKeyword, inbound.AnswerKeywordInput{
		Message: m.withoutRaw(), Address: m.people.Address, Decision: m.decision, Person: m.person(), Kind: kind,
	}, "Answer the keyword")
	m.answered = &answered
	return err
}

func (m *inboundMessage) answerKind() message.Verdict {
	switch {
	case m.recorded.OptedOut():
		return message.VerdictOptOut
	case m.recorded.OptedIn():
		return message.VerdictOptIn
	case m.decision.Verdict == message.VerdictHelp:
		return message.VerdictHelp
	}
	return message.VerdictNone
}

// publish shows the outcome in Temporal's lists and details.
func (m *inboundMessage) publish(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx, m.story())
	updates := SearchOutcome.ValueSet(string(m.outcome()))
	if person := m.person(); person != nil {
		return workflow.UpsertTypedSearchAttributes(ctx, updates, SearchPerson.ValueSet(fmt.Sprint(person.Internal)))
	}
	return workflow.UpsertTypedSearchAttributes(ctx, updates)
}

func (m *inboundMessage) result() InboundMessageResult {
	result := InboundMessageResult{Message: m.in.ID, Outcome: m.outcome(), Runs: m.runs, Story: m.story()}
	if person := m.person(); person != nil {
		result.Person = person.ID
	}
	return result
}

func (m *inboundMessage) outcome() message.Outcome {
	switch {
	case m.recorded.Duplicate:
		return message.OutcomeDuplicate
	case m.recorded.OptedOut():
		return message.OutcomeOptedOut
	case m.recorded.Held():
		return message.OutcomeHeld
	case m.recorded.OptedIn():
		return message.OutcomeOptedIn
	case m.decision.Verdict == message.VerdictHelp:
		return message.OutcomeHelp
	case m.in.Kind.IsReply() && m.in.Group == "":
		return message.OutcomeReply
	}
	return message.OutcomeIgnored
}

// story is the message in one line: "STOP from a known number to US marketing:
// opted out 2 people; 1 campaign started".
func (m *inboundMessage) story() string {
	parts := []string{fmt.Sprintf("%s from %s to %s: %s", m.what(), m.who(), m.in.Sender.Name, m.effect())}
	switch {
	case len(m.runs) == 1:
		parts = append(parts, "1 campaign started")
	case len(m.runs) > 1:
		parts = append(parts, fmt.Sprintf("%d campaigns started", len(m.runs)))
	}
	if m.answered != nil {
		parts = append(parts, m.answered.Why)
	}
	return strings.Join(parts, "; ")
}

// what names the message by its keyword, else by its kind: what people wrote
// stands in payloads only.
func (m *inboundMessage) what() string {
	if m.decision.Keyword != "" {
		return strings.ToUpper(m.decision.Keyword)
	}
	switch m.in.Kind {
	case message.KindText:
		return "A message"
	case message.KindButton:
		return "A button"
	}
	return "A message (" + string(m.in.Kind) + ")"
}

func (m *inboundMessage) who() string {
	switch {
	case m.people.Count > 0:
		return "a known number"
	case m.sender.E164 != "":
		return "an unknown number"
	}
	return "an unknown address"
}

func (m *inboundMessage) effect() string {
	switch {
	case m.recorded.Duplicate:
		return "recorded before, nothing was done"
	case m.recorded.Overtaken:
		return "recorded, and overtaken by a later one"
	case m.recorded.OptedOut():
		return "opted out " + numberOr(m.people.Count)
	case m.recorded.Held():
		return "may be an opt-out: nothing is sent to " + numberOr(m.people.Count) + " until somebody has decided"
	case m.recorded.OptedIn():
		return "opted in " + numberOr(m.people.Count)
	case m.decision.Verdict == message.VerdictOptOut:
		return "was opted out already"
	case m.decision.Verdict == message.VerdictOptIn && m.recorded.After.OptedOut:
		return "recorded, and still opted out (" + string(m.recorded.After.Lane) + ")"
	case m.decision.Verdict == message.VerdictOptIn:
		return "was opted in already"
	case m.decision.Review:
		return "may be an opt-out, and waits for a decision already"
	case m.decision.NearMiss:
		return "recorded, and flagged: it may mean an opt-out"
	case m.decision.Verdict == message.VerdictHelp:
		return "asked for help"
	case m.recorded.Reply != nil:
		return "answers a message of ours"
	}
	return "recorded"
}

func numberOr(people int) string {
	switch people {
	case 0:
		return "the number"
	case 1:
		return "1 person"
	}
	return fmt.Sprintf("%d people", people)
}
