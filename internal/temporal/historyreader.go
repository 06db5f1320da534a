package temporal

import (
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
)

// How the SDK records a local activity.
const (
	localActivityMarker = "LocalActivity"
	localActivityData   = "data"
	localActivityResult = "result"
)

// localActivity is what the SDK writes about a local activity besides its result.
type localActivity struct {
	ActivityType string
	ReplayTime   time.Time
	Attempt      int
}

// historyReader collects a history event by event.
type historyReader struct {
	payloads payloadReader
	history  History
	// open are the activities that haven't ended, by the id of the event that
	// scheduled them.
	open map[int64]*Entry
}

// read takes in the next event. Events that tell an operator nothing are passed over.
func (r *historyReader) read(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
		r.readStart(event)
	case enumspb.EVENT_TYPE_MARKER_RECORDED:
		r.readMarker(event)
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		r.open[event.GetEventId()] = &Entry{
			Type:    event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName(),
			Summary: r.payloads.text(event.GetUserMetadata().GetSummary()),
			Open:    true,
			Attempt: 1,
			At:      event.GetEventTime().AsTime(),
		}
	default:
		r.readActivity(event)
		r.readClose(event)
	}
}

func (r *historyReader) readStart(event *historypb.HistoryEvent) {
	started := event.GetWorkflowExecutionStartedEventAttributes()
	r.history.WorkflowType = started.GetWorkflowType().GetName()
	r.history.Input = r.payloads.first(started.GetInput())
	r.history.Summary = r.payloads.text(event.GetUserMetadata().GetSummary())
	r.history.Details = r.payloads.text(event.GetUserMetadata().GetDetails())
	r.history.StartedAt = event.GetEventTime().AsTime()
}

// readMarker adds a local activity; other markers belong to the SDK.
func (r *historyReader) readMarker(event *historypb.HistoryEvent) {
	marker := event.GetMarkerRecordedEventAttributes()
	if marker.GetMarkerName() != localActivityMarker {
		return
	}
	var recorded localActivity
	r.payloads.value(marker.GetDetails()[localActivityData], &recorded)
	entry := Entry{
		Type:    recorded.ActivityType,
		Summary: r.payloads.text(event.GetUserMetadata().GetSummary()),
		Local:   true,
		Attempt: recorded.Attempt,
		Result:  r.payloads.first(marker.GetDetails()[localActivityResult]),
		Failure: r.payloads.failure(marker.GetFailure()),
		At:      recorded.ReplayTime.UTC(),
	}
	if entry.At.IsZero() { // unreadable, or an SDK that doesn't record it
		entry.At = event.GetEventTime().AsTime()
	}
	r.history.Entries = append(r.history.Entries, entry)
}

// readActivity follows an activity that isn't local to its end.
func (r *historyReader) readActivity(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
		started := event.GetActivityTaskStartedEventAttributes()
		if entry, exists := r.open[started.GetScheduledEventId()]; exists {
			entry.Attempt = int(started.GetAttempt())
		}
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		completed := event.GetActivityTaskCompletedEventAttributes()
		r.end(event, completed.GetScheduledEventId(), completed.GetResult(), "")
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_FAILED:
		failed := event.GetActivityTaskFailedEventAttributes()
		r.end(event, failed.GetScheduledEventId(), nil, r.payloads.failure(failed.GetFailure()))
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
		timedOut := event.GetActivityTaskTimedOutEventAttributes()
		r.end(event, timedOut.GetScheduledEventId(), nil, r.payloads.failure(timedOut.GetFailure()))
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCELED:
		r.end(event, event.GetActivityTaskCanceledEventAttributes().GetScheduledEventId(), nil, "canceled")
	}
}

// end moves an activity from the open ones to the entries.
func (r *historyReader) end(event *historypb.HistoryEvent, scheduledID int64, result *commonpb.Payloads, failure string) {
	entry, exists := r.open[scheduledID]
	if !exists {
		return
	}
	delete(r.open, scheduledID)
	entry.Open = false
	entry.Result = r.payloads.first(result)
	entry.Failure = failure
	entry.At = event.GetEventTime().AsTime()
	r.history.Entries = append(r.history.Entries, *entry)
}

// readClose notes how the execution ended, if the event ends it.
func (r *historyReader) readClose(event *historypb.HistoryEvent) {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
		r.history.Status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		r.history.Result = r.payloads.first(event.GetWorkflowExecutionCompletedEventAttributes().GetResult())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
		r.history.Status = enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
		r.history.Failure = r.payloads.failure(event.GetWorkflowExecutionFailedEventAttributes().GetFailure())
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
		r.history.Status = enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
		r.history.Status = enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED
		r.history.Failure = event.GetWorkflowExecutionTerminatedEventAttributes().GetReason()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		r.history.Status = enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		r.history.Status = enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
	default:
		return
	}
	r.history.ClosedAt = event.GetEventTime().AsTime()
}
