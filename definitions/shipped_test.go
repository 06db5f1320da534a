package definitions

import (
	"strings"
	"testing"
)

func TestShippedCampaignsAreSound(t *testing.T) {
	t.Parallel()
	warnings := map[string]int{"sms-opt-out.yaml": 1, "sms-opt-out-in.yaml": 0}
	shipped := Shipped()
	if len(shipped) != len(warnings) {
		t.Fatalf("%d campaigns are shipped, the test knows %d", len(shipped), len(warnings))
	}
	for _, file := range shipped {
		definition, problems := Load(file.File, file.Data)
		if problems.HasErrors() {
			t.Errorf("%s has problems:\n%s", file.File, problems)
		}
		want, known := warnings[file.File]
		if got := problems.Warnings(); !known || len(got) != want {
			t.Errorf("%s has %d warnings, want %d:\n%s", file.File, len(got), want, got)
		}
		if definition.Key+".yaml" != file.File {
			t.Errorf("%s holds the campaign %s", file.File, definition.Key)
		}
		if len(definition.Tests) == 0 {
			t.Errorf("%s has no tests of its own", file.File)
		}
		if !strings.HasPrefix(string(file.Data), "# yaml-language-server: $schema=../campaign.schema.json\n") {
			t.Errorf("%s doesn't name its schema for editors", file.File)
		}
	}
}

func TestTheLiteralRecipeWarnsOfOptOutType(t *testing.T) {
	t.Parallel()
	for _, file := range Shipped() {
		if file.File != "sms-opt-out.yaml" {
			continue
		}
		_, problems := Load(file.File, file.Data)
		warning := problems.Warnings().String()
		for _, want := range []string{"START", "HELP", "OptOutType is STOP", "sms-opt-out-in", "workflow[0].if"} {
			if !strings.Contains(warning, want) {
				t.Errorf("the warning doesn't mention %s: %s", want, warning)
			}
		}
	}
}
