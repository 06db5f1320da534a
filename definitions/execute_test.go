package definitions

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSummaryFitsIntoTemporal(t *testing.T) {
	t.Parallel()
	if got := Summary("Opted out: OptOutType is STOP"); got != "Opted out: OptOutType is STOP" {
		t.Errorf("a short summary becomes %q", got)
	}
	long := Summary("x" + strings.Repeat("é", 1_000))
	if len(long) > 400 || !utf8.ValidString(long) || !strings.HasSuffix(long, "…") {
		t.Errorf("a long summary has %d bytes: %q", len(long), long)
	}
}
