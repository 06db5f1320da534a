package consent

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"replyflow/internal/message"
)

var update = flag.Bool("update", false, "rewrite docs/consent.md")

const page = "../../docs/consent.md"

// example is a worked example: what the page shows is what the code decides.
type example struct {
	shown  string
	policy Policy
	in     Input
	want   string
}

func worked() []example {
	english, french := us(), us()
	english.Languages = []string{"en"}
	french.Languages = []string{"en", "fr"}
	empty := Input{Kind: message.KindMedia, To: "+15550100100"}
	return []example{
		{"`STOP`", us(), text("STOP"), "opts out"},
		{"`Stop.`, which Twilio itself doesn't match", us(), text("Stop."), "opts out"},
		{"`STOP ALL`", us(), text("STOP ALL"), "opts out from every sender"},
		{"`opt out`", us(), text("opt out"), "opts out"},
		{"`REVOKE`, no tag", us(), text("REVOKE"), "opts out"},
		{"`STOP PLEASE`", us(), text("STOP PLEASE"), "opts out, softly"},
		{"`please stop by at 5`", us(), text("please stop by at 5"), "nothing, a near miss"},
		{"`UNSTOP`", us(), text("UNSTOP"), "opts in; the provider's block ends"},
		{"`YES`, no tag", us(), text("YES"), "a reply; ends an opt-out if there is one"},
		{"`YES`, no tag, to a toll-free number", us(), on(text("YES"), "+18005550100"), "a reply"},
		{"`HELP`", us(), text("HELP"), "help"},
		{"`ARRET`, with the French list", french, text("ARRET"), "opts out"},
		{"`ARRET`, with English only", english, text("ARRET"), "nothing"},
		{"an image without a caption", us(), empty, "nothing"},
		{"`STOP`, OptOutType STOP", us(), tagged("STOP", message.VerdictOptOut), "opts out; the provider has answered"},
		{"`BAJA`, OptOutType STOP", english, tagged("BAJA", message.VerdictOptOut), "opts out; the provider has answered"},
		{"`STOP`, OptOutType START", us(), tagged("STOP", message.VerdictOptIn), "opts out; the provider has answered; a conflict"},
		{"`ＳＴＯＰ`", us(), text("ＳＴＯＰ"), "opts out"},
		{"`please stop texting me`", us(), text("please stop texting me"), "opts out, softly"},
		{"`stop by tomorrow?`", us(), text("stop by tomorrow?"), "nothing, a near miss"},
	}
}

// outcome says a decision in the words of the page.
func outcome(d Decision) string {
	said := map[message.Verdict]string{
		message.VerdictOptOut: "opts out", message.VerdictOptIn: "opts in", message.VerdictHelp: "help", message.VerdictNone: "nothing",
	}[d.Verdict]
	if d.Rule == RuleAnswer {
		said = "a reply"
	}
	for _, effect := range d.Effects {
		switch {
		case effect.Wide:
			said += " from every sender"
		case effect.Lane == LaneBlock && effect.Action == In:
			said += "; the provider's block ends"
		}
	}
	for _, flag := range []struct {
		set  bool
		text string
	}{
		{d.Soft, ", softly"}, {d.NearMiss, ", a near miss"}, {d.ConditionalOptIn, "; ends an opt-out if there is one"},
		{d.Answered, "; the provider has answered"}, {d.Conflict, "; a conflict"},
	} {
		if flag.set {
			said += flag.text
		}
	}
	return said
}

func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	for _, example := range worked() {
		if got := outcome(compile(t, example.policy).Decide(example.in)); got != example.want {
			t.Errorf("%s: %s, want %s", example.shown, got, example.want)
		}
	}
}

// START that is processed before an earlier STOP wins all the same, and two
// profiles with one number share its state, because it is the number's.
func TestWorkedExamplesOfOrder(t *testing.T) {
	t.Parallel()
	target := Target{Scopes: Applicable("+15550100100", ""), Category: all}
	other := Target{Scopes: Applicable("+15550100200", ""), Category: all}
	stop, start := at(0, senderA, LaneKeyword, all, Out), at(5, senderA, LaneKeyword, all, In)
	if got := say(Status(rowsOf([]Event{start, stop}), target)); got != "in keyword 10:05" {
		t.Errorf("START 10:05, then STOP 10:00 arrives: %s", got)
	}
	if got := say(Status(rowsOf([]Event{stop}), other)); got != "-" {
		t.Errorf("STOP to one number says of another: %s", got)
	}
	shared := at(0, WorkspaceScope, LaneKeyword, all, Out)
	if got := say(Status(rowsOf([]Event{shared}), other)); got != "out keyword 10:00" {
		t.Errorf("STOP to one number of a shared scope says of another: %s", got)
	}
}

// Every rule that decides is documented, and every documented rule decides.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{}
	for _, rule := range Documentation() {
		if documented[rule.Name] || rule.When == "" || rule.Effect == "" || rule.Example == "" {
			t.Errorf("%s is documented twice or lacks a text", rule.Name)
		}
		documented[rule.Name] = true
	}
	decided := map[string]bool{RuleGroup: true, RuleNotWords: true, RuleEdit: true}
	for rule := range bodies {
		decided[rule] = true
	}
	for _, example := range worked() {
		decided[compile(t, example.policy).Decide(example.in).Rule] = true
	}
	for _, verdict := range []message.Verdict{message.VerdictOptIn, message.VerdictHelp} {
		decided[compile(t, us()).Decide(tagged("", verdict)).Rule] = true
	}
	for rule := range decided {
		if !documented[rule] {
			t.Errorf("rule %s decides and isn't documented", rule)
		}
	}
	for rule := range documented {
		if !decided[rule] {
			t.Errorf("rule %s is documented and no test reaches it", rule)
		}
	}
}

func TestPageIsGenerated(t *testing.T) {
	t.Parallel()
	want := generate(t)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil || string(got) != want {
		t.Errorf("docs/consent.md is not what the code says (%v): run go test ./internal/consent -update", err)
	}
}

func generate(t *testing.T) string {
	intro, err := os.ReadFile("testdata/consent.md")
	if err != nil {
		t.Fatal(err)
	}
	var rules, examples strings.Builder
	for _, rule := range Documentation() {
		fmt.Fprintf(&rules, "| `%s` | %s | %s | %s |\n", rule.Name, rule.When, rule.Effect, rule.Example)
	}
	for _, example := range worked() {
		decided := compile(t, example.policy).Decide(example.in)
		fmt.Fprintf(&examples, "| %s | %s | `%s` |\n", example.shown, outcome(decided), decided.Rule)
	}
	return strings.NewReplacer(
		"{{rules}}\n", rules.String(), "{{examples}}\n", examples.String(), "{{words}}\n", wordTable(),
	).Replace(string(intro))
}

func wordTable() string {
	var b strings.Builder
	for _, language := range append([]string{""}, Languages()...) {
		sets := map[string][]string{}
		for _, word := range Words(language) {
			set := strings.TrimSuffix(word.Set, "_all")
			sets[set] = append(sets[set], word.Text)
		}
		shown := language
		if shown == "" {
			shown = "always"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", shown,
			strings.Join(sets[SetOptOut], ", "), strings.Join(sets[SetOptIn], ", "), strings.Join(sets[SetHelp], ", "))
	}
	return b.String()
}
