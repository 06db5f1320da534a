package simulate

import (
	"encoding/json"
	"strings"
	"testing"

	"replyflow/definitions"
	"replyflow/internal/message"
)

var testWorkspace = message.Workspace{Key: "default", Region: "US", PhoneAttributes: []string{"phone"}}

func load(t *testing.T, text string) definitions.Definition {
	t.Helper()
	definition, problems := definitions.Load("test.yaml", []byte(text))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	return definition
}

func TestShippedCampaignsPassTheirOwnTests(t *testing.T) {
	t.Parallel()
	for _, shipped := range definitions.Shipped() {
		t.Run(shipped.File, func(t *testing.T) {
			t.Parallel()
			definition, problems := definitions.Load(shipped.File, shipped.Data)
			if problems.HasErrors() {
				t.Fatal(problems)
			}
			results, err := RunTests(t.Context(), definition)
			if err != nil {
				t.Fatal(err)
			}
			if len(results) == 0 {
				t.Fatal("the campaign has no tests of its own")
			}
			for _, result := range results {
				if !result.Passed {
					t.Errorf("%s: %s", result.Name, result.Message)
				}
			}
		})
	}
}

// unknownNumber is a campaign whose update matches by what arrives.
const unknownNumber = `campaign: number
name: Number
trigger: {webhook: {}}
workflow:
  - batch_update: Set it
    where: person.phone is {{ trigger.From }}
    set: {done: true}
tests:
  - name: passes
    trigger: {From: anonymous}
    people: [{id: ann, phone: "+15550100123"}]
    expect: {path: [Set it]}
  - name: fails
    trigger: {From: anonymous}
    people: [{id: ann, phone: "+15550100123"}]
    expect: {people: {ann: {done: true}}}
`

