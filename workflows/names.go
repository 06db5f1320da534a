// Package workflows orchestrates: deterministic functions that follow a
// definition's edges and ask activities for everything else. A workflow never
// reads a clock, a file or a row.
package workflows

import (
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"

	"replyflow/internal/message"
)

// Workflow types, as registered.
const (
	// CampaignRunType is the type of the workflow that runs a campaign once.
	CampaignRunType = "CampaignRun"
	// InboundMessageType is the type of the workflow of an inbound message.
	InboundMessageType = "InboundMessage"
	// ProviderUpdatesType is the type of the workflow that records statuses,
	// preferences and changed ids.
	ProviderUpdatesType = "ProviderUpdates"
	// AttachMessagesType is the type of the workflow that gives a person the
	// anonymous messages of their number.
	AttachMessagesType = "AttachMessages"
)

// The search attributes of runs. Temporal never encrypts them, so they hold keys
// and short enumerations only, never a phone number or what somebody wrote.
var (
	// SearchCampaign is the campaign's key.
	SearchCampaign = temporal.NewSearchAttributeKeyKeyword("ReplyflowCampaign")
	// SearchVersion is the version of the campaign's definition.
	SearchVersion = temporal.NewSearchAttributeKeyKeyword("ReplyflowVersion")
	// SearchOutcome says in a word what came of the run.
	SearchOutcome = temporal.NewSearchAttributeKeyKeyword("ReplyflowOutcome")
	// SearchSender is the configured name of the sender that was written to.
	SearchSender = temporal.NewSearchAttributeKeyKeyword("ReplyflowSender")
	// SearchPerson is the internal id of the person that the run is about.
	SearchPerson = temporal.NewSearchAttributeKeyKeyword("ReplyflowPerson")
)

// SearchAttributes are all that a namespace must have. Using one that isn't
// registered wedges a workflow for good, so a process checks before it serves.
func SearchAttributes() []temporal.SearchAttributeKeyKeyword {
	return []temporal.SearchAttributeKeyKeyword{SearchCampaign, SearchVersion, SearchOutcome, SearchSender, SearchPerson}
}

// Task queues. A definition knows which one its runs belong to.
const (
	// QueueShort takes runs that never wait: they start eagerly, in the process
	// that took the webhook, and end within one workflow task.
	QueueShort = "replyflow-short"
	// QueueLong takes everything that waits or works long.
	QueueLong = "replyflow-long"
)

// ShortTaskTimeout is the workflow task timeout of runs on the short queue: how
// long a worker that was killed holds a run up.
const ShortTaskTimeout = 5 * time.Second

// MaxVisits bounds the nodes that one run may visit.
const MaxVisits = 1_000

// RunWorkflowID is the workflow id of a campaign's run of a delivery. The key
// holds no personal data: it is a provider's message id or a hash.
func RunWorkflowID(workspace, campaign, key string) string {
	return "run/" + workspace + "/" + campaign + "/" + key
}

// InboundWorkflowID is the workflow id of an inbound message. Its own id holds no
// personal data: a WhatsApp id, which contains the phone number, has been hashed.
// A copy that waited while the message was started by another delivery has the
// same id with /copy and its arrival behind it.
func InboundWorkflowID(m message.Inbound) string {
	return "inbound/" + m.Sender.Workspace + "/" + string(m.Channel) + "/" + m.ID
}

// UpdatesWorkflowID is the workflow id of what a provider reported in one request.
func UpdatesWorkflowID(workspace, key string) string { return "updates/" + workspace + "/" + key }

// AttachWorkflowID is the workflow id of a pending attachment.
func AttachWorkflowID(workspace string, pending int64) string {
	return "attach/" + workspace + "/" + strconv.FormatInt(pending, 10)
}

// RunID is the API's id of a campaign's run of a delivery, unique in its
// workspace, the same for every attempt, and safe in a URL.
func RunID(campaign, key string) string { return campaign + "." + key }

// WorkflowIDOfRun is the workflow id behind the API's id of a run; ok is false
// for what is no such id.
func WorkflowIDOfRun(workspace, runID string) (workflowID string, ok bool) {
	campaign, key, found := strings.Cut(runID, ".")
	if !found || campaign == "" || key == "" {
		return "", false
	}
	return RunWorkflowID(workspace, campaign, key), true
}
