package main

import (
	"io"

	"github.com/spf13/cobra"

	"replyflow/api"
)

func newSamplesCommand(c *caller) *cobra.Command {
	return &cobra.Command{
		Use: "samples KEY", Short: "List the last payloads that a campaign's webhook received, the last first",
		Args: misuseArgs(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			var list api.SampleList
			if err := c.get(cmd.Context(), campaignPath(args[0])+"/samples", &list); err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) {
				var rows [][]string
				for _, sample := range list.Samples {
					rows = append(rows, []string{showTime(sample.ReceivedAt), showValue(sample.Payload)})
				}
				writeTable(w, "RECEIVED PAYLOAD", rows)
			})
		},
	}
}
