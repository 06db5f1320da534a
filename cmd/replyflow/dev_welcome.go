package main

import (
	"context"
	"fmt"
	"io"

	"replyflow/internal/store"
)

// hookAddresses are the webhook addresses of the started campaigns, by key.
func (d *dev) hookAddresses(ctx context.Context) (map[string]string, error) {
	campaigns, err := d.store.ListCampaigns(ctx, d.home())
	if err != nil {
		return nil, err
	}
	addresses := map[string]string{}
	for _, campaign := range campaigns {
		if campaign.Status == store.CampaignStarted && campaign.Token != "" {
			addresses[campaign.Key] = d.config.PublicURL + "/hooks/" + campaign.Token
		}
	}
	return addresses, nil
}

// welcomeCampaign is the campaign that the welcome shows: the corrected recipe.
const welcomeCampaign = "sms-opt-out-in"

// printWelcome says where everything is and how to see it work.
func (d *dev) printWelcome(w io.Writer) {
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	line("replyflow is ready.")
	line("")
	line("  API and webhooks  %s", d.file.HTTP)
	if d.file.TemporalUI != "" {
		line("  Temporal's UI     %s/namespaces/%s/workflows", d.file.TemporalUI, d.file.Namespace)
	}
	line("  Temporal          %s, namespace %s", d.file.Temporal, d.file.Namespace)
	line("  Data              %s (dev.json holds the API key)", d.dir)
	line("")
	if address, ok := d.hooks[welcomeCampaign]; ok {
		line("Opt somebody out, as Twilio would report it:")
		line("")
		line("  curl '%s' \\", address)
		line("    -d MessageSid=SM%s -d AccountSid=%s \\", randomHex(16), sampleAccount)
		line("    --data-urlencode 'From=%s' --data-urlencode 'To=%s' -d Body=STOP -d OptOutType=STOP", samplePeople[0].phone, sampleAddress)
		line("")
		line("Then look at the person and at the run:")
		line("")
		line("  go run ./cmd/replyflow people show %s", samplePeople[0].id)
		line("  go run ./cmd/replyflow runs list")
		line("")
	}
	line("Ctrl-C stops it; started again on the same folder, it goes on where it was.")
}
