package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"replyflow/api"
)

// newIntakeCommand shows what waits to be started, and starts again what was
// refused.
func newIntakeCommand() *cobra.Command {
	group, c := newGroup("intake", "Show what waits to be started, and start again what was refused")
	group.AddCommand(newIntakeStatusCommand(c), newIntakeDeadCommand(c), newIntakeReplayCommand(c))
	return group
}

func newIntakeStatusCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show what waits in the table and in the spool", Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var status api.IntakeStatus
			if err := c.get(cmd.Context(), "/intake", &status); err != nil {
				return err
			}
			return c.print(status, func(w io.Writer) { writeIntake(w, status) })
		},
	}
}

// writeIntake writes what waits, and which of the places that take deliveries fail.
func writeIntake(w io.Writer, status api.IntakeStatus) {
	damaged := ""
	if status.Damaged > 0 {
		damaged = fmt.Sprintf("%d, see %s", status.Damaged, strings.Join(status.DamagedFiles, ", "))
	}
	oldest := ""
	if status.Oldest != nil {
		oldest = showTime(*status.Oldest)
	}
	writeFields(w, "waiting in the table", showCount(status.Waiting), "waiting in the spool", strconv.Itoa(status.Spooled),
		"oldest in the table", oldest, "dead", showCount(status.Dead), "damaged", damaged,
		"temporal", showSink(status.Temporal), "table", showSink(status.Table), "spool", showSink(status.Spool))
}

// showCount is a count of the table, which may not be known.
func showCount(count *int) string {
	if count == nil {
		return "unknown: the table can't be reached"
	}
	return strconv.Itoa(*count)
}

func showSink(state api.IntakeState) string {
	switch {
	case !state.Configured:
		return "none"
	case state.FailingSince != nil:
		return "failing since " + showTime(*state.FailingSince) + ": " + state.Reason
	}
	return "ok"
}

func newIntakeDeadCommand(c *caller) *cobra.Command {
	var limit int
	command := &cobra.Command{
		Use: "dead", Short: "List deliveries that were refused for good, the last first", Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := listQuery(limit)
			if err != nil {
				return err
			}
			var list api.DeadDeliveries
			if err := c.get(cmd.Context(), "/intake/dead?"+query, &list); err != nil {
				return err
			}
			c.noteMore(list.Next)
			return c.print(list, func(w io.Writer) {
				var rows [][]string
				for _, dead := range list.Dead {
					rows = append(rows, []string{dead.ID, dead.Kind, showTime(dead.ArrivedAt), dead.Reason})
				}
				writeTable(w, "ID KIND ARRIVED REASON", rows)
			})
		},
	}
	addLimitFlag(command, &limit)
	return command
}

func newIntakeReplayCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "replay ID", Short: "Start a delivery again that was refused", Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			err := c.call(cmd.Context(), http.MethodPost, "/intake/dead/"+url.PathEscape(args[0])+"/replay", "application/json", nil, nil)
			if err != nil {
				return err
			}
			return c.print(map[string]string{"id": args[0]}, func(w io.Writer) { tell(w, "put back: %s", args[0]) })
		},
	}
}
