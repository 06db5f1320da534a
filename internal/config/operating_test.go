package config

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// anyEnvironment has a value for every variable, of the kind that its name asks for.
func anyEnvironment(name string) (string, bool) {
	if strings.HasSuffix(name, "_URL") {
		return "https://hooks.example.com", true
	}
	// A key of encryption_keys is base64 of 32 bytes; to the others it is a text.
	return strings.Repeat("A", 43) + "=", true
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const operating = "../../docs/operating.md"

var yamlExample = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// TestExamplesOfTheDocumentationLoad: what people copy must work.
func TestExamplesOfTheDocumentationLoad(t *testing.T) {
	t.Parallel()
	for _, file := range []string{operating, "../../docs/adding-a-provider.md"} {
		examples := yamlExample.FindAllStringSubmatch(readText(t, file), -1)
		if len(examples) == 0 {
			t.Errorf("%s has no example", file)
		}
		for _, example := range examples {
			if _, err := parse(file, []byte(example[1]), anyEnvironment); err != nil {
				t.Errorf("%s\n%v", example[1], err)
			}
		}
	}
}

// TestDeployedConfigurationLoads: as it is, and with the senders that stand in it
// as a comment.
func TestDeployedConfigurationLoads(t *testing.T) {
	t.Parallel()
	file := readText(t, "../../deploy/replyflow.yaml")
	cfg, err := parse("replyflow.yaml", []byte(file), anyEnvironment)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Spool.Dir == "" {
		t.Error("there is no spool")
	}
	// The compose file mounts a volume there.
	if compose := readText(t, "../../docker-compose.yml"); !strings.Contains(compose, "- spool:"+cfg.Spool.Dir+"\n") {
		t.Errorf("no volume is mounted at %s", cfg.Spool.Dir)
	}
	cfg, err = parse("replyflow.yaml", []byte(strings.ReplaceAll(file, "    # ", "    ")), anyEnvironment)
	if err != nil || len(cfg.Workspaces[0].Senders) < 2 {
		t.Errorf("with its senders: %+v, %v", cfg, err)
	}
}

// documented is a row of a table of settings.
type documented struct {
	name string
	// standard is the documented default, empty when there is none.
	standard string
}

var settingsRow = regexp.MustCompile("(?m)^\\| `([a-z_.]+)` \\| (?:`([^`]*)`)? ?\\|")

// settingsBelow are the settings of the table below a heading.
func settingsBelow(t *testing.T, heading string) []documented {
	t.Helper()
	_, rest, found := strings.Cut(readText(t, operating), "\n### "+heading+"\n")
	if !found {
		t.Fatalf("there is no heading %q", heading)
	}
	section, _, _ := strings.Cut(rest, "\n#")
	var rows []documented
	for _, row := range settingsRow.FindAllStringSubmatch(section, -1) {
		rows = append(rows, documented{row[1], row[2]})
	}
	return rows
}

// settingsOf are the paths of a type's settings, but for those of some fields.
func settingsOf(kind reflect.Type, except ...string) []string {
	for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct {
		return []string{""}
	}
	var found []string
	for name, field := range fieldsOf(kind) {
		if slices.Contains(except, name) {
			continue
		}
		for _, below := range settingsOf(field) {
			found = append(found, strings.TrimSuffix(name+"."+below, "."))
		}
	}
	slices.Sort(found)
	return found
}

// TestEverySettingIsDocumented compares the tables with the settings that there are,
// both ways, and the documented defaults with those that count.
func TestEverySettingIsDocumented(t *testing.T) {
	t.Parallel()
	sender := "{name: a, channel: sms, provider: twilio, address: '+15550100100', account: AC, auth_tokens: [t]"
	cases := []struct {
		heading string
		there   []string
		// file is a configuration with place for more settings.
		file func(more string) string
	}{
		{"Of the installation", settingsOf(reflect.TypeFor[Config](), "workspaces"), func(more string) string { return "{" + more + "}" }},
		{"Of a workspace", settingsOf(reflect.TypeFor[Workspace](), "senders"), func(more string) string { return "workspaces: [{" + more + "}]" }},
		{"Of a sender", settingsOf(reflect.TypeFor[Sender]()), func(more string) string { return "workspaces: [{senders: [" + sender + ", " + more + "}]}]" }},
	}
	for _, c := range cases {
		rows := settingsBelow(t, c.heading)
		var names []string
		for _, row := range rows {
			names = append(names, row.name)
			checkDefault(t, row, c.file)
		}
		slices.Sort(names)
		if !slices.Equal(names, c.there) {
			t.Errorf("%s: the documentation has %v\nthere are %v", c.heading, names, c.there)
		}
	}
}

// checkDefault asks that writing a documented default changes nothing.
func checkDefault(t *testing.T, row documented, file func(more string) string) {
	t.Helper()
	if row.standard == "" {
		return
	}
	parts := strings.Split(row.name, ".")
	setting := row.standard
	for i := len(parts) - 1; i >= 0; i-- {
		setting = parts[i] + ": " + setting
		if i > 0 {
			setting = "{" + setting + "}"
		}
	}
	without, err := parse("f", []byte(file("")), environment)
	if err != nil {
		t.Fatal(err)
	}
	with, err := parse("f", []byte(file(setting)), environment)
	if err != nil || !reflect.DeepEqual(with, without) {
		t.Errorf("%s is documented as the default, and changes the configuration (%v)", setting, err)
	}
}

// TestComposeFileIsYAML: it is read by another program, so only its shape is known.
func TestComposeFileIsYAML(t *testing.T) {
	t.Parallel()
	var compose struct {
		Services map[string]struct {
			Volumes []string `yaml:"volumes"`
		} `yaml:"services"`
		Volumes map[string]any `yaml:"volumes"`
	}
	if err := yaml.Unmarshal([]byte(readText(t, "../../docker-compose.yml")), &compose); err != nil {
		t.Fatal(err)
	}
	if _, declared := compose.Volumes["spool"]; !declared || len(compose.Services["serve"].Volumes) != 2 {
		t.Errorf("the spool's volume is missing: %+v", compose)
	}
}
