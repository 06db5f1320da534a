package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// whatsApp is a message as Meta would deliver it.
type whatsApp struct {
	from, to, body, profile, messageID string
	buttonText, buttonPayload, replyTo string
	phoneNumberID, secret              string
}

func newSendWhatsAppCommand(c *caller) *cobra.Command {
	var message whatsApp
	command := &cobra.Command{
		Use: "whatsapp --from NUMBER --body TEXT", Short: "Deliver a WhatsApp message, as Meta would",
		Long:    "Posts a JSON document like Meta's, correctly signed, to the server's /inbound/whatsapp.",
		Example: "  replyflow send whatsapp --from +15555550101 --body STOP",
		Args:    misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.sendWhatsApp(cmd.Context(), message)
		},
	}
	flags := command.Flags()
	flags.StringVar(&message.from, "from", "", "who writes, as +15555550101")
	flags.StringVar(&message.to, "to", "", "the sender that is written to, as +15550100200")
	flags.StringVar(&message.body, "body", "", "what is written")
	flags.StringVar(&message.profile, "profile-name", "", "what the person calls themselves")
	flags.StringVar(&message.buttonText, "button", "", "the text of a template's button that is pressed, instead of --body")
	flags.StringVar(&message.buttonPayload, "button-payload", "", "the button's payload")
	flags.StringVar(&message.replyTo, "reply-to", "", "the id of the message that this one answers, as wamid.…")
	flags.StringVar(&message.messageID, "message-id", "", "the message's id, as wamid.…; drawn when missing")
	flags.StringVar(&message.phoneNumberID, "phone-number-id", "", "the sender's phone_number_id at Meta")
	flags.StringVar(&message.secret, "app-secret", "", "the app's secret, to sign with")
	return command
}

func (c *caller) sendWhatsApp(ctx context.Context, message whatsApp) error {
	if c.dev != nil && c.dev.Meta != nil && (message.phoneNumberID == "" || message.phoneNumberID == c.dev.Meta.PhoneNumberID) {
		message.phoneNumberID = c.dev.Meta.PhoneNumberID
		message.secret = firstOf(message.secret, c.dev.Meta.AppSecret)
		message.to = firstOf(message.to, c.dev.Meta.Address)
	}
	message.messageID = firstOf(message.messageID, "wamid."+randomHex(16))
	switch {
	case message.from == "" || message.body == "" && message.buttonText == "":
		return misuseError{errors.New("--from and --body are needed: who writes, and what (or --button, the button that is pressed)")}
	case message.phoneNumberID == "" || message.secret == "":
		return misuseError{errors.New("--phone-number-id and --app-secret are needed: which sender is written to, and what Meta would sign with")}
	}
	server, err := c.address()
	if err != nil {
		return err
	}
	body := message.document(time.Now())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.String()+"/inbound/whatsapp", bytes.NewReader(body))
	if err != nil {
		return misuseError{err}
	}
	mac := hmac.New(sha256.New, []byte(message.secret))
	// A hash takes every write.
	_, _ = mac.Write(body)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	response, answer, err := c.send(request)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server refused the message with %d: %s", response.StatusCode, oneLine(strings.TrimSpace(string(answer))))
	}
	sent := struct {
		MessageID string `json:"message_id"`
	}{message.messageID}
	return c.print(sent, func(w io.Writer) { tell(w, "taken: message %s", message.messageID) })
}

// document is what Meta posts about the message.
func (m whatsApp) document(now time.Time) []byte {
	type object = map[string]any
	id := strings.TrimLeft(strings.Map(onlyDigits, m.from), "0")
	written := object{"from": id, "id": m.messageID, "timestamp": strconv.FormatInt(now.Unix(), 10)}
	if m.buttonText != "" {
		written["type"] = "button"
		written["button"] = object{"text": m.buttonText, "payload": m.buttonPayload}
	} else {
		written["type"] = "text"
		written["text"] = object{"body": m.body}
	}
	if m.replyTo != "" {
		written["context"] = object{"id": m.replyTo}
	}
	value := object{
		"messaging_product": "whatsapp",
		"metadata":          object{"display_phone_number": strings.Map(onlyDigits, m.to), "phone_number_id": m.phoneNumberID},
		"contacts":          []object{{"wa_id": id, "profile": object{"name": firstOf(m.profile, "Somebody")}}},
		"messages":          []object{written},
	}
	// Texts always encode.
	data, _ := json.Marshal(object{
		"object": "whatsapp_business_account",
		"entry":  []object{{"id": "0", "changes": []object{{"field": "messages", "value": value}}}},
	})
	return data
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
