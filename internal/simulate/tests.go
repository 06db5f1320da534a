package simulate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"replyflow/definitions"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// epoch is when the people of a simulation were written: before everything.
var epoch = time.Unix(0, 0).UTC()

// testTime is when the event of a marketer's test arrives: now would make a
// test of dates pass today and fail tomorrow.
var testTime = time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)

// TestResult is what came of one of a campaign's own tests.
type TestResult struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	// Message says what was expected and what happened instead, and why.
	Message string `json:"message,omitempty"`
	// Steps say what the run decided and did, also when the test passed.
	Steps []Step `json:"steps"`
}

// RunTests runs the tests that a definition brings along, each with people of
// its own.
func RunTests(ctx context.Context, definition definitions.Definition) ([]TestResult, error) {
	results := make([]TestResult, 0, len(definition.Tests))
	for _, test := range definition.Tests {
		result, err := runTest(ctx, definition, test)
		if err != nil {
			return nil, fmt.Errorf("test %q: %w", test.Name, err)
		}
		results = append(results, result)
	}
	return results, nil
}

// runTest passes when nothing differs from the expectation.
func runTest(ctx context.Context, definition definitions.Definition, test definitions.Test) (TestResult, error) {
	request := Request{
		Workspace:  message.Workspace{Key: message.DefaultWorkspace, Region: "US", PhoneAttributes: []string{"phone"}},
		Definition: definition,
		Payload:    test.Trigger,
		People:     peopleOf(test),
		At:         testTime,
	}
	done, err := finish(ctx, request)
	var unreadable *PayloadError
	if errors.As(err, &unreadable) {
		return TestResult{Name: test.Name, Message: "its trigger can't be read: " + unreadable.Reason, Steps: []Step{}}, nil
	}
	if err != nil {
		return TestResult{}, err
	}
	defer done.scratch.close()
	differences := compareStart(test.Expect.Starts, done)
	differences = append(differences, comparePath(test.Expect.Path, message.PathOf(done.steps))...)
	if done.failure != "" {
		differences = append(differences, "the run failed: "+done.failure)
	}
	people, err := comparePeople(ctx, done.scratch, test.Expect.People)
	if err != nil {
		return TestResult{}, err
	}
	differences = append(differences, people...)
	result := TestResult{Name: test.Name, Passed: len(differences) == 0, Steps: tellSteps(done.steps)}
	if !result.Passed {
		result.Message = strings.Join(differences, "; ") + tellStart(done) + tellWhys(result.Steps)
	}
	return result, nil
}

// tellStart says that nothing started and why, to go on with after what a test
// found wrong.
func tellStart(done finished) string {
	if done.started {
		return ""
	}
	return "; nothing started: " + done.why
}

// tellWhys says what the steps of a run decided and did, to go on with after what
// a test found wrong; empty when no step said anything.
func tellWhys(steps []Step) string {
	var told []string
	for _, step := range steps {
		if step.Why != "" {
			told = append(told, fmt.Sprintf("%s (%s)", step.Node, step.Why))
		}
	}
	if len(told) == 0 {
		return ""
	}
	return "; the run: " + strings.Join(told, ", ")
}

func peopleOf(test definitions.Test) []Person {
	people := make([]Person, 0, len(test.People))
	for _, given := range test.People {
		person := Person{Attributes: map[string]json.RawMessage{}}
		for name, value := range given {
			if name == "id" {
				person.ID = idText(value)
				continue
			}
			if name == "created_at" {
				// What isn't a time is left to be refused as an attribute.
				var at time.Time
				if json.Unmarshal(value, &at) == nil {
					person.CreatedAt = &at
					continue
				}
			}
			person.Attributes[name] = value
		}
		people = append(people, person)
	}
	return people
}

// idText is an id as text: a file may hold it as a number.
func idText(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

func compareStart(want *bool, done finished) []string {
	switch {
	case want == nil || *want == done.started:
		return nil
	case done.started && done.why != "":
		return []string{"expected that nothing starts, and a run did: " + done.why}
	case done.started:
		return []string{"expected that nothing starts, and a run did"}
	}
	return []string{"expected that a run starts"}
}

func comparePath(want definitions.Path, got []message.PathEntry) []string {
	if want == nil || slices.EqualFunc(want, got, samePathEntry) {
		return nil
	}
	return []string{fmt.Sprintf("expected the path [%s], the run took [%s]", tellPath(want), tellPath(got))}
}

func samePathEntry(a, b message.PathEntry) bool {
	if a.Node != b.Node || (a.Result == nil) != (b.Result == nil) {
		return false
	}
	return a.Result == nil || *a.Result == *b.Result
}

func tellPath(path []message.PathEntry) string {
	entries := make([]string, len(path))
	for i, entry := range path {
		entries[i] = entry.Node
		if entry.Result != nil {
			entries[i] = fmt.Sprintf("%s: %t", entry.Node, *entry.Result)
		}
	}
	return strings.Join(entries, ", ")
}

func comparePeople(ctx context.Context, scratch *scratch, want map[string]map[string]json.RawMessage) ([]string, error) {
	var differences []string
	for _, id := range sortedKeys(want) {
		person, err := scratch.store.GetPerson(ctx, scratch.workspace.Key, id)
		if errors.Is(err, store.ErrNotFound) {
			differences = append(differences, "there is no person "+id)
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, name := range sortedKeys(want[id]) {
			expected, got := want[id][name], orNull(person.Attributes[name])
			if !sameJSON(expected, got) {
				differences = append(differences, fmt.Sprintf("expected %s of %s to be %s, it is %s", name, id, expected, got))
			}
		}
	}
	return differences, nil
}

// sameJSON compares values by meaning, numbers by their digits.
func sameJSON(a, b json.RawMessage) bool {
	return bytes.Equal(normalJSON(a), normalJSON(b))
}

func normalJSON(value json.RawMessage) []byte {
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	var decoded any
	if decoder.Decode(&decoded) != nil {
		return value
	}
	normal, err := json.Marshal(decoded)
	if err != nil {
		return value
	}
	return normal
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
