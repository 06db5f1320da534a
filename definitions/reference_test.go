package definitions

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"replyflow/internal/condition"
	"replyflow/internal/consent"
	"replyflow/internal/inbound"
)

func TestSchemaIsUpToDate(t *testing.T) {
	t.Parallel()
	compareFile(t, "campaign.schema.json", Schema())
}

func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	compareFile(t, "../docs/campaign-reference.md", []byte(referenceOf(t)))
}

// referenceOf is the reference of the campaign language, from the declarations and
// the first golden case of each node type.
func referenceOf(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("<!-- Generated from package definitions: go test ./definitions -update -->\n\n")
	b.WriteString(written(t, "intro.md"))
	section(&b, "A definition", reflect.TypeFor[Definition](), "")
	section(&b, "Trigger", reflect.TypeFor[Trigger](), strings.Replace(typeDocs(t)["Trigger"], "Trigger ", "`trigger` ", 1)+" It names one of these.")
	section(&b, "Trigger: webhook", reflect.TypeFor[Webhook](), strings.Replace(typeDocs(t)["Webhook"], "Webhook ", "A webhook ", 1))
	section(&b, "Proof of origin: verify", reflect.TypeFor[Verify](), strings.Replace(typeDocs(t)["Verify"], "Verify ", "`verify` ", 1))
	section(&b, "verify: hmac", reflect.TypeFor[VerifyHMAC](), "")
	section(&b, "verify: basic", reflect.TypeFor[VerifyUser](), "")
	writeInbound(t, &b)
	b.WriteString("\n## Nodes\n\nA node is a map that begins with its type and its name. Names are unique in a campaign.\n")
	for _, name := range Types() {
		writeNodeType(t, &b, name)
	}
	writeOperators(&b)
	b.WriteString("\n" + written(t, "values.md"))
	section(&b, "Tests", reflect.TypeFor[Test](), strings.Replace(typeDocs(t)["Test"], "Test ", "A test ", 1))
	section(&b, "What a test expects", reflect.TypeFor[Expectation](), strings.Replace(typeDocs(t)["Expectation"], "Expectation ", "`expect` ", 1))
	b.WriteString("\n" + written(t, "tests.md"))
	writeLimits(&b)
	return b.String()
}

// written is a part of the reference that no declaration says.
func written(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/reference", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// writeInbound writes all about campaigns that messages start. The example is a
// campaign that package simulate tests.
func writeInbound(t *testing.T, b *strings.Builder) {
	section(b, "Trigger: inbound", reflect.TypeFor[Inbound](), strings.Replace(typeDocs(t)["Inbound"], "Inbound ", "`inbound` ", 1))
	b.WriteString("\n" + written(t, "inbound.md"))
	writeReserved(b)
	b.WriteString("\n" + written(t, "inbound_runs.md"))
	writeMessageFields(b)
	fmt.Fprintf(b, "\n### An inbound campaign\n\n```yaml\n%s```\n", written(t, "inbound.yaml"))
}

// writeReserved lists the words that are reserved for every sender.
func writeReserved(b *strings.Builder) {
	meanings := []struct {
		set, meaning string
		answer       bool
	}{
		{consent.SetOptOut, "opts out", false},
		{consent.SetOptOutAll, "opts out from every sender", false},
		{consent.SetOptIn, "opts in", false},
		{consent.SetOptIn, "on most Twilio numbers it ends an opt-out, elsewhere it is a plain answer", true},
		{consent.SetHelp, "asks for help", false},
	}
	b.WriteString("| reserved for every sender | what the word does |\n| --- | --- |\n")
	for _, m := range meanings {
		var words []string
		for _, word := range consent.Words("") {
			if word.Set == m.set && word.Answer == m.answer {
				words = append(words, word.Text)
			}
		}
		fmt.Fprintf(b, "| %s | %s |\n", strings.Join(words, ", "), m.meaning)
	}
	b.WriteString("\nEvery language has words of its own, and a sender may add some: [consent.md](consent.md) lists them.\n")
}

// writeMessageFields lists the fields of a message, those of its parts below them.
func writeMessageFields(b *strings.Builder) {
	b.WriteString("| field | holds | meaning | for example |\n| --- | --- | --- | --- |\n")
	for _, field := range inbound.Fields() {
		writeMessageField(b, "message."+field.Name, field)
	}
}

func writeMessageField(b *strings.Builder, path string, field inbound.Field) {
	fmt.Fprintf(b, "| `%s` | %s | %s | `%s` |\n", path, field.Type, cell(field.Doc), cell(field.Example))
	if field.List {
		path += ".0"
	}
	for _, part := range field.Fields {
		writeMessageField(b, path+"."+part.Name, part)
	}
}

func section(b *strings.Builder, title string, of reflect.Type, text string) {
	fmt.Fprintf(b, "\n## %s\n\n", title)
	if text != "" {
		b.WriteString(text + "\n\n")
	}
	writeFields(b, of)
}

func writeNodeType(t *testing.T, b *strings.Builder, name string) {
	node, err := newNode(name)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "\n### %s\n\n%s\n\n", name, typeDocs(t)[name])
	writeFields(b, structOf(node))
	fmt.Fprintf(b, "\n```yaml\n%s\n```\n", strings.Join(readCases(t, name)[0].YAML, "\n"))
}

