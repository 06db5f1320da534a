package config

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Error holds everything that is wrong with a configuration file.
type Error struct {
	File     string
	Problems []string
}

// Error implements error: one line a problem.
func (e *Error) Error() string {
	return fmt.Sprintf("the configuration %s can't be used:\n  %s", e.File, strings.Join(e.Problems, "\n  "))
}

// Load reads a file. ${NAME} in a value takes an environment variable; $${NAME}
// stands for itself. It fails with an Error that names every problem.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the configuration can't be read: %w", err)
	}
	return parse(path, data, os.LookupEnv)
}

func parse(file string, data []byte, environment func(string) (string, bool)) (*Config, error) {
	cfg := Default()
	root, err := readDocument(file, data)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return cfg, nil
	}
	places := newPositions(file, root)
	problems := expand(file, root, environment)
	problems = append(problems, unknownIn(file, "", root, reflect.TypeFor[Config]())...)
	if err := root.Decode(cfg); err != nil {
		return nil, &Error{file, append(problems, places.decodeProblems(err)...)}
	}
	cfg.fillDefaults()
	problems = append(problems, cfg.check(places)...)
	if len(problems) > 0 {
		return nil, &Error{file, problems}
	}
	return cfg, nil
}

// readDocument reads the file's one document, nil when there is none. A second one
// would say nothing, however much stood in it.
func readDocument(file string, data []byte) (*yaml.Node, error) {
	loader := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	err := loader.Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err == nil {
		err = loader.Decode(&second)
	}
	switch {
	case err == nil:
		return nil, &Error{file, []string{fmt.Sprintf("%s:%d:1: the file holds more than one document: put all settings into the first, and take away the line ---", file, max(second.Line, 1))}}
	case !errors.Is(err, io.EOF):
		return nil, &Error{file, newPositions(file, &yaml.Node{}).decodeProblems(err)}
	case len(document.Content) == 0:
		return nil, nil
	}
	return document.Content[0], nil
}

// decodeProblems are the library's problems, a line each.
func (p *positions) decodeProblems(err error) []string {
	var many *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &many):
		problems := make([]string, len(many.Errors))
		for i, problem := range many.Errors {
			problems[i] = p.decodeProblem(problem)
		}
		return problems
	case errors.As(err, &one):
		return []string{p.decodeProblem(one)}
	}
	return []string{p.file + ": " + strings.TrimPrefix(err.Error(), "yaml: ")}
}

func (p *positions) decodeProblem(problem *yaml.LoadError) string {
	message := problem.Message
	if strings.HasPrefix(message, "cannot construct") {
		message = "it has the wrong shape: a list, a text, a number or a group of settings stands where another belongs"
	}
	return p.problemAt(mark{problem.Mark.Line, problem.Mark.Column}, message)
}

var variable = regexp.MustCompile(`\$?\$\{([^}]*)\}`)

// missing stands for a variable that is not set, so that no second problem is
// reported for the same value.
const missing = "(missing)"

// expand puts environment variables into the values. What comes in is always
// text, never YAML: a secret may look like anything.
func expand(path string, node *yaml.Node, environment func(string) (string, bool)) []string {
	var problems []string
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "${") {
		node.Value = variable.ReplaceAllStringFunc(node.Value, func(found string) string {
			if strings.HasPrefix(found, "$$") {
				return found[1:]
			}
			name := variable.FindStringSubmatch(found)[1]
			value, set := environment(name)
			if !set {
				value = missing
				problems = append(problems, fmt.Sprintf("%s:%d:%d: the environment variable %s is not set", path, node.Line, node.Column, name))
			}
			return value
		})
		node.Tag = "!!str"
	}
	for _, child := range node.Content {
		problems = append(problems, expand(path, child, environment)...)
	}
	return problems
}

// fillDefaults fills what the workspaces of a file leave out.
func (c *Config) fillDefaults() {
	if len(c.Workspaces) == 0 {
		c.Workspaces = []Workspace{defaultWorkspace()}
	}
	for i := range c.Workspaces {
		w, standard := &c.Workspaces[i], defaultWorkspace()
		if w.Key == "" {
			w.Key = standard.Key
		}
		if w.DefaultRegion == "" {
			w.DefaultRegion = standard.DefaultRegion
		}
		if len(w.PhoneAttributes) == 0 {
			w.PhoneAttributes = standard.PhoneAttributes
		}
		if w.Anonymous == "" {
			w.Anonymous = standard.Anonymous
		}
		if w.ReplyWindow == 0 {
			w.ReplyWindow = standard.ReplyWindow
		}
		for j := range w.Senders {
			w.Senders[j].FillDefaults()
		}
	}
}

// FillDefaults fills what a sender leaves out.
func (s *Sender) FillDefaults() {
	fill := func(value *string, standard string) {
		if *value == "" {
			*value = standard
		}
	}
	scope := "sender"
	if s.MessagingService != "" {
		scope = "service"
	}
	fill(&s.ConsentScope, scope)
	fill(&s.KeywordReplies, "provider")
	fill(&s.SoftOptOut, "opt_out")
	fill(&s.Require, "not_opted_out")
}

func (t *TLS) load() (*tls.Config, error) {
	loaded := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CAFile != "" {
		pem, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("temporal.tls.ca_file: %w", err)
		}
		loaded.RootCAs = x509.NewCertPool()
		if !loaded.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("temporal.tls.ca_file: %s holds no certificate", t.CAFile)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(t.CertFile, t.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("temporal.tls: %w", err)
		}
		loaded.Certificates = []tls.Certificate{pair}
	}
	return loaded, nil
}
