package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"replyflow/api"
)

// defaultDataDir is where replyflow dev keeps everything, and where the client
// commands look for its dev.json.
const defaultDataDir = "./.replyflow"

// clientTimeout bounds a request of a client command.
const clientTimeout = 60 * time.Second

// maxAnswer is how many bytes of an answer a client command reads.
const maxAnswer = 64 << 20

// newClientCommands are the commands that talk to a running server, and those
// that read campaign files.
func newClientCommands() []*cobra.Command {
	return []*cobra.Command{newCampaignCommand(), newPeopleCommand(), newRunsCommand(), newActivityCommand(), newSendCommand(), newIntakeCommand()}
}

// newGroup is a command that only has commands below it. They share the flags
// that say where the server is and how to print.
func newGroup(use, short string) (*cobra.Command, *caller) {
	c := &caller{}
	group := &cobra.Command{
		Use: use, Short: short, Args: misuseArgs(cobra.NoArgs),
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return c.prepare(cmd) },
	}
	flags := group.PersistentFlags()
	flags.StringVar(&c.server, "server", "", "the server's address, as http://127.0.0.1:8080 (or REPLYFLOW_SERVER, or the dev.json of --data-dir)")
	flags.StringVar(&c.key, "api-key", "", "an API key (or REPLYFLOW_API_KEY, or the dev.json of --data-dir)")
	flags.StringVar(&c.dataDir, "data-dir", defaultDataDir, "the folder of a replyflow dev")
	flags.StringVar(&c.output, "output", outputTable, "how to print: table or json")
	return group, c
}

// caller is a command's way to a server, and to the terminal.
type caller struct {
	server, key, dataDir, output string
	// dev is what dev.json says, nil when there is none.
	dev    *devFile
	stdout io.Writer
	stderr io.Writer
}

// prepare completes the flags from the environment and from dev.json. A flag
// wins over the environment, and that over dev.json, unless --data-dir is given.
func (c *caller) prepare(cmd *cobra.Command) error {
	c.stdout, c.stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
	if c.output != outputTable && c.output != outputJSON {
		return misuseError{fmt.Errorf("--output is %s or %s, not %q", outputTable, outputJSON, c.output)}
	}
	file, err := readDevFile(c.dataDir)
	switch {
	case err == nil:
		c.dev = &file
	case !errors.Is(err, errNoDevFile):
		return err
	}
	if !cmd.Flags().Changed("data-dir") {
		c.server = firstOf(c.server, os.Getenv("REPLYFLOW_SERVER"))
		c.key = firstOf(c.key, os.Getenv("REPLYFLOW_API_KEY"))
	}
	if c.dev != nil {
		c.server = firstOf(c.server, c.dev.HTTP)
		// The key of a development server is no other server's business.
		if strings.TrimRight(c.server, "/") == c.dev.HTTP {
			c.key = firstOf(c.key, c.dev.APIKey)
		}
	}
	c.server = strings.TrimRight(c.server, "/")
	return nil
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// address is where the server is, or what to do when nobody said.
func (c *caller) address() (*url.URL, error) {
	if c.server == "" {
		return nil, fmt.Errorf("there is no server to talk to: %s holds no dev.json. Start one with replyflow dev, or pass --server URL and --api-key KEY", c.dataDir)
	}
	address, err := url.Parse(c.server)
	if err != nil || address.Host == "" || (address.Scheme != "http" && address.Scheme != "https") {
		return nil, misuseError{fmt.Errorf("the server's address must be a URL as http://127.0.0.1:8080, not %q", c.server)}
	}
	return address, nil
}

// apiError is a request that the server refused.
type apiError struct {
	status int
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors"`
}

func (e *apiError) Error() string {
	lines := []string{firstOf(e.Detail, fmt.Sprintf("the server answered %d %s", e.status, http.StatusText(e.status)))}
	for _, entry := range e.Errors {
		lines = append(lines, fmt.Sprintf("  %s: %s", entry.Location, entry.Message))
	}
	return strings.Join(lines, "\n")
}

// isNotFound reports whether the server doesn't have what was asked for.
func isNotFound(err error) bool {
	var refused *apiError
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

// isUnavailable reports whether the server couldn't do it just now.
func isUnavailable(err error) bool {
	var refused *apiError
	return errors.As(err, &refused) && refused.status == http.StatusServiceUnavailable
}

// get reads from the API; path begins below /api/v1.
func (c *caller) get(ctx context.Context, path string, into any) error {
	return c.call(ctx, http.MethodGet, path, "", nil, into)
}

// call sends a request to the API and reads the answer: raw into a
// *json.RawMessage or a *[]byte, decoded into anything else.
func (c *caller) call(ctx context.Context, method, path, contentType string, body []byte, into any) error {
	address, err := c.address()
	if err != nil {
		return err
	}
	if c.key == "" {
		return fmt.Errorf("there is no API key for %s: pass --api-key KEY or set REPLYFLOW_API_KEY", c.server)
	}
	request, err := http.NewRequestWithContext(ctx, method, address.String()+api.Prefix+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Content-Type", contentType)
	status, answer, err := c.send(request)
	if err != nil {
		return err
	}
	if status.StatusCode >= http.StatusMultipleChoices {
		refused := &apiError{status: status.StatusCode}
		// What isn't a problem document has no detail to show.
		_ = json.Unmarshal(answer, refused)
		return refused
	}
	return decodeAnswer(answer, into)
}

func decodeAnswer(answer []byte, into any) error {
	switch into := into.(type) {
	case nil:
		return nil
	case *[]byte:
		*into = answer
		return nil
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("the server's answer can't be read: %w; is it a replyflow server?", err)
	}
	return nil
}

// send sends a request and reads the whole answer.
func (c *caller) send(request *http.Request) (*http.Response, []byte, error) {
	response, err := (&http.Client{Timeout: clientTimeout}).Do(request)
	if err != nil {
		return nil, nil, fmt.Errorf("the server can't be reached: %w; is it running?", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, nil, fmt.Errorf("the server's answer broke off: %w", err)
	}
	return response, answer, nil
}
