package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"replyflow/internal/phone"
)

// maxHookBody is the largest body that intake may be told to take: Temporal takes
// 2 MB in one request, with the definition beside the payload.
const maxHookBody = 3 << 19

// checker collects problems with their places.
type checker struct {
	places   *positions
	problems []string
}

func (c *checker) report(path, format string, args ...any) {
	if node, ok := c.places.byPath[path]; ok && strings.Contains(node.Value, missing) {
		return
	}
	c.problems = append(c.problems, c.places.problem(path, fmt.Sprintf(format, args...)))
}

// oneOf asks for one of a few words.
func (c *checker) oneOf(path, value string, words ...string) {
	if !slices.Contains(words, value) {
		c.report(path, "%q is none of %s", value, strings.Join(words, ", "))
	}
}

// secrets asks that a secret that is given isn't blank.
func (c *checker) secrets(path string, secrets []Secret) {
	for i, secret := range secrets {
		c.secret(fmt.Sprintf("%s[%d]", path, i), secret)
	}
}

func (c *checker) secret(path string, secret Secret) {
	if strings.TrimSpace(string(secret)) == "" {
		c.report(path, "it is blank: a blank secret would let anybody in")
	}
}

// address asks for the address of a host, as providers and we call it.
func (c *checker) address(path, value string) {
	parsed, err := url.Parse(value)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		c.report(path, "%q is no address: write it as https://hooks.example.com", value)
		return
	}
	if parsed.RawQuery != "" || parsed.Fragment != "" {
		c.report(path, "%q must end with its host or path, without ? and #", value)
	}
}

// hostPort asks for HOST:PORT.
func (c *checker) hostPort(path, value string) {
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		c.report(path, "%q is not HOST:PORT, as in 127.0.0.1:8080", value)
	}
}

// unique asks that a name is given and isn't taken; what names the thing.
func (c *checker) unique(path, what, name string, taken map[string]bool) {
	switch {
	case name == "":
		c.report(path, "%s needs a name of its own", what)
	case taken[name]:
		c.report(path, "%s %s is there twice: each needs a name of its own", what, name)
	}
	taken[name] = true
}

// check reports what is wrong with the values.
func (cfg *Config) check(places *positions) []string {
	c := &checker{places: places}
	if cfg.PublicURL != "" {
		c.address("public_url", cfg.PublicURL)
	}
	c.hostPort("listen", cfg.Listen)
	c.hostPort("temporal.address", cfg.Temporal.Address)
	if cfg.Temporal.Namespace == "" {
		c.report("temporal.namespace", "it is blank: name the namespace that runs live in")
	}
	if tls := cfg.Temporal.TLS; tls != nil && (tls.CertFile == "") != (tls.KeyFile == "") {
		c.report("temporal.tls", "cert_file and key_file belong together: give both or none")
	}
	if cfg.Limits.HookBody < 1 || cfg.Limits.HookBody > maxHookBody {
		c.report("limits.hook_body", "it must be between 1 byte and 1.5MiB, because Temporal takes 2 MB")
	}
	c.encryptionKeys(cfg.EncryptionKeys)
	workspaces, apiKeys := map[string]bool{}, map[Secret]bool{}
	for i, workspace := range cfg.Workspaces {
		path := fmt.Sprintf("workspaces[%d]", i)
		c.unique(path+".key", "the workspace", workspace.Key, workspaces)
		c.workspace(path, workspace)
		c.apiKeys(path+".api_keys", workspace.APIKeys, apiKeys)
	}
	return c.problems
}

func (c *checker) encryptionKeys(keys []EncryptionKey) {
	ids := map[string]bool{}
	for i, key := range keys {
		path := fmt.Sprintf("encryption_keys[%d]", i)
		c.unique(path+".id", "the encryption key", key.ID, ids)
		if len(key.Bytes()) != encryptionKeySize {
			c.report(path+".key", "it must be base64 of %d bytes; openssl rand -base64 %[1]d makes one", encryptionKeySize)
		}
	}
}

// apiKeys checks a workspace's keys. A key opens one workspace, so no two
// workspaces may have the same one: taken holds those seen so far.
func (c *checker) apiKeys(path string, keys []APIKey, taken map[Secret]bool) {
	names := map[string]bool{}
	for i, key := range keys {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.unique(at+".name", "the API key", key.Name, names)
		c.secret(at+".key", key.Key)
		if taken[key.Key] {
			c.report(at+".key", "another API key has the same value: one key opens one workspace")
		}
		taken[key.Key] = true
	}
}

// workspaceKey is what ids of workflows and rows may hold as a workspace.
var workspaceKey = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

func (c *checker) workspace(path string, workspace Workspace) {
	if workspace.Key != "" && !workspaceKey.MatchString(workspace.Key) {
		c.report(path+".key", "%q may have at most 63 letters, digits and hyphens", workspace.Key)
	}
	if !phone.ValidRegion(workspace.DefaultRegion) {
		c.report(path+".default_region", "%q is no region: write two capital letters as US, CA or GB", workspace.DefaultRegion)
	}
	c.oneOf(path+".anonymous", workspace.Anonymous, "attach", "keep")
	if workspace.ReplyWindow < 0 {
		c.report(path+".reply_window", "it must not be negative: write it as 72h or 3d")
	}
	attributes := map[string]bool{}
	for i, attribute := range workspace.PhoneAttributes {
		c.unique(fmt.Sprintf("%s.phone_attributes[%d]", path, i), "the attribute", attribute, attributes)
	}
	names, addresses := map[string]bool{}, map[string]bool{}
	for i, sender := range workspace.Senders {
		at := fmt.Sprintf("%s.senders[%d]", path, i)
		c.unique(at+".name", "the sender", sender.Name, names)
		c.sender(at, sender, workspace.DefaultRegion)
		for _, own := range sender.addresses(workspace.DefaultRegion) {
			if addresses[sender.Channel+" "+own] {
				c.report(at, "another %s sender has the address %s", sender.Channel, own)
			}
			addresses[sender.Channel+" "+own] = true
		}
	}
}
