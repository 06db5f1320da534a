package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"replyflow/internal/config"
)

// A provider is known to the configuration by being there, and says what its
// senders' settings lack.
func TestSettings(t *testing.T) {
	t.Parallel()
	cases := []struct{ sender, want string }{
		{"{name: a, channel: sms, provider: twilio, address: '+1'}", "needs account and auth_tokens"},
		{"{name: a, channel: whatsapp, provider: meta, address: '+1'}", "needs phone_number_id and app_secrets"},
		{"{name: a, channel: sms, provider: meta, address: '+1', phone_number_id: '1', app_secrets: [s]}", "senders[0].channel: Meta sends WhatsApp messages only"},
		{"{name: a, channel: sms, provider: gateway, address: '+1'}", "needs app_secrets"},
		{"{name: a, channel: sms, provider: pigeon, address: '+1'}", `"pigeon" is none of gateway, meta, twilio`},
	}
	for _, c := range cases {
		path := filepath.Join(t.TempDir(), "replyflow.yaml")
		if err := os.WriteFile(path, []byte("workspaces: [{senders: ["+c.sender+"]}]"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Load(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.sender, err, c.want)
		}
	}
}
