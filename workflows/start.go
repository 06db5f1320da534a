package workflows

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"replyflow/definitions"
)

// Started says which run a delivery belongs to.
type Started struct {
	Run        string
	WorkflowID string
	// Execution is the run id that Temporal gave the execution, empty for a
	// duplicate.
	Execution string
	// Duplicate is true when the delivery had been started before.
	Duplicate bool
}

// StartCampaignRun starts the run of a delivery, or finds the one that it had.
// A run that failed may be started again under its id; a completed one not.
func StartCampaignRun(ctx context.Context, c client.Client, in CampaignRunInput) (Started, error) {
	started, err := start(ctx, c, startOptions(in), CampaignRunType, in)
	started.Run = RunID(in.Definition.Key, in.Event.Key)
	return started, err
}

func startOptions(in CampaignRunInput) client.StartWorkflowOptions {
	definition := in.Definition
	options := shortOptions(RunWorkflowID(in.Workspace, definition.Key, in.Event.Key))
	options.StaticSummary = fmt.Sprintf("%s, version %d", definition.Name, in.Version)
	options.StaticDetails = outline(definition)
	attributes := []temporal.SearchAttributeUpdate{SearchCampaign.ValueSet(definition.Key), SearchVersion.ValueSet(strconv.Itoa(in.Version))}
	if in.Sender != "" {
		attributes = append(attributes, SearchSender.ValueSet(in.Sender))
	}
	if in.Person != nil {
		attributes = append(attributes, SearchPerson.ValueSet(strconv.FormatInt(in.Person.Internal, 10)))
	}
	options.TypedSearchAttributes = temporal.NewSearchAttributes(attributes...)
	if definition.WorksLong() {
		options.TaskQueue = QueueLong
		options.WorkflowTaskTimeout = 0
		options.EnableEagerStart = false
	}
	return options
}

// maxOutline bounds the static details, which Temporal keeps with every run.
const maxOutline = 4_000

// outline shows the campaign's nodes in Temporal's UI, in the marketer's words.
func outline(definition definitions.Definition) string {
	var b strings.Builder
	if definition.Description != "" {
		b.WriteString(definition.Description + "\n\n")
	}
	writeNodes(&b, definition.Workflow, "")
	if b.Len() > maxOutline {
		return strings.ToValidUTF8(b.String()[:maxOutline], "") + "\n…"
	}
	return b.String()
}

func writeNodes(b *strings.Builder, nodes definitions.Nodes, indent string) {
	for _, node := range nodes {
		b.WriteString(indent + "- **" + node.NodeName() + "** (" + definitions.TypeOf(node) + ")\n")
		for _, side := range node.Sides() {
			if len(side.Nodes) > 0 {
				b.WriteString(indent + "  - " + side.Name + ":\n")
				writeNodes(b, side.Nodes, indent+"    ")
			}
		}
	}
}