func writeFields(b *strings.Builder, of reflect.Type) {
	b.WriteString("| key | | meaning |\n| --- | --- | --- |\n")
	for i := range of.NumField() {
		field := of.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		needed := "required"
		if options == "omitempty" {
			needed = "optional"
		}
		text := field.Tag.Get("doc")
		if example := field.Tag.Get("example"); example != "" {
			text += " For example `" + example + "`."
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", name, needed, cell(text))
	}
}

func writeOperators(b *strings.Builder) {
	b.WriteString("\n## Operators\n\nText compares without regard to case unless the condition says `case: sensitive`. A missing field, and one that is null, makes every operator false but those marked in the last column.\n\n" +
		"| operator | value | meaning | example | true when missing |\n| --- | --- | --- | --- | --- |\n")
	values := map[condition.ValueKind]string{
		condition.NoValue: "none", condition.OneValue: "one", condition.ListValue: "a list",
		condition.TwoValues: "two", condition.DurationValue: "a duration",
	}
	for _, operator := range condition.Operators() {
		missing := ""
		if operator.HoldsWhenMissing {
			missing = "yes"
		}
		fmt.Fprintf(b, "| %s | %s | %s | `%s` | %s |\n", operator.Operator, values[operator.Value], cell(operator.Doc), cell(operator.Example), missing)
	}
}

func writeLimits(b *strings.Builder) {
	fmt.Fprintf(b, "\n## Limits\n\n| what | limit |\n| --- | --- |\n"+
		"| a file | %d bytes, %d values, %d levels of lists and maps |\n"+
		"| nodes of a campaign | %d |\n| branches within branches | %d |\n"+
		"| a name | %d characters |\n| an attribute's name | %d bytes |\n"+
		"| people that a batch update matches | %d unless `limit` says otherwise, at most %d |\n",
		MaxSize, MaxValues, MaxDepth, MaxNodes, MaxNesting, MaxName, MaxAttribute, DefaultBatchLimit, MaxBatchLimit)
}

// cell keeps a text from ending the cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }

// typeDocs are the doc comments of the package's types, by Go name and, for node
// types, by the type's name.
func typeDocs(t *testing.T) map[string]string {
	t.Helper()
	docs, err := readTypeDocs()
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

var readTypeDocs = sync.OnceValues(func() (map[string]string, error) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	parsed, err := doc.NewFromFiles(set, files, "replyflow/definitions")
	if err != nil {
		return nil, err
	}
	byType := map[string]string{}
	for _, name := range Types() {
		node, err := newNode(name)
		if err != nil {
			return nil, err
		}
		byType[structOf(node).Name()] = name
	}
	docs := map[string]string{}
	for _, declared := range parsed.Types {
		text := strings.TrimSpace(declared.Doc)
		if name, ok := byType[declared.Name]; ok {
			text = strings.Replace(text, declared.Name+" ", "`"+name+"` ", 1)
			docs[name] = text
		}
		docs[declared.Name] = text
	}
	return docs, nil
})

// TestReadmeShowsTheExample: what README shows is the campaign that is tested.
func TestReadmeShowsTheExample(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, _, _ := strings.Cut(written(t, "inbound.yaml"), "tests:\n")
	if !strings.Contains(string(readme), "```yaml\n"+example+"```\n") {
		t.Errorf("README.md doesn't show this campaign:\n%s", example)
	}
}

// TestEveryFieldOfAMessageIsDocumented asks the one declaration for all that the
// reference shows of it.
func TestEveryFieldOfAMessageIsDocumented(t *testing.T) {
	t.Parallel()
	var check func(path string, fields []inbound.Field)
	check = func(path string, fields []inbound.Field) {
		for _, field := range fields {
			if field.Doc == "" || field.Example == "" || field.Type == "" {
				t.Errorf("%s%s: doc %q, example %q, type %q", path, field.Name, field.Doc, field.Example, field.Type)
			}
			check(path+field.Name+".", field.Fields)
		}
	}
	check("", inbound.Fields())
}
