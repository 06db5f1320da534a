package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/message"
	"replyflow/internal/store"
)

// Message is a message from somebody to one of our senders, or the other way.
type Message struct {
	ID         string          `json:"id" doc:"Our own id of the message."`
	ProviderID string          `json:"provider_id" doc:"The provider's id of the message." example:"SM00000000000000000000000000000001"`
	Direction  string          `json:"direction" enum:"in,out"`
	Channel    message.Channel `json:"channel" enum:"sms,whatsapp"`
	Provider   string          `json:"provider"`
	Kind       message.Kind    `json:"kind" doc:"What the message is: text, media, button, location, reaction, …"`
	Sender     string          `json:"sender" doc:"Our sender: its address, else its messaging service." example:"+15550100100"`
	SenderName string          `json:"sender_name" doc:"Our sender's configured name."`
	Address    string          `json:"address" doc:"The other side: the normalised number, else what the provider calls it." example:"+15550100123"`
	Person     string          `json:"person,omitempty" doc:"Whose message it is; missing when nobody has the address."`
	Body       string          `json:"body"`
	At         time.Time       `json:"at" doc:"When it took effect: the provider's time, else its arrival."`
	ArrivedAt  time.Time       `json:"arrived_at"`
	Status     string          `json:"status" doc:"received, or how far a message of ours got."`
	ErrorCode  string          `json:"error_code,omitempty" doc:"The provider's error."`
	Purpose    string          `json:"purpose,omitempty" doc:"What a message of ours is for: answer_opt_out, answer_help, …"`
	Answers    string          `json:"answers,omitempty" doc:"The id of the message that this one answers."`
	Campaign   string          `json:"campaign,omitempty" doc:"The campaign of the message that it answers, or that sent it."`
	Run        string          `json:"run,omitempty"`
	// Started is written by the store, which knows its shape.
	Started json.RawMessage `json:"started,omitempty" doc:"The campaigns that the message started, in the order of their start: [{campaign, why}]."`
}

// MessageDetails is a message with everything that is known of it.
type MessageDetails struct {
	Message
	Data json.RawMessage `json:"data" doc:"The message as replyflow reads it."`
	Raw  json.RawMessage `json:"raw" doc:"Everything that the provider sent about it."`
}

// MessagesPage is a part of a list of messages.
type MessagesPage struct {
	Messages []Message `json:"messages" nullable:"false"`
	Next     string    `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

type (
	messagesInput struct {
		Person    string    `query:"person" doc:"Keep those of this person."`
		Sender    string    `query:"sender" doc:"Keep those to or from this sender of ours, by address or name."`
		Direction string    `query:"direction" enum:"in,out" doc:"Keep those from people, or those to them."`
		Channel   string    `query:"channel" enum:"sms,whatsapp" doc:"Keep those of this channel."`
		Anonymous string    `query:"anonymous" enum:"true,false" doc:"Keep those whose writer nobody knows, or those of people."`
		Since     time.Time `query:"since" doc:"Keep those that arrived at this time or later."`
		Until     time.Time `query:"until" doc:"Keep those that arrived before this time."`
		Page
	}
	messagesOutput struct{ Body MessagesPage }
	messageInput   struct {
		ID string `path:"id" doc:"The message's id."`
	}
	messageOutput struct{ Body MessageDetails }
)

func (a *API) addMessages(api huma.API) {
	handle(api, operation(http.MethodGet, "/messages", "list-messages", "messages", "List messages, the last arrived first"), a.listMessages)
	handle(api, operation(http.MethodGet, "/messages/{id}", "get-message", "messages", "Show a message with all that its provider sent"), a.getMessage)
}

func (a *API) listMessages(ctx context.Context, in *messagesInput) (*messagesOutput, error) {
	sender, err := a.senderAddress(caller(ctx), in.Sender)
	if err != nil {
		return nil, err
	}
	page, err := a.store.ListMessages(ctx, caller(ctx), store.MessageQuery{
		Person: in.Person, Sender: sender, Direction: in.Direction, Channel: in.Channel,
		Anonymous: optionalBool(in.Anonymous), Since: optionalTime(in.Since), Until: optionalTime(in.Until), Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, a.answerError(ctx, "listing messages", "", err)
	}
	out := &messagesOutput{}
	out.Body.Next = page.Next
	out.Body.Messages = make([]Message, len(page.Messages))
	for i, m := range page.Messages {
		out.Body.Messages[i] = newMessage(m)
	}
	return out, nil
}

func (a *API) getMessage(ctx context.Context, in *messageInput) (*messageOutput, error) {
	m, err := a.store.GetMessage(ctx, caller(ctx), in.ID)
	if err != nil {
		return nil, a.answerError(ctx, "reading the message", "No message has this id.", err)
	}
	return &messageOutput{MessageDetails{Message: newMessage(m), Data: orNull(m.Data), Raw: orNull(m.Raw)}}, nil
}

func newMessage(m store.Message) Message {
	return Message{
		ID: m.ID, ProviderID: m.ProviderID, Direction: m.Direction, Channel: m.Channel, Provider: m.Provider, Kind: m.Kind,
		Sender: m.Sender, SenderName: m.SenderName, Address: m.Address, Person: m.Person, Body: m.Body, At: m.EffectiveAt,
		ArrivedAt: m.ArrivedAt, Status: m.Status, ErrorCode: m.ErrorCode, Purpose: m.Purpose, Answers: m.Answers, Campaign: m.Campaign, Run: m.Run, Started: m.Started,
	}
}

// optionalBool is nil for what wasn't asked.
func optionalBool(text string) *bool {
	if text == "" {
		return nil
	}
	value := text == "true"
	return &value
}

// optionalTime is nil for what wasn't asked.
func optionalTime(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
