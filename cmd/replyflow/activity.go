package main

import (
	"io"

	"github.com/spf13/cobra"

	"replyflow/api"
)

// newActivityCommand reads the activity log.
func newActivityCommand() *cobra.Command {
	group, c := newGroup("activity", "Read the activity log")
	group.AddCommand(newActivityListCommand(c))
	return group
}

func newActivityListCommand(c *caller) *cobra.Command {
	var person, kind, campaign, run string
	var limit int
	command := &cobra.Command{
		Use: "list", Short: "List what happened to people, the last first", Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := listQuery(limit, "person", person, "type", kind, "campaign", campaign, "run", run)
			if err != nil {
				return err
			}
			var page api.ActivityPage
			if err := c.get(cmd.Context(), "/activity?"+query, &page); err != nil {
				return err
			}
			c.noteMore(page.Next)
			return c.print(page, func(w io.Writer) {
				var rows [][]string
				for _, entry := range page.Activity {
					rows = append(rows, []string{showTime(entry.At), entry.Type, entry.Person, entry.Campaign, showValue(entry.Data)})
				}
				writeTable(w, "AT TYPE PERSON CAMPAIGN DATA", rows)
			})
		},
	}
	flags := command.Flags()
	flags.StringVar(&person, "person", "", "keep what happened to this person")
	flags.StringVar(&kind, "type", "", "keep what is of this type, as attributes_changed")
	flags.StringVar(&campaign, "campaign", "", "keep what this campaign did")
	flags.StringVar(&run, "run", "", "keep what this run did")
	addLimitFlag(command, &limit)
	return command
}
