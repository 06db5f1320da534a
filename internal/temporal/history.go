package temporal

import (
	"encoding/json"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// History is what an operator reads of one workflow execution.
type History struct {
	// WorkflowType is the name of the workflow.
	WorkflowType string
	// Summary and Details were given when the workflow was started.
	Summary, Details string
	// Input is the workflow's first argument, nil when there is none.
	Input json.RawMessage
	// StartedAt is when the execution was started, in UTC.
	StartedAt time.Time
	// Entries are the activities in the order in which they ended; those still
	// open come last.
	Entries []Entry
	// Status is how the execution stands at the end of the events.
	Status enumspb.WorkflowExecutionStatus
	// ClosedAt is when the execution ended, in UTC; zero while it is open.
	ClosedAt time.Time
	// Result is what a completed workflow returned.
	Result json.RawMessage
	// Failure says why a failed workflow failed.
	Failure string
	// Unreadable says why parts are missing, for example because a key is; empty
	// when everything could be decoded.
	Unreadable string
}

// Entry is one activity of a workflow, local or not.
type Entry struct {
	// Type is the name of the activity.
	Type string
	// Summary was given by the workflow.
	Summary string
	// Local activities run inside a workflow task; a history keeps their result but
	// not their input.
	Local bool
	// Open is true while the activity has neither a result nor a failure.
	Open bool
	// Result is what the activity returned, nil when it returned nothing or failed.
	Result json.RawMessage
	// Failure says why the activity failed, was canceled or timed out.
	Failure string
	// Attempt counts from 1.
	Attempt int
	// At is when the activity ended, or was scheduled if it is open, in UTC.
	At time.Time
}

// ReadHistory decodes the events of an iterator, as client.GetWorkflowHistory
// returns it. The converter must have the keys that the events were encrypted
// with; what it can't decode is left out and named in Unreadable.
func ReadHistory(events client.HistoryEventIterator, data converter.DataConverter) (*History, error) {
	var all []*historypb.HistoryEvent
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("temporal: read the history: %w", err)
		}
		all = append(all, event)
	}
	return DecodeHistory(all, data), nil
}

// DecodeHistory decodes the events of one execution, first event first.
func DecodeHistory(events []*historypb.HistoryEvent, data converter.DataConverter) *History {
	reader := historyReader{
		payloads: payloadReader{data: data},
		open:     map[int64]*Entry{},
		history:  History{Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING},
	}
	for _, event := range events {
		reader.read(event)
	}
	for _, event := range events {
		if entry, isOpen := reader.open[event.GetEventId()]; isOpen {
			reader.history.Entries = append(reader.history.Entries, *entry)
		}
	}
	reader.history.Unreadable = reader.payloads.unreadable
	return &reader.history
}
