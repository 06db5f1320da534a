package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"replyflow/api"
	"replyflow/internal/message"
)

// newRunsCommand looks at runs.
func newRunsCommand() *cobra.Command {
	group, c := newGroup("runs", "Look at what campaigns did")
	group.AddCommand(newRunsListCommand(c), newRunsShowCommand(c))
	return group
}

func newRunsListCommand(c *caller) *cobra.Command {
	var campaign, person, status string
	var limit int
	command := &cobra.Command{
		Use: "list", Short: "List runs, the last started first", Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := listQuery(limit, "campaign", campaign, "person", person, "status", status)
			if err != nil {
				return err
			}
			var page api.RunsPage
			if err := c.get(cmd.Context(), "/runs?"+query, &page); err != nil {
				return err
			}
			c.noteMore(page.Next)
			return c.print(page, func(w io.Writer) {
				var rows [][]string
				for _, run := range page.Runs {
					rows = append(rows, []string{run.ID, string(run.Status), string(run.Outcome), showTime(run.StartedAt)})
				}
				writeTable(w, "RUN STATUS OUTCOME STARTED", rows)
			})
		},
	}
	flags := command.Flags()
	flags.StringVar(&campaign, "campaign", "", "keep those of this campaign")
	flags.StringVar(&person, "person", "", "keep those about this person")
	flags.StringVar(&status, "status", "", "keep those that are running, waiting, completed, failed or canceled")
	addLimitFlag(command, &limit)
	return command
}

func newRunsShowCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show what a run did and why, decoded from its Temporal history",
		Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var history api.RunHistory
			err := c.get(cmd.Context(), runPath(args[0])+"/history", &history)
			switch {
			case isNotFound(err):
				return c.showRecorded(cmd.Context(), args[0], "Temporal no longer has this run's history")
			case isUnavailable(err):
				return c.showRecorded(cmd.Context(), args[0], "Temporal can't be asked for this run's history")
			case err != nil:
				return err
			case history.Run.Outcome == message.OutcomeDuplicate:
				return c.showRecorded(cmd.Context(), args[0], "Temporal has the history of a repeated delivery only")
			}
			return c.print(history, func(w io.Writer) {
				writeRun(w, history.Run, history.Steps)
				if history.Unreadable != "" {
					tell(w, "\nParts of the history can't be decoded: %s", history.Unreadable)
				}
			})
		},
	}
}

// showRecorded shows the steps that the database keeps, and why not the history.
func (c *caller) showRecorded(ctx context.Context, id, reason string) error {
	var run api.RunWithSteps
	if err := c.get(ctx, runPath(id), &run); err != nil {
		return err
	}
	tell(c.stderr, "%s; these are its recorded steps.", reason)
	return c.print(run, func(w io.Writer) { writeRun(w, run.Run, run.Steps) })
}

func writeRun(w io.Writer, run api.Run, steps []api.Step) {
	finished := ""
	if run.FinishedAt != nil {
		finished = showTime(*run.FinishedAt)
	}
	writeFields(w, "run", run.ID, "campaign", fmt.Sprintf("%s, version %d", run.Campaign, run.Version),
		"status", strings.TrimSuffix(string(run.Status)+", "+string(run.Outcome), ", "), "failure", run.Failure,
		"arrived", showTime(run.ArrivedAt), "finished", finished, "workflow", run.WorkflowID)
	tell(w, "")
	if len(steps) == 0 {
		tell(w, "No node was visited.")
	}
	for i, step := range steps {
		tell(w, "%d. %s%s", i+1, oneLine(step.Name), side(decision(step)))
		if step.Why != "" {
			tell(w, "   %s", oneLine(step.Why))
		}
	}
}

// decision is the side that a step's branch took, nil for other steps.
func decision(step api.Step) *bool {
	var taken *bool
	if json.Unmarshal(step.Result, &taken) != nil {
		return nil
	}
	return taken
}

func runPath(id string) string { return "/runs/" + url.PathEscape(id) }
