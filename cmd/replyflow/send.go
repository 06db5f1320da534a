package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"replyflow/api"
	"replyflow/internal/provider"
)

// newSendCommand plays a provider.
func newSendCommand() *cobra.Command {
	group, c := newGroup("send", "Post what a provider would post, to a running server")
	group.AddCommand(newSendSMSCommand(c), newSendWhatsAppCommand(c))
	return group
}

// sms is a message as Twilio would deliver it.
type sms struct {
	from, to, body, optOutType string
	account, token, messageSID string
	campaign, url, publicURL   string
	parameters                 []string
}

func newSendSMSCommand(c *caller) *cobra.Command {
	var message sms
	command := &cobra.Command{
		Use: "sms --from NUMBER --to NUMBER --body TEXT", Short: "Deliver a text message, as Twilio would",
		Long:    "Posts a form like Twilio's, correctly signed, to the server's /inbound/sms; with --campaign or --url to a campaign's webhook instead.",
		Example: "  replyflow send sms --from +15555550101 --to +15550100100 --body STOP --opt-out-type STOP",
		Args:    misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.sendSMS(cmd.Context(), message)
		},
	}
	flags := command.Flags()
	flags.StringVar(&message.from, "from", "", "who writes, as +15555550101")
	flags.StringVar(&message.to, "to", "", "the sender that is written to, as +15550100100")
	flags.StringVar(&message.body, "body", "", "what is written")
	flags.StringVar(&message.optOutType, "opt-out-type", "", "what Twilio's opt-out handling says: STOP, START or HELP")
	flags.StringArrayVar(&message.parameters, "param", nil, "another parameter, as NAME=VALUE; may be repeated")
	flags.StringVar(&message.campaign, "campaign", "", "the campaign whose webhook takes the message")
	flags.StringVar(&message.url, "url", "", "the address to post to, instead of a campaign")
	flags.StringVar(&message.publicURL, "public-url", "", "the server's public_url, over which Twilio signs; the server's address when missing")
	flags.StringVar(&message.account, "account", "", "the Twilio account, as AC…")
	flags.StringVar(&message.token, "auth-token", "", "the account's auth token, to sign with")
	flags.StringVar(&message.messageSID, "message-sid", "", "the message's id, as SM…; drawn when missing")
	return command
}

func (c *caller) sendSMS(ctx context.Context, message sms) error {
	message = c.completed(message)
	form, err := message.form()
	if err != nil {
		return misuseError{err}
	}
	public, target, err := c.targetOf(ctx, message)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return misuseError{fmt.Errorf("the webhook's address is no URL: %w", err)}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if message.token != "" {
		request.Header.Set("X-Twilio-Signature", provider.SignTwilio(public, form, message.token))
	}
	response, answer, err := c.send(request)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the webhook refused the message with %d: %s", response.StatusCode, oneLine(strings.TrimSpace(string(answer))))
	}
	return c.printSent(response.Header, form.Get("MessageSid"), message)
}

// completed fills what wasn't given with the sample sender of a development
// server.
func (c *caller) completed(message sms) sms {
	if c.dev != nil && c.dev.Twilio != nil {
		message.to = firstOf(message.to, c.dev.Twilio.Address)
		if message.account == "" || message.account == c.dev.Twilio.Account {
			message.account = c.dev.Twilio.Account
			message.token = firstOf(message.token, c.dev.Twilio.AuthToken)
		}
	}
	message.account = firstOf(message.account, sampleAccount)
	message.messageSID = firstOf(message.messageSID, "SM"+randomHex(16))
	return message
}

// form is what Twilio posts about the message.
func (m sms) form() (url.Values, error) {
	if m.from == "" || m.to == "" {
		return nil, errors.New("--from and --to are needed: who writes, and which sender is written to")
	}
	form := url.Values{
		"MessageSid": {m.messageSID}, "SmsSid": {m.messageSID}, "SmsMessageSid": {m.messageSID}, "AccountSid": {m.account},
		"From": {m.from}, "To": {m.to}, "Body": {m.body}, "NumMedia": {"0"}, "NumSegments": {"1"},
		"SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	if m.optOutType != "" {
		form.Set("OptOutType", m.optOutType)
	}
	for _, parameter := range m.parameters {
		name, value, ok := strings.Cut(parameter, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--param is NAME=VALUE, not %q", parameter)
		}
		form.Set(name, value)
	}
	return form, nil
}

// inboundSMS is where Twilio posts messages, below the public URL.
const inboundSMS = "/inbound/sms"

// targetOf is the public address, which Twilio would call and sign, and the same
// on the server that we talk to.
func (c *caller) targetOf(ctx context.Context, message sms) (public, target string, err error) {
	if message.url != "" {
		return message.url, message.url, nil
	}
	server, err := c.address()
	if err != nil {
		return "", "", err
	}
	if message.campaign == "" {
		public = firstOf(message.publicURL, c.publicURL(), server.String())
		return strings.TrimRight(public, "/") + inboundSMS, server.String() + inboundSMS, nil
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

// publicURL is what the development server's providers call, if it is that server.
func (c *caller) publicURL() string {
	if c.dev == nil || c.server != c.dev.HTTP {
		return ""
	}
	return c.dev.PublicURL
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
