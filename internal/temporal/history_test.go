package temporal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
)

// recordedKey encrypted the recorded histories that are encrypted. They were
// recorded from real runs by the tests of package devserver.
var recordedKey = Key{ID: "may", Secret: []byte("0123456789abcdef0123456789abcdef")}

// readRecorded reads a recorded history.
func readRecorded(t *testing.T, name string) []*historypb.HistoryEvent {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	history, err := client.HistoryFromJSON(file, client.HistoryJSONOptions{})
	require.NoError(t, err)
	return history.GetEvents()
}

// recordedHistory is what the recorded run of an input reads like, without its times.
func recordedHistory(input string) *History {
	const look = `{"number":12345678901234567890.10,"whom":`
	return &History{
		WorkflowType: "inspect",
		Summary:      "look around",
		Details:      "for **ann** and bob",
		Input:        json.RawMessage(input),
		Entries: []Entry{
			{Type: "look", Summary: "look at ann, here", Local: true, Result: json.RawMessage(look + `"ann"}`), Attempt: 2},
			{Type: "look", Summary: "look at bob, there", Result: json.RawMessage(look + `"bob"}`), Attempt: 2},
			{Type: "look", Summary: "look at bob, there", Failure: "more people match than may be changed (BatchLimitExceeded)", Attempt: 1},
			{Type: "look", Summary: "look at ann, here", Local: true, Failure: "more people match than may be changed (BatchLimitExceeded)", Attempt: 1},
		},
	}
}

func TestRecordedHistories(t *testing.T) {
	t.Parallel()
	completed := recordedHistory(`{"fail":false,"number":12345678901234567890.10}`)
	completed.Status = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	completed.Result = completed.Input
	failed := recordedHistory(`{"fail":true,"number":12345678901234567890.10}`)
	failed.Status = enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
	failed.Failure = "more people match than may be changed (BatchLimitExceeded)"

	for file, want := range map[string]*History{
		"history_plain_completed.json":     completed,
		"history_encrypted_completed.json": completed,
		"history_plain_failed.json":        failed,
		"history_encrypted_failed.json":    failed,
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			got := DecodeHistory(readRecorded(t, file), NewDataConverter(testRing(t, recordedKey)))
			require.Empty(t, cmp.Diff(want, got, cmpopts.IgnoreTypes(time.Time{})))
			last := got.StartedAt
			for _, entry := range got.Entries {
				require.False(t, entry.At.Before(last), "entries are in order of time")
				last = entry.At
			}
			require.False(t, got.ClosedAt.Before(last))
			require.Equal(t, time.UTC, got.ClosedAt.Location())
		})
	}
}

func TestHistoryWithoutItsKeySaysSo(t *testing.T) {
	t.Parallel()
	events := readRecorded(t, "history_encrypted_failed.json")
	for name, ring := range map[string]*KeyRing{"no key": nil, "another key": testRing(t, testKey("june", 1))} {
		history := DecodeHistory(events, NewDataConverter(ring))
		require.Contains(t, history.Unreadable, `encrypted with key "may"`, name)
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, history.Status, name)
		require.Equal(t, "inspect", history.WorkflowType, name)
		require.Len(t, history.Entries, 4, name)
		require.Nil(t, history.Entries[0].Result, name)
		require.False(t, history.Entries[0].At.IsZero(), name)
		require.Equal(t, "Encoded failure (BatchLimitExceeded)", history.Failure, name)
	}
}

func TestCutHistoryShowsWhatIsOpen(t *testing.T) {
	t.Parallel()
	events := readRecorded(t, "history_plain_completed.json")
	for at, event := range events {
		if event.GetEventType() != enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED {
			continue
		}
		history := DecodeHistory(events[:at+1], NewDataConverter(nil))
		last := history.Entries[len(history.Entries)-1]
		require.True(t, last.Open)
		require.Equal(t, "look at bob, there", last.Summary)
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, history.Status)
		require.True(t, history.ClosedAt.IsZero())
	}
}

// TestAnyCutIsReadable decodes every piece of a history, as an interrupted or
// foreign one may come.
func TestAnyCutIsReadable(t *testing.T) {
	t.Parallel()
	events := readRecorded(t, "history_plain_failed.json")
	for from := range events {
		for to := from; to <= len(events); to++ {
			require.NotNil(t, DecodeHistory(events[from:to], NewDataConverter(nil)))
		}
	}
	for kind := range enumspb.EventType_name {
		bare := []*historypb.HistoryEvent{nil, {EventType: enumspb.EventType(kind)}}
		require.NotNil(t, DecodeHistory(bare, NewDataConverter(nil)))
	}
}

func TestPayloadsThatAreNotJSON(t *testing.T) {
	t.Parallel()
	reader := payloadReader{data: NewDataConverter(nil)}
	for _, test := range []struct {
		encoding, data, want string
	}{
		{"binary/null", "", ""},
		{"binary/plain", "\x00\x01", `"AAE="`},
		{"json/plain", `{"a":1.0}`, `{"a":1.0}`},
		{"json/plain", `{"a":`, ""},
		{"binary/unheard-of", "x", `"eA=="`},
	} {
		payload := jsonPayload(test.data)
		payload.Metadata["encoding"] = []byte(test.encoding)
		require.Equal(t, test.want, string(reader.first(&commonpb.Payloads{Payloads: []*commonpb.Payload{payload}})), test.encoding)
	}
	require.Equal(t, "payload of encoding json/plain is not valid JSON", reader.unreadable)
	require.Nil(t, reader.first(nil))
}

func TestFailureReadsFromTheOutsideIn(t *testing.T) {
	t.Parallel()
	failure := &failurepb.Failure{Message: "look up ann: store is away", Cause: &failurepb.Failure{
		Message: "store is away", Cause: &failurepb.Failure{Message: "connection refused"},
	}}
	reader := payloadReader{data: NewDataConverter(nil)}
	require.Equal(t, "look up ann: store is away: connection refused", reader.failure(failure))
	require.Empty(t, reader.failure(nil))
}
