package main

import (
	"fmt"
	"strings"
	"testing"

	"replyflow/internal/provider/providertest"
)

// TestKeywordsAreAnsweredInTheirLanguage: a sender's own texts, one a language.
func TestKeywordsAreAnsweredInTheirLanguage(t *testing.T) {
	t.Parallel()
	twilio := providertest.NewTwilio(t)
	d := startTestDev(t, devOptions{noTemporalUI: true, config: configFile(t, fmt.Sprintf(
		`{name: Test, channel: sms, provider: twilio, account: %s, address: "%s", auth_tokens: [%s], keyword_replies: replyflow, api_base: "%s", `+
			`languages: [en, fr], answers: {opt_out: {en: "Bye from {{ sender }}", fr: "Adieu de {{ sender }}"}}}`,
		providertest.TwilioAccount, sampleAddress, providertest.TwilioToken, twilio.URL))})
	for i, said := range []struct{ from, body, want string }{
		{"+15550100121", "Arrêt", "Adieu de Test"}, {"+15550100122", "STOP", "Bye from Test"},
	} {
		runCommand(t, "send", "sms", "--from", said.from, "--body", said.body, "--data-dir", d.dir).check(t, exitDone, "taken")
		eventually(t, answersSent(twilio, i+1))
		if got := twilio.Messages()[i].Body; !strings.Contains(got, said.want) {
			t.Errorf("%s is answered %q, want %q", said.body, got, said.want)
		}
	}
}
