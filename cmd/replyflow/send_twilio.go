package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"replyflow/internal/provider"
)

// Where Twilio posts, below the public URL.
const (
	inboundSMS       = "/inbound/sms"
	inboundSMSStatus = "/inbound/sms/status"
)

// twilioAccount is who Twilio posts for, and what it signs with and over.
type twilioAccount struct {
	account, token, publicURL string
	parameters                []string
}

func (a *twilioAccount) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&a.account, "account", "", "the Twilio account, as AC…")
	flags.StringVar(&a.token, "auth-token", "", "the account's auth token, to sign with")
	flags.StringVar(&a.publicURL, "public-url", "", "the server's public_url, over which Twilio signs; the server's address when missing")
	flags.StringArrayVar(&a.parameters, "param", nil, "another parameter, as NAME=VALUE; may be repeated, also with the same name")
}

// completeTwilio fills what wasn't given with the first Twilio sender of a
// development server, whose address it returns.
func (c *caller) completeTwilio(a *twilioAccount) (address string) {
	if c.dev != nil && c.dev.Twilio != nil {
		address = c.dev.Twilio.Address
		if a.account == "" || a.account == c.dev.Twilio.Account {
			a.account = c.dev.Twilio.Account
			a.token = firstOf(a.token, c.dev.Twilio.AuthToken)
		}
	}
	a.account = firstOf(a.account, sampleAccount)
	return address
}

// addTo puts the parameters into a form. The first of a name replaces what stands
// there; more of the same name are sent with it.
func (a *twilioAccount) addTo(form url.Values) error {
	replaced := map[string]bool{}
	for _, parameter := range a.parameters {
		name, value, ok := strings.Cut(parameter, "=")
		if !ok || name == "" {
			return misuseError{fmt.Errorf("--param is NAME=VALUE, not %q", parameter)}
		}
		if !replaced[name] {
			form.Del(name)
		}
		replaced[name] = true
		form.Add(name, value)
	}
	return nil
}

// twilioAddress is an address below the public one, which Twilio would call and
// sign, and the same on the server that we talk to.
func (c *caller) twilioAddress(a *twilioAccount, path string) (public, target string, err error) {
	server, err := c.address()
	if err != nil {
		return "", "", err
	}
	public = firstOf(a.publicURL, c.publicURL(), server.String())
	return strings.TrimRight(public, "/") + path, server.String() + path, nil
}

// publicURL is what the development server's providers call, if it is that server.
func (c *caller) publicURL() string {
	if c.dev == nil || c.server != c.dev.HTTP {
		return ""
	}
	return c.dev.PublicURL
}

// twilioDestination is what a sender must have for a request to be about it.
func twilioDestination(address, service string) string {
	switch {
	case service == "":
		return "the address " + oneLine(address)
	case address == "":
		return "the messaging service " + oneLine(service)
	}
	return fmt.Sprintf("the address %s or the messaging service %s", oneLine(address), oneLine(service))
}

// postTwilio posts a form as Twilio does: signed over the public address, if there
// is anything to sign with.
func (c *caller) postTwilio(ctx context.Context, a *twilioAccount, public, target string, form url.Values, destination string) (http.Header, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, misuseError{fmt.Errorf("the webhook's address is no URL: %w", err)}
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if a.token != "" {
		request.Header.Set("X-Twilio-Signature", provider.SignTwilio(public, form, a.token))
	}
	return c.post(request, destination)
}
