package definitions

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestHeaderOfHMAC asks which names of headers a campaign may demand: those that
// a request can carry.
func TestHeaderOfHMAC(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{
		"X-Hub-Signature-256": true, "signature": true, "x_sig.v1": true, "!#$%&'*+-.^_`|~09": true,
		"X-Signature:": false, "X Signature": false, " X": false, "X\n": false, "X/Y": false, "Signatür": false, "\u00a0": false, "(x)": false, "{{ x }}": false,
	}
	for header, allowed := range cases {
		quoted, err := json.Marshal(header)
		if err != nil {
			t.Fatal(err)
		}
		text := `{"campaign": "a", "name": "A", "workflow": [{"exit": "End"}], "trigger": {"webhook": {"verify": {"hmac": {"secret": "x", "header": ` + string(quoted) + `}}}}}`
		_, problems := Load("a.json", []byte(text))
		if allowed && len(problems) > 0 {
			t.Errorf("%q: %s", header, problems)
		}
		if !allowed && (len(problems) != 1 || !strings.Contains(problems[0].String(), "trigger.webhook.verify.hmac.header: ")) {
			t.Errorf("%q: want one problem at the header, got:\n%s", header, problems)
		}
	}
}
