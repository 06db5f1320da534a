package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// whatsApp is a message, a preference or a status as Meta would deliver it.
type whatsApp struct {
	from, userID, username, profile string
	to, phoneNumberID, secret       string
	messageID, replyTo, about       string
	// content is the flag that says what is sent; empty is body.
	content                         string
	body                            string
	button, buttonPayload           string
	buttonReply, listReply, choice  string
	media, mediaURL                 string
	caption, filename               string
	location, placeName, placeWhere string
	reaction, preference            string
	status, errorCode, sendID       string
}

func newSendWhatsAppCommand(c *caller) *cobra.Command {
	var message whatsApp
	command := &cobra.Command{
		Use: "whatsapp --from NUMBER --body TEXT", Short: "Deliver a WhatsApp message, a preference or a status, as Meta would",
		Long: "Posts a JSON document like Meta's, correctly signed, to the server's /inbound/whatsapp. What is sent is one of " +
			dashed("or", whatsAppContents) + ".",
		Example: "  replyflow send whatsapp --from +15555550101 --body STOP\n" +
			"  replyflow send whatsapp --user-id US.90000000000000000003 --username ann.example --button-reply Yes --choice-id yes-1\n" +
			"  replyflow send whatsapp --from +15555550101 --media image --caption \"Is it this one?\"\n" +
			"  replyflow send whatsapp --from +15555550101 --preference stop\n" +
			"  replyflow send whatsapp --from +15555550101 --status failed --message wamid.1 --error-code 131050",
		Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := message.checkFlags(cmd); err != nil {
				return err
			}
			return c.sendWhatsApp(cmd.Context(), message)
		},
	}
	message.addPersonFlags(command)
	message.addContentFlags(command)
	return command
}

// addPersonFlags adds the flags that say who writes to which sender.
func (m *whatsApp) addPersonFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&m.from, "from", "", "who writes, or whom a status or a preference is about, as +15555550101")
	flags.StringVar(&m.userID, "user-id", "", "their business-scoped user id, as US.90000000000000000003; without --from it is all that Meta says")
	flags.StringVar(&m.username, "username", "", "their username")
	flags.StringVar(&m.profile, "profile-name", "", "what the person calls themselves")
	flags.StringVar(&m.to, "to", "", "the sender that is written to, as +15550100200")
	flags.StringVar(&m.phoneNumberID, "phone-number-id", "", "the sender's phone_number_id at Meta")
	flags.StringVar(&m.secret, "app-secret", "", "the app's secret, to sign with")
	flags.StringVar(&m.messageID, "message-id", "", "the message's id, as wamid.…; drawn when missing")
}

// addContentFlags adds the flags that say what is sent.
func (m *whatsApp) addContentFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&m.body, "body", "", "what is written")
	flags.StringVar(&m.replyTo, "reply-to", "", "the id of the message that this one answers, as wamid.…")
	flags.StringVar(&m.button, "button", "", "the text of a template's button that is pressed")
	flags.StringVar(&m.buttonPayload, "button-payload", "", "the payload of that button")
	flags.StringVar(&m.buttonReply, "button-reply", "", "the title of a reply button that is pressed")
	flags.StringVar(&m.listReply, "list-reply", "", "the title of a list's row that is chosen")
	flags.StringVar(&m.choice, "choice-id", "", "the id of that button or row; its title when missing")
	flags.StringVar(&m.media, "media", "", "a file: "+strings.Join(mediaKinds, ", "))
	flags.StringVar(&m.mediaURL, "media-url", "", "the file's address at Meta")
	flags.StringVar(&m.caption, "caption", "", "what is written below it")
	flags.StringVar(&m.filename, "filename", "", "what a document is called")
	flags.StringVar(&m.location, "location", "", "a place, as LATITUDE,LONGITUDE")
	flags.StringVar(&m.placeName, "location-name", "", "what the place is called")
	flags.StringVar(&m.placeWhere, "location-address", "", "where the place is")
	flags.StringVar(&m.reaction, "reaction", "", "an emoji on the message --message; the empty text takes it away")
	flags.StringVar(&m.preference, "preference", "", "what the person sets in WhatsApp about marketing messages: stop or resume")
	flags.StringVar(&m.status, "status", "", "what became of --message: "+strings.Join(metaStatuses, ", "))
	flags.StringVar(&m.about, "message", "", "the message of ours that --reaction or --status is about, as wamid.…")
	flags.StringVar(&m.errorCode, "error-code", "", "why it failed, as 131050: the person stopped marketing messages")
	flags.StringVar(&m.sendID, "send-id", "", "replyflow's own id of that message, as biz_opaque_callback_data carries it")
}

func (c *caller) sendWhatsApp(ctx context.Context, message whatsApp) error {
	if err := c.completeMeta(&message); err != nil {
		return err
	}
	message.messageID = firstOf(message.messageID, "wamid."+randomHex(16))
	switch {
	case digitsOf(message.from) == "" && message.userID == "":
		return misuseError{errors.New("--from or --user-id is needed: who writes")}
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
	if _, err := c.post(request, "the phone_number_id "+oneLine(message.phoneNumberID)); err != nil {
		return err
	}
	return c.printWhatsApp(message)
}

// completeMeta fills what wasn't given with the first Meta sender of a development
// server. Meta routes by the phone_number_id, which can't be told from a number: a
// number that isn't that sender's must not end up with it.
func (c *caller) completeMeta(message *whatsApp) error {
	if c.dev == nil || c.dev.Meta == nil {
		return nil
	}
	known := c.dev.Meta
	switch {
	case message.phoneNumberID != "" && message.phoneNumberID != known.PhoneNumberID:
		return nil
	case message.phoneNumberID == "" && message.to != "" && digitsOf(message.to) != digitsOf(known.Address):
		return fmt.Errorf("no WhatsApp sender that dev.json names has the number %s: it names %s; pass --phone-number-id and --app-secret for another sender",
			oneLine(message.to), known.Address)
	}
	message.phoneNumberID = known.PhoneNumberID
	message.secret = firstOf(message.secret, known.AppSecret)
	message.to = firstOf(message.to, known.Address)
	return nil
}

func (c *caller) printWhatsApp(message whatsApp) error {
	switch message.content {
	case contentPreference:
		taken := struct {
			Preference string `json:"preference"`
		}{message.preference}
		return c.print(taken, func(w io.Writer) { tell(w, "taken: preference %s", message.preference) })
	case contentStatus:
		taken := struct {
			MessageID string `json:"message_id"`
			Status    string `json:"status"`
		}{message.about, message.status}
		return c.print(taken, func(w io.Writer) { tell(w, "taken: message %s is %s", oneLine(message.about), message.status) })
	}
	taken := struct {
		MessageID string `json:"message_id"`
	}{message.messageID}
	return c.print(taken, func(w io.Writer) { tell(w, "taken: message %s", oneLine(message.messageID)) })
}

func digitsOf(text string) string { return strings.Map(onlyDigits, text) }

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
