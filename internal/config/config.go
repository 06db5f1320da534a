// Package config is what an installation is told: one struct with its defaults
// and its checks, read strictly from a YAML file. Every problem is reported at
// once, with its line and what to do.
package config

import (
	"crypto/tls"
	"encoding/base64"
	"log/slog"
	"time"

	"replyflow/internal/answer"
	"replyflow/internal/message"
)

// Config is the configuration of a process.
type Config struct {
	// PublicURL is what providers call, and what signatures are computed over.
	PublicURL string `yaml:"public_url"`
	// Listen is where webhooks and the API listen.
	Listen         string          `yaml:"listen"`
	Database       string          `yaml:"database"`
	Temporal       Temporal        `yaml:"temporal"`
	EncryptionKeys []EncryptionKey `yaml:"encryption_keys"`
	Spool          Spool           `yaml:"spool"`
	Limits         Limits          `yaml:"limits"`
	Retention      Retention       `yaml:"retention"`
	Workspaces     []Workspace     `yaml:"workspaces"`
}

// Temporal says how to reach Temporal.
type Temporal struct {
	Address   string `yaml:"address"`
	Namespace string `yaml:"namespace"`
	TLS       *TLS   `yaml:"tls"`
	APIKey    Secret `yaml:"api_key"`
}

// TLS are the files of an encrypted connection.
type TLS struct {
	CAFile     string `yaml:"ca_file"`
	CertFile   string `yaml:"cert_file"`
	KeyFile    string `yaml:"key_file"`
	ServerName string `yaml:"server_name"`
}

// encryptionKeySize is how many bytes a key of AES-256 has.
const encryptionKeySize = 32

// EncryptionKey encrypts what Temporal keeps; the first encrypts, all decrypt.
type EncryptionKey struct {
	ID string `yaml:"id"`
	// Key is base64 of 32 bytes.
	Key Secret `yaml:"key"`
}

// Bytes is the key itself; Load has checked that it can be read.
func (k EncryptionKey) Bytes() []byte {
	data, err := base64.StdEncoding.DecodeString(string(k.Key))
	if err != nil {
		return nil
	}
	return data
}

// Spool is where intake keeps what neither Temporal nor the database takes.
type Spool struct {
	Dir      string `yaml:"dir"`
	MaxBytes Size   `yaml:"max_bytes"`
}

// Limits bound what strangers may send.
type Limits struct {
	HookBody Size `yaml:"hook_body"`
}

// Retention is how long data is kept.
type Retention struct {
	Messages Duration `yaml:"messages"`
	Samples  Duration `yaml:"samples"`
	Activity Duration `yaml:"activity"`
	Ledger   Duration `yaml:"ledger"`
}

// Workspace is one customer's people, campaigns and senders.
type Workspace struct {
	Key           string   `yaml:"key"`
	DefaultRegion string   `yaml:"default_region"`
	APIKeys       []APIKey `yaml:"api_keys"`
	// PhoneAttributes are compared as numbers; the first identifies people.
	PhoneAttributes []string `yaml:"phone_attributes"`
	// Anonymous says what happens to messages of strangers who become people:
	// attach or keep.
	Anonymous string `yaml:"anonymous"`
	// ReplyWindow is how long after a message of ours somebody's message counts as
	// an answer to it.
	ReplyWindow Duration `yaml:"reply_window"`
	Senders     []Sender `yaml:"senders"`
}

// APIKey opens the API to a workspace.
type APIKey struct {
	Name string `yaml:"name"`
	Key  Secret `yaml:"key"`
}

// Sender is one of our own numbers or messaging services.
type Sender struct {
	Name             string              `yaml:"name"`
	Channel          string              `yaml:"channel"`
	Provider         string              `yaml:"provider"`
	Account          string              `yaml:"account"`
	AuthTokens       []Secret            `yaml:"auth_tokens"`
	Address          string              `yaml:"address"`
	MessagingService string              `yaml:"messaging_service"`
	Numbers          []string            `yaml:"numbers"`
	ConsentScope     string              `yaml:"consent_scope"`
	KeywordReplies   string              `yaml:"keyword_replies"`
	Languages        []string            `yaml:"languages"`
	Keywords         map[string][]string `yaml:"keywords"`
	// Answers replace the shipped answers to keywords, by kind (opt_out, opt_in,
	// help): a text for all languages, or one for each.
	Answers       answer.Own `yaml:"answers"`
	SoftOptOut    string     `yaml:"soft_opt_out"`
	Require       string     `yaml:"require"`
	PhoneNumberID string     `yaml:"phone_number_id"`
	AppSecrets    []Secret   `yaml:"app_secrets"`
	VerifyToken   Secret     `yaml:"verify_token"`
	AccessToken   Secret     `yaml:"access_token"`
	// APIBase replaces the provider's REST host, for tests and proxies.
	APIBase string `yaml:"api_base"`
}

// Default is the configuration that a file changes.
func Default() *Config {
	return &Config{
		Listen:   "127.0.0.1:8080",
		Temporal: Temporal{Address: "127.0.0.1:7233", Namespace: "replyflow"},
		Spool:    Spool{MaxBytes: 1 << 30},
		Limits:   Limits{HookBody: 1 << 20},
		Retention: Retention{
			Messages: Duration(395 * day), Samples: Duration(30 * day), Activity: Duration(395 * day), Ledger: Duration(5 * year),
		},
		Workspaces: []Workspace{defaultWorkspace()},
	}
}

func defaultWorkspace() Workspace {
	return Workspace{Key: message.DefaultWorkspace, DefaultRegion: "US", PhoneAttributes: []string{"phone"}, Anonymous: "attach", ReplyWindow: Duration(DefaultReplyWindow)}
}

// Workspace finds a workspace by its key.
func (c *Config) Workspace(key string) (Workspace, bool) {
	for _, workspace := range c.Workspaces {
		if workspace.Key == key {
			return workspace, true
		}
	}
	return Workspace{}, false
}

// Settings is what reading and writing people needs to know of the workspace.
func (w Workspace) Settings() message.Workspace {
	return message.Workspace{
		Key: w.Key, Region: w.DefaultRegion, PhoneAttributes: w.PhoneAttributes,
		ReplyWindow: time.Duration(w.ReplyWindow), KeepAnonymous: w.Anonymous == "keep",
	}
}

// TLSConfig reads the files of an encrypted connection; nil when there is none.
func (t Temporal) TLSConfig() (*tls.Config, error) {
	if t.TLS == nil {
		return nil, nil
	}
	return t.TLS.load()
}

// Secret is a text that never stands in logs, errors or JSON.
type Secret string

const hidden = "[secret]"

// String implements fmt.Stringer.
func (Secret) String() string { return hidden }

// GoString implements fmt.GoStringer.
func (Secret) GoString() string { return hidden }

// LogValue implements slog.LogValuer.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON implements json.Marshaler.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// Duration is a time.Duration that may be written in days (d) and years (y).
type Duration time.Duration

// Size is a number of bytes, written as 1MiB, 512KiB or a plain number.
type Size int64

const (
	day  = 24 * time.Hour
	year = 365 * day
	// DefaultReplyWindow is the reply window of a workspace that names none.
	DefaultReplyWindow = 72 * time.Hour
)
