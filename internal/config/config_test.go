package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

const whole = `public_url: https://hooks.example.com
listen: 127.0.0.1:0
database: postgres://replyflow:${DB}@127.0.0.1:5432/replyflow
temporal: {address: "host:7233", namespace: replyflow, api_key: "${TOKEN}"}
encryption_keys: [{id: k1, key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}]
spool: {dir: /var/lib/replyflow, max_bytes: 2GiB}
limits: {hook_body: 512KiB}
retention: {messages: 395d, samples: 30d, activity: 720h, ledger: 5y}
workspaces:
  - key: default
    default_region: GB
    api_keys: [{name: ci, key: "${TOKEN}"}]
    phone_attributes: [phone, mobile]
    anonymous: keep
    senders:
      - name: US marketing
        channel: sms
        provider: twilio
        account: AC00000000000000000000000000000001
        auth_tokens: ["${TOKEN}", second]
        address: +15550100100
        consent_scope: sender
        keyword_replies: gaps
        languages: [en, fr]
        keywords: {opt_out: ["NO MORE"]}
        soft_opt_out: review
        require: opt_in
      - name: Service
        channel: sms
        provider: twilio
        account: AC00000000000000000000000000000001
        auth_tokens: [t]
        messaging_service: MG00000000000000000000000000000001
        numbers: ["+15550100101"]
      - name: WhatsApp
        channel: whatsapp
        provider: meta
        phone_number_id: "106540352242922"
        address: "+15550100200"
        app_secrets: [s]
        verify_token: v
        access_token: a
`

func environment(name string) (string, bool) {
	value, ok := map[string]string{"DB": "p: w#1", "TOKEN": "t0k3n"}[name]
	return value, ok
}

func TestWholeFile(t *testing.T) {
	t.Parallel()
	cfg, err := parse("replyflow.yaml", []byte(whole), environment)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Database != "postgres://replyflow:p: w#1@127.0.0.1:5432/replyflow" {
		t.Errorf("database %q", cfg.Database)
	}
	workspace, ok := cfg.Workspace("default")
	if !ok || workspace.DefaultRegion != "GB" || !workspace.Settings().IsPhone("mobile") {
		t.Errorf("workspace %+v", workspace)
	}
	if got := workspace.Senders[0].Address; got != "+15550100100" {
		t.Errorf("a number without quotes is read as %q", got)
	}
	if got := workspace.Senders[1].ConsentScope; got != "service" {
		t.Errorf("the consent scope of a messaging service is %q", got)
	}
	if cfg.Limits.HookBody != 512<<10 || cfg.Spool.MaxBytes != 2<<30 {
		t.Errorf("sizes %d, %d", cfg.Limits.HookBody, cfg.Spool.MaxBytes)
	}
	if time.Duration(cfg.Retention.Ledger) != 5*365*24*time.Hour || time.Duration(cfg.Retention.Activity) != 720*time.Hour {
		t.Errorf("retention %+v", cfg.Retention)
	}
	if len(cfg.EncryptionKeys[0].Bytes()) != 32 {
		t.Error("the encryption key is lost")
	}
}

func TestEmptyFileIsTheDefault(t *testing.T) {
	t.Parallel()
	cfg, err := parse("replyflow.yaml", nil, environment)
	if err != nil || len(cfg.Workspaces) != 1 || cfg.Workspaces[0].DefaultRegion != "US" || cfg.Limits.HookBody != 1<<20 {
		t.Errorf("%+v, %v", cfg, err)
	}
}

