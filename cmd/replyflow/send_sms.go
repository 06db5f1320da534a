package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"

	"github.com/spf13/cobra"

	"replyflow/api"
)

// sms is a message as Twilio would deliver it.
type sms struct {
	twilioAccount
	from, to, body, optOutType string
	service, messageSID        string
	media                      []string
	campaign, url              string
}

func newSendSMSCommand(c *caller) *cobra.Command {
	var message sms
	command := &cobra.Command{
		Use: "sms --from NUMBER --to NUMBER --body TEXT", Short: "Deliver a text message, as Twilio would",
		Long: "Posts a form like Twilio's, correctly signed, to the server's /inbound/sms; with --campaign or --url to a campaign's webhook instead. " +
			"WhatsApp through Twilio has addresses as whatsapp:+15555550101.",
		Example: "  replyflow send sms --from +15555550101 --to +15550100100 --body STOP --opt-out-type STOP\n" +
			"  replyflow send sms --from +15555550101 --media https://example.com/cat.png\n" +
			"  replyflow send sms --from whatsapp:+15555550101 --to whatsapp:+15550100100 --body Yes --param ButtonText=Yes --param ButtonPayload=yes-1",
		Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := message.checkFlags(cmd); err != nil {
				return err
			}
			return c.sendSMS(cmd.Context(), message)
		},
	}
	flags := command.Flags()
	flags.StringVar(&message.from, "from", "", "who writes, as +15555550101")
	flags.StringVar(&message.to, "to", "", "the sender that is written to, as +15550100100")
	flags.StringVar(&message.body, "body", "", "what is written")
	flags.StringArrayVar(&message.media, "media", nil, "the address of a picture or file that comes with it; may be repeated")
	flags.StringVar(&message.service, "service", "", "the messaging service that the sender belongs to, as MG…")
	flags.StringVar(&message.optOutType, "opt-out-type", "", "what Twilio's opt-out handling says: STOP, START or HELP")
	flags.StringVar(&message.messageSID, "message-sid", "", "the message's id, as SM…; drawn when missing")
	flags.StringVar(&message.campaign, "campaign", "", "the campaign whose webhook takes the message")
	flags.StringVar(&message.url, "url", "", "the address to post to, instead of a campaign")
	message.addFlags(command)
	return command
}

// maxTwilioMedia is how many files Twilio delivers with a message.
const maxTwilioMedia = 10

func (m *sms) checkFlags(cmd *cobra.Command) error {
	if err := apart(cmd, "each is an address of its own to post to", "campaign", "url"); err != nil {
		return err
	}
	for _, own := range []string{"campaign", "url"} {
		if err := apart(cmd, "a webhook has its own address, over which Twilio signs", own, "public-url"); err != nil {
			return err
		}
	}
	if len(m.media) > maxTwilioMedia {
		return misuseError{fmt.Errorf("--media may be repeated %d times: Twilio delivers no more files with a message", maxTwilioMedia)}
	}
	for _, address := range m.media {
		if parsed, err := url.Parse(address); err != nil || parsed.Host == "" {
			return misuseError{fmt.Errorf("--media is the address of a file, as https://example.com/cat.png, not %q", address)}
		}
	}
	return nil
}

func (c *caller) sendSMS(ctx context.Context, message sms) error {
	message.to = firstOf(message.to, c.completeTwilio(&message.twilioAccount))
	message.messageSID = firstOf(message.messageSID, message.drawnSID())
	form, err := message.form()
	if err != nil {
		return err
	}
	public, target, err := c.targetOf(ctx, message)
	if err != nil {
		return err
	}
	header, err := c.postTwilio(ctx, &message.twilioAccount, public, target, form, twilioDestination(form.Get("To"), form.Get("MessagingServiceSid")))
	if err != nil {
		return err
	}
	return c.printSent(header, form.Get("MessageSid"), message)
}

// drawnSID is an id like Twilio's: a message with media has one of its own kind.
func (m sms) drawnSID() string {
	if len(m.media) > 0 {
		return "MM" + randomHex(16)
	}
	return "SM" + randomHex(16)
}

// form is what Twilio posts about the message.
func (m sms) form() (url.Values, error) {
	if m.from == "" || m.to == "" {
		return nil, misuseError{errors.New("--from and --to are needed: who writes, and which sender is written to")}
	}
	form := url.Values{
		"MessageSid": {m.messageSID}, "SmsSid": {m.messageSID}, "SmsMessageSid": {m.messageSID}, "AccountSid": {m.account},
		"From": {m.from}, "To": {m.to}, "Body": {m.body}, "NumMedia": {strconv.Itoa(len(m.media))}, "NumSegments": {"1"},
		"SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	if m.service != "" {
		form.Set("MessagingServiceSid", m.service)
	}
	if m.optOutType != "" {
		form.Set("OptOutType", m.optOutType)
	}
	for i, address := range m.media {
		form.Set("MediaUrl"+strconv.Itoa(i), address)
		form.Set("MediaContentType"+strconv.Itoa(i), contentTypeOf(address))
	}
	return form, m.addTo(form)
}

// contentTypeOf guesses what a file is by its name. Most are photographs.
func contentTypeOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return "image/jpeg"
	}
	return firstOf(mime.TypeByExtension(path.Ext(parsed.Path)), "image/jpeg")
}

// targetOf is the public address, which Twilio would call and sign, and the same
// on the server that we talk to.
func (c *caller) targetOf(ctx context.Context, message sms) (public, target string, err error) {
	if message.url != "" {
		return message.url, message.url, nil
	}
	if message.campaign == "" {
		return c.twilioAddress(&message.twilioAccount, inboundSMS)
	}
	server, err := c.address()
	if err != nil {
		return "", "", err
	}
	public, err = c.webhookOf(ctx, message.campaign)
	if err != nil {
		return "", "", err
	}
	address, err := url.Parse(public)
	if err != nil {
		return "", "", fmt.Errorf("the campaign's webhook has an address that is no URL: %w", err)
	}
	address.Scheme, address.Host = server.Scheme, server.Host
	return public, address.String(), nil
}

// webhookOf is the webhook of a campaign.
func (c *caller) webhookOf(ctx context.Context, key string) (string, error) {
	var campaign api.Campaign
	if err := c.get(ctx, campaignPath(key), &campaign); err != nil {
		return "", fmt.Errorf("campaign %s: %w", key, err)
	}
	if campaign.WebhookURL == "" {
		return "", fmt.Errorf("campaign %s has no webhook", key)
	}
	return campaign.WebhookURL, nil
}

func (c *caller) printSent(header http.Header, messageSID string, message sms) error {
	if message.campaign == "" && message.url == "" {
		taken := struct {
			MessageSID string `json:"message_sid"`
		}{messageSID}
		return c.print(taken, func(w io.Writer) { tell(w, "taken: message %s", messageSID) })
	}
	sent := struct {
		Run        string `json:"run,omitempty"`
		Duplicate  bool   `json:"duplicate"`
		Status     string `json:"status,omitempty"`
		MessageSID string `json:"message_sid"`
	}{header.Get("Replyflow-Run"), header.Get("Replyflow-Duplicate") == "true", header.Get("Replyflow-Status"), messageSID}
	return c.print(sent, func(w io.Writer) {
		if sent.Run == "" {
			tell(w, "The campaign is %s: the message was kept as a sample, and nothing runs.", firstOf(sent.Status, "not started"))
			return
		}
		tell(w, "run %s", sent.Run)
		tell(w, "duplicate %t", sent.Duplicate)
	})
}
