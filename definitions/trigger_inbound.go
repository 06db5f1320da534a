package definitions

import (
	"replyflow/internal/condition"
)

// Inbound is the trigger of a campaign that starts when somebody writes to one of
// our senders. Everything that it names must fit; a campaign that names nothing
// starts with every message that is no reserved word.
type Inbound struct {
	Channel  string               `json:"channel,omitempty" doc:"Only messages of this channel: sms or whatsapp." enum:"sms,whatsapp" example:"sms"`
	Senders  []string             `json:"senders,omitempty" doc:"Only messages to these senders of ours, by name or address." nonempty:"true" example:"[US marketing]"`
	Keywords []string             `json:"keywords,omitempty" doc:"Only messages with one of these keywords. Case, accents, full-width letters, punctuation and emoji around the message make no difference. A reserved word such as STOP or START starts only campaigns that name it here." nonempty:"true" example:"[JOIN]"`
	Match    string               `json:"match,omitempty" doc:"Where the keyword stands: first_word, the message begins with it (the default), or whole_message, it is all there is." enum:"first_word,whole_message"`
	If       *condition.Condition `json:"if,omitempty" doc:"A condition that the message must meet; fields are those of the message, person.… are attributes of who wrote it." example:"message.media exists"`
}

// The ways in which a keyword may stand in a message.
const (
	MatchFirstWord    = "first_word"
	MatchWholeMessage = "whole_message"
)