func TestProblemsSayWhereAndWhat(t *testing.T) {
	t.Parallel()
	cases := []struct{ file, want string }{
		{"public_ulr: x", "f:1:1: public_ulr: there is no such setting; did you mean public_url?"},
		{"workspaces:\n  - senders:\n      - adress: x", "f:3:9: workspaces[0].senders[0].adress: there is no such setting; did you mean address?"},
		{"database: ${NOPE}", "f:1:11: the environment variable NOPE is not set"},
		{"limits: {hook_body: 2MiB}", "f:1:21: limits.hook_body: it must be between 1 byte and 1.5MiB"},
		{"encryption_keys: [{id: a, key: '${NOPE}'}]", "used:\n  f:1:32: the environment variable NOPE is not set"},
		{"limits: {hook_body: much}", `"much" is no size`},
		{"retention: {samples: 3 weeks}", `f:1:22: retention.samples: "3 weeks" is no duration`},
		{"public_url: hooks.example.com", "is no address"},
		{"encryption_keys: [{id: a, key: short}]", "base64 of 32 bytes"},
		{"workspaces: [{default_region: UK}]", `"UK" is no region`},
		{"workspaces: [{key: a}, {key: a}]", "f:1:30: workspaces[1].key: the workspace a is there twice"},
		{"workspaces: [{api_keys: [{name: a, key: ' '}]}]", "blank"},
		{"workspaces: [{senders: [{name: a, channel: sms, provider: picky, address: '+1'}]}]", "f:1:25: workspaces[0].senders[0].account: it is never right"},
		{"workspaces: [{senders: [{name: a, channel: sms, provider: pigeon, address: '+1'}]}]", `"pigeon" is none of gateway, meta, picky, twilio`},
		{"workspaces: [{senders: [{name: a, channel: fax, provider: twilio, address: '+1', account: AC, auth_tokens: [t]}]}]", `"fax" is none of`},
		{"workspaces: [{api_keys: [{name: a, key: k}]}, {key: b, api_keys: [{name: a, key: k}]}]", "one key opens one workspace"},
		{"workspaces:\n  - senders:\n      - {name: a, channel: sms, provider: twilio, address: '+15550100100', account: AC, auth_tokens: [t]}\n" +
			"      - {name: b, channel: sms, provider: twilio, address: (555) 010-0100, account: AC, auth_tokens: [t]}",
			"f:4:9: workspaces[0].senders[1]: another sms sender has the address +15550100100"},
		{"workspaces: [{senders: [{name: a, channel: sms, provider: twilio, address: '+1', account: AC, auth_tokens: [t], consent_scope: service}]}]",
			"service is for senders with a messaging_service"},
		{"workspaces: [{senders: [{name: a}]}]", "workspaces[0].senders[0].address: a sender needs an address"},
		{"temporal: {address: localhost}", "f:1:21: temporal.address: \"localhost\" is not HOST:PORT"},
		{"temporal: {tls: {cert_file: a}}", "belong together"},
		{"listen: [a", "f:2:1: did not find"},
		{"listen: [a]", "f:1:9: listen: it has the wrong shape"},
		{"listen: a:1\nlisten: a:2", "f:2:1: mapping key \"listen\" already defined at line 1"},
		{"- a", "f:1:1: it has the wrong shape"},
	}
	for _, c := range cases {
		_, err := parse("f", []byte(c.file), environment)
		var problem *Error
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\n fails with %v\n want %s", c.file, err, c.want)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	file := "pubic_url: x\ndatabase: ${NOPE}\nlimits: {hook_body: 0}\nworkspaces: [{default_region: UK, anonymous: no}]"
	_, err := parse("f", []byte(file), environment)
	var problem *Error
	if !errors.As(err, &problem) || len(problem.Problems) != 5 {
		t.Errorf("5 problems are reported as %v", err)
	}
}

// TestSecondDocument: what stands behind a line --- would be ignored without a word.
func TestSecondDocument(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"listen: a:1\n---\npublic_url: https://x.example\n": "f:2:1: the file holds more than one document",
		"listen: a:1\n---\n":             "f:2:1: the file holds more than one document",
		"---\n---\nlisten: a:1\n":        "f:2:1: the file holds more than one document",
		"listen: a:1\n---\nlisten: [a\n": "f:4:1: did not find",
	} {
		if _, err := parse("f", []byte(file), environment); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q fails with %v, want %s", file, err, want)
		}
	}
	for _, file := range []string{"---\nlisten: a:1\n", "listen: a:1\n...\n", "# nothing\n", "---\n", ""} {
		if cfg, err := parse("f", []byte(file), environment); err != nil || cfg == nil {
			t.Errorf("%q fails with %v", file, err)
		}
	}
}

func TestDollarBraces(t *testing.T) {
	t.Parallel()
	cfg, err := parse("f", []byte("database: a$${TOKEN}${TOKEN}$b"), environment)
	if err != nil || cfg.Database != "a${TOKEN}t0k3n$b" {
		t.Errorf("database %q, %v", cfg.Database, err)
	}
}

func TestSecretsNeverShow(t *testing.T) {
	t.Parallel()
	secret := Secret("hush")
	encoded, err := json.Marshal(struct{ S Secret }{secret})
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{secret.String(), fmt.Sprintf("%v %+v %#v %s", secret, secret, secret, secret), secret.LogValue().String(), string(encoded)} {
		if strings.Contains(shown, "hush") {
			t.Errorf("a secret shows as %s", shown)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add("a: &x [*x]")
	f.Fuzz(func(t *testing.T, file string) {
		var node yaml.Node
		if yaml.Unmarshal([]byte(file), &node) != nil {
			return
		}
		// Whatever it says, it must not crash.
		_, _ = parse("f", []byte(file), environment)
	})
}
