package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"replyflow/api"
	"replyflow/definitions"
)

// newCampaignCommand has everything that one does with campaigns.
func newCampaignCommand() *cobra.Command {
	group, c := newGroup("campaign", "Check, try, apply and run campaigns")
	group.AddCommand(newValidateCommand(c), newTestCommand(c), newApplyCommand(c), newExportCommand(c),
		newCampaignListCommand(c), newCampaignShowCommand(c), newSamplesCommand(c), newSimulateCommand(c))
	for verb, short := range map[string]string{
		"start":   "Start a campaign: deliveries run it",
		"pause":   "Pause a campaign: deliveries are kept as samples and run nothing",
		"archive": "Archive a campaign for good: deliveries are refused",
	} {
		group.AddCommand(newStateCommand(c, verb, short))
	}
	return group
}

func newApplyCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "apply FILE…", Short: "Apply campaign files: each makes a new campaign in draft, or a new version",
		Args: misuseArgs(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			var applied []api.CampaignState
			var failed error
			for _, file := range files {
				state, err := c.apply(cmd.Context(), file)
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				applied = append(applied, state)
			}
			return errors.Join(c.printApplied(applied), failed)
		},
	}
}

// apply applies one file. The server's problems are about the file under the
// name that was given here.
func (c *caller) apply(ctx context.Context, file string) (api.CampaignState, error) {
	var state api.CampaignState
	data, err := os.ReadFile(file)
	if err != nil {
		return state, fmt.Errorf("the file can't be read: %w", err)
	}
	path := "/campaigns?file=" + url.QueryEscape(filepath.Base(file))
	err = c.call(ctx, http.MethodPost, path, "application/yaml", data, &state)
	var refused *apiError
	if errors.As(err, &refused) && refused.status == http.StatusUnprocessableEntity {
		// The same check here names the file as it was given.
		if _, problems := definitions.Load(file, data); problems.HasErrors() {
			tell(c.stderr, "%s", problems)
			return state, fmt.Errorf("%s was not applied: %s", file, refused.Detail)
		}
	}
	if err != nil {
		return state, fmt.Errorf("%s was not applied: %w", file, err)
	}
	for _, problem := range state.Problems {
		problem.File = file
		tell(c.stderr, "%s", problem)
	}
	return state, nil
}

func (c *caller) printApplied(applied []api.CampaignState) error {
	return c.print(map[string]any{"campaigns": append([]api.CampaignState{}, applied...)}, func(w io.Writer) {
		for _, state := range applied {
			tell(w, "%s: version %d, %s", state.Key, state.Version, state.Status)
			if state.WebhookURL != "" {
				tell(w, "  webhook %s", state.WebhookURL)
			}
			if state.Status != "started" {
				tell(w, "  start it with: replyflow campaign start %s", state.Key)
			}
		}
	})
}

func newExportCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "export KEY", Short: "Print a campaign's definition as YAML",
		Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.output == outputJSON {
				var campaign api.Campaign
				if err := c.get(cmd.Context(), campaignPath(args[0]), &campaign); err != nil {
					return err
				}
				return writeJSON(c.stdout, campaign.Definition)
			}
			var file []byte
			if err := c.get(cmd.Context(), campaignPath(args[0])+"?format=yaml", &file); err != nil {
				return err
			}
			_, err := c.stdout.Write(file)
			return err
		},
	}
}

func newCampaignListCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List campaigns", Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list api.CampaignList
			if err := c.get(cmd.Context(), "/campaigns", &list); err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				var rows [][]string
				for _, campaign := range list.Campaigns {
					rows = append(rows, []string{campaign.Key, string(campaign.Status), strconv.Itoa(campaign.Version), campaign.Name, campaign.WebhookURL})
				}
				writeTable(w, "KEY STATUS VERSION NAME WEBHOOK", rows)
			})
		},
	}
}

func newCampaignShowCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "show KEY", Short: "Show a campaign", Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var campaign api.Campaign
			if err := c.get(cmd.Context(), campaignPath(args[0]), &campaign); err != nil {
				return err
			}
			return c.print(campaign, func(w io.Writer) {
				writeFields(w, "key", campaign.Key, "name", campaign.Name, "status", string(campaign.Status),
					"version", strconv.Itoa(campaign.Version), "webhook", campaign.WebhookURL,
					"created", showTime(campaign.CreatedAt), "updated", showTime(campaign.UpdatedAt))
				for _, problem := range campaign.Problems {
					tell(w, "%s", problem)
				}
				tell(w, "\n%s", campaign.Source)
			})
		},
	}
}

func newStateCommand(c *caller, verb, short string) *cobra.Command {
	return &cobra.Command{
		Use: verb + " KEY", Short: short, Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var state api.CampaignState
			if err := c.call(cmd.Context(), http.MethodPost, campaignPath(args[0])+"/"+verb, "", nil, &state); err != nil {
				return err
			}
			return c.print(state, func(w io.Writer) {
				tell(w, "%s is %s (version %d)", state.Key, state.Status, state.Version)
			})
		},
	}
}

func newSimulateCommand(c *caller) *cobra.Command {
	var payload string
	command := &cobra.Command{
		Use: "simulate KEY --payload FILE", Short: "Say what a campaign would do with a payload, changing nothing",
		Long: "Says what a campaign would do with a payload, changing nothing. The payload of an inbound campaign is a message, as in\n" +
			`{"from": "+15550100123", "body": "JOIN"}, or what the provider posted, as campaign samples shows it.`,
		Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if payload == "" {
				return misuseError{errors.New("--payload is missing: name a JSON file with what arrives, or - for standard input")}
			}
			data, err := readInput(cmd, payload)
			if err != nil {
				return err
			}
			if !json.Valid(data) {
				return fmt.Errorf("%s isn't JSON", payload)
			}
			body := append(append([]byte(`{"payload":`), data...), '}')
			var result api.Simulated
			if err := c.call(cmd.Context(), http.MethodPost, campaignPath(args[0])+"/simulate", "application/json", body, &result); err != nil {
				return err
			}
			return c.print(result, func(w io.Writer) { writeSimulated(w, result) })
		},
	}
	command.Flags().StringVar(&payload, "payload", "", "a JSON file with what arrives; - is standard input")
	return command
}

func readInput(cmd *cobra.Command, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(cmd.InOrStdin())
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the file can't be read: %w", err)
	}
	return data, nil
}

func writeSimulated(w io.Writer, result api.Simulated) {
	switch {
	case !result.Started:
		tell(w, "nothing starts: %s", oneLine(result.Why))
		writeProblems(w, result)
		return
	case result.Why != "":
		tell(w, "it starts: %s", oneLine(result.Why))
	}
	for i, entry := range result.Path {
		why := ""
		if i < len(result.Steps) && result.Steps[i].Why != "" {
			why = ": " + oneLine(result.Steps[i].Why)
		}
		tell(w, "%d. %s%s%s", i+1, oneLine(entry.Node), side(entry.Result), why)
	}
	tell(w, "people matched: %d", len(result.Matched))
	var rows [][]string
	for _, id := range sortedKeys(result.Changes) {
		for _, attribute := range sortedKeys(result.Changes[id]) {
			change := result.Changes[id][attribute]
			rows = append(rows, []string{id, attribute, string(change.Before), string(change.After)})
		}
	}
	if len(rows) > 0 {
		writeTable(w, "PERSON ATTRIBUTE BEFORE AFTER", rows)
	}
	writeProblems(w, result)
}

func writeProblems(w io.Writer, result api.Simulated) {
	for _, problem := range result.Problems {
		tell(w, "%s", problem)
	}
}

func campaignPath(key string) string { return "/campaigns/" + url.PathEscape(key) }

// side is how the decision of a branch is written.
func side(result *bool) string {
	if result == nil {
		return ""
	}
	return " → " + strconv.FormatBool(*result)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
