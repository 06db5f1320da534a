package main

import (
	"io"
	"net/http"
	"net/url"
	"strconv"

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
			return c.print(status, func(w io.Writer) {
				oldest := ""
				if status.Oldest != nil {
					oldest = showTime(*status.Oldest)
				}
				writeFields(w, "waiting in the table", strconv.Itoa(status.Waiting), "waiting in the spool", strconv.Itoa(status.Spooled),
					"oldest", oldest, "dead", strconv.Itoa(status.Dead))
			})
		},
	}
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
