package definitions

import (
	"encoding/json"

	"replyflow/internal/message"
)

// Matched is a campaign that a message starts: everything that its run pins.
type Matched struct {
	Version    int           `json:"version"`
	Definition Definition    `json:"definition"`
	Event      message.Event `json:"event"`
	// Message is the message as conditions and templates of the campaign see it.
	Message json.RawMessage `json:"message"`
	// Why says what in the campaign's trigger the message met.
	Why string `json:"why"`
}

// MatchCampaignsResult are the campaigns that a message starts, in the order in
// which they start: by key.
type MatchCampaignsResult struct {
	Campaigns []Matched `json:"campaigns,omitempty"`
	Why       string    `json:"why"`
}

// InboundCampaign is a started campaign that messages start, compiled.
type InboundCampaign struct {
	Version    int
	Definition Definition
}
