package store

import (
	"context"
	"strings"

	"replyflow/internal/message"
)

// StartedCampaigns are the campaigns that a message starts, to note.
type StartedCampaigns struct {
	// Message is our id of the message, Person the id of whose it is.
	Message, Person string
	Sender          string
	Channel         message.Channel
	// Campaigns are in the order in which they start.
	Campaigns []StartedCampaign
}

// StartedCampaign is a campaign that a message starts, and why.
type StartedCampaign struct {
	Campaign string `json:"campaign"`
	Why      string `json:"why"`
}

// NoteCampaigns notes, once, which campaigns a message starts: with the message,
// and in the log.
func (s *Store) NoteCampaigns(ctx context.Context, workspace string, started StartedCampaigns) error {
	const note = "UPDATE messages SET started = ? WHERE workspace = ? AND id = ? AND started IS NULL"
	var told []string
	for _, campaign := range started.Campaigns {
		told = append(told, campaign.Campaign+" ("+campaign.Why+")")
	}
	return s.write(ctx, func(tx session) error {
		noted, err := tx.exec(ctx, note, storable(string(encode(started.Campaigns))), workspace, started.Message)
		if err != nil || noted == 0 {
			return err
		}
		return tx.logMessage(ctx, workspace, LogCampaignsStarted, started.Person, started.Sender, messageData{
			Message: started.Message, Channel: started.Channel, Count: len(told), Why: "it starts " + strings.Join(told, ", "),
		})
	})
}