// TestStepSaysThatAValueIsNoNumber: "nobody matches" alone would send the marketer
// looking for the person.
func TestStepSaysThatAValueIsNoNumber(t *testing.T) {
	t.Parallel()
	const want = `nobody matches; "anonymous" is no phone number (`
	definition := load(t, unknownNumber)
	result, err := Run(t.Context(), Request{
		Workspace: testWorkspace, Definition: definition, Payload: json.RawMessage(`{"From":"anonymous"}`), At: testTime,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Steps) != 1 || result.Steps[0].Node != "Set it" || !strings.HasPrefix(result.Steps[0].Why, want) {
		t.Errorf("steps %+v", result.Steps)
	}
	tests, err := RunTests(t.Context(), definition)
	if err != nil || len(tests) != 2 {
		t.Fatalf("%+v, %v", tests, err)
	}
	if !tests[0].Passed || tests[0].Message != "" || !strings.HasPrefix(tests[0].Steps[0].Why, want) {
		t.Errorf("the test that passes: %+v", tests[0])
	}
	if tests[1].Passed || !strings.Contains(tests[1].Message, "expected done of ann to be true, it is null; the run: Set it ("+want) {
		t.Errorf("the test that fails: %+v", tests[1])
	}
}

// TestPatternThatDoesNotCompile: the run goes on, and says why nothing matched.
func TestPatternThatDoesNotCompile(t *testing.T) {
	t.Parallel()
	definition := load(t, `campaign: pattern
name: Pattern
trigger: {webhook: {}}
workflow:
  - branch: Matches
    if: Body matches {{ trigger.pattern }}
    then: [{exit: Yes}]
    else: [{exit: No}]
`)
	result, err := Run(t.Context(), Request{
		Workspace: testWorkspace, Definition: definition, Payload: json.RawMessage(`{"Body":"a","pattern":"a("}`), At: testTime,
	})
	if err != nil || result.Failure != "" || tellPath(result.Path) != "Matches: false, No" {
		t.Fatalf("%+v, %v", result, err)
	}
	if why := result.Steps[0].Why; !strings.Contains(why, "the regular expression is wrong: missing closing )") {
		t.Errorf("why %q", why)
	}
}

// TestPayloadThatIsNoObject arrives as a webhook would deliver it.
func TestPayloadThatIsNoObject(t *testing.T) {
	t.Parallel()
	definition := load(t, `campaign: payload
name: Payload
trigger: {webhook: {}}
workflow:
  - branch: Is a list
    if: value contains 1
    then: [{exit: List}]
    else:
      - update_person: Keep it
        person: ann
        set: {got: "{{ trigger.value }}", whole: "{{ trigger }}"}
`)
	cases := []struct{ payload, path, whole string }{
		{`[1]`, "Is a list: true, List", ""},
		{" [2, 12345678901234567890]\n", "Is a list: false, Keep it", `{"value":[2,12345678901234567890]}`},
		{`null`, "Is a list: false, Keep it", `{"value":null}`},
		{`"text"`, "Is a list: false, Keep it", `{"value":"text"}`},
		{`5`, "Is a list: false, Keep it", `{"value":5}`},
		{``, "Is a list: false, Keep it", `{}`},
		{` {"value": [1]}`, "Is a list: true, List", ""},
	}
	for _, c := range cases {
		result, err := Run(t.Context(), Request{Workspace: testWorkspace, Definition: definition, Payload: json.RawMessage(c.payload), At: testTime})
		if err != nil {
			t.Errorf("%s: %v", c.payload, err)
			continue
		}
		if path, whole := tellPath(result.Path), string(result.Changes["ann"]["whole"].After); path != c.path || whole != c.whole || result.Failure != "" {
			t.Errorf("%s: took [%s], kept %s; %s", c.payload, path, whole, result.Failure)
		}
	}
}

// A batch update shows the same people whether it is one transaction or goes page
// by page.
func TestLimitDoesNotChangeWhatIsShown(t *testing.T) {
	t.Parallel()
	for _, limit := range []string{"1000", "1001"} {
		definition := load(t, `campaign: limit
name: Limit
trigger: {webhook: {}}
workflow:
  - batch_update: Set
    where: person.phone is {{ trigger.From }}
    set: {done: true}
    limit: `+limit+"\n")
		result, err := Run(t.Context(), Request{
			Workspace: testWorkspace, Definition: definition, Payload: json.RawMessage(`{"From":"+15550100123"}`), At: testTime,
			People: []Person{{ID: "ann", Attributes: map[string]json.RawMessage{"phone": json.RawMessage(`"555-010-0123"`)}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(result.Matched) != 1 || string(result.Changes["ann"]["done"].After) != "true" {
			t.Errorf("limit %s: %+v", limit, result)
		}
	}
}

// An inbound campaign is tried with a message: who wrote it is found by number,
// and a message that the campaign doesn't wait for visits nothing.
func TestInboundCampaignIsTriedWithAMessage(t *testing.T) {
	t.Parallel()
	definition, problems := definitions.Load("join.yaml", []byte(`campaign: join
name: Join
trigger: {inbound: {keywords: [JOIN]}}
workflow:
  - update_person: Note it
    person: "{{ person.id }}"
    set: {said: "{{ message.body }}"}
tests:
  - name: JOIN joins
    trigger: {from: "+15550100123", body: "Join!"}
    people: [{id: ann, phone: 555-010-0123}]
    expect: {path: [Note it], people: {ann: {said: "Join!"}}}
  - name: STOP is left alone
    trigger: {from: "+15550100123", body: STOP}
    people: [{id: ann, phone: 555-010-0123}]
    expect: {people: {ann: {said: null}}}
`))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	results, err := RunTests(t.Context(), definition)
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range results {
		if !result.Passed {
			t.Errorf("%s: %s", result.Name, result.Message)
		}
	}
	definition.Tests[1].Expect.Path = definitions.Path{{Node: "Note it"}}
	results, err = RunTests(t.Context(), definition)
	if err != nil || results[1].Passed {
		t.Errorf("a STOP visited a node: %+v, %v", results, err)
	}
}
