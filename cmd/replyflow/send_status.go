package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// smsStatus is what became of a message of ours, as Twilio would report it.
type smsStatus struct {
	twilioAccount
	message, status, errorCode string
	from, to, service, sendID  string
}

func newSendStatusCommand(c *caller) *cobra.Command {
	var report smsStatus
	command := &cobra.Command{
		Use: "status --message SID --status STATUS", Short: "Report what became of a message of ours, as Twilio would",
		Long: "Posts a status callback like Twilio's, correctly signed, to the server's /inbound/sms/status. " +
			"Meta's statuses are sent by send whatsapp --status.",
		Example: "  replyflow send status --message SM00000000000000000000000000000008 --status delivered\n" +
			"  replyflow send status --message SM00000000000000000000000000000008 --status failed --error-code 21610 --to +15555550101",
		Args: misuseArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.sendStatus(cmd.Context(), report)
		},
	}
	flags := command.Flags()
	flags.StringVar(&report.message, "message", "", "the message's id at Twilio, as SM…")
	flags.StringVar(&report.status, "status", "", "what became of it: "+strings.Join(twilioStatuses, ", "))
	flags.StringVar(&report.errorCode, "error-code", "", "why it failed, as 21610: the person has opted out")
	flags.StringVar(&report.from, "from", "", "the sender that it was sent by, as +15550100100")
	flags.StringVar(&report.to, "to", "", "the person that it was sent to; needed for a message that replyflow didn't send")
	flags.StringVar(&report.service, "service", "", "the messaging service that it was sent by, as MG…")
	flags.StringVar(&report.sendID, "send-id", "", "replyflow's own id of the message, which the callback's address carries")
	report.addFlags(command)
	return command
}

// twilioStatuses are those that Twilio reports, and those of which one says why.
var (
	twilioStatuses = []string{"accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "canceled"}
	twilioFailures = []string{"failed", "undelivered"}
)

// errorCodes are written in digits by Twilio and by Meta.
var errorCodes = regexp.MustCompile(`^[0-9]{1,9}$`)

// checkStatus asks for a status that a provider reports, and for an error code only
// where something failed.
func checkStatus(status, errorCode string, statuses, failures []string) error {
	switch {
	case !slices.Contains(statuses, status):
		return misuseError{fmt.Errorf("--status is one of %s, not %q", strings.Join(statuses, ", "), status)}
	case errorCode != "" && !slices.Contains(failures, status):
		return misuseError{fmt.Errorf("--error-code says why a message failed: it goes with --status %s, not %s", listed("or", failures), status)}
	case errorCode != "" && !errorCodes.MatchString(errorCode):
		return misuseError{fmt.Errorf("--error-code is a number, as 21610, not %q", errorCode)}
	}
	return nil
}

func (c *caller) sendStatus(ctx context.Context, report smsStatus) error {
	if report.message == "" || report.status == "" {
		return misuseError{errors.New("--message and --status are needed: which message, and what became of it")}
	}
	if err := checkStatus(report.status, report.errorCode, twilioStatuses, twilioFailures); err != nil {
		return err
	}
	report.from = firstOf(report.from, c.completeTwilio(&report.twilioAccount))
	if report.from == "" && report.service == "" {
		return misuseError{errors.New("--from or --service is needed: which sender the message was sent by")}
	}
	form := report.form()
	if err := report.addTo(form); err != nil {
		return err
	}
	path := inboundSMSStatus
	if report.sendID != "" {
		path += "?" + url.Values{"send": {report.sendID}}.Encode()
	}
	public, target, err := c.twilioAddress(&report.twilioAccount, path)
	if err != nil {
		return err
	}
	if _, err := c.postTwilio(ctx, &report.twilioAccount, public, target, form, twilioDestination(report.from, report.service)); err != nil {
		return err
	}
	taken := struct {
		MessageSID string `json:"message_sid"`
		Status     string `json:"status"`
	}{report.message, report.status}
	return c.print(taken, func(w io.Writer) { tell(w, "taken: message %s is %s", oneLine(report.message), report.status) })
}

// form is what Twilio posts about the message: From is the sender here.
func (s smsStatus) form() url.Values {
	form := url.Values{
		"MessageSid": {s.message}, "SmsSid": {s.message}, "AccountSid": {s.account}, "MessageStatus": {s.status}, "SmsStatus": {s.status},
		"ApiVersion": {"2010-04-01"},
	}
	for name, value := range map[string]string{"From": s.from, "To": s.to, "MessagingServiceSid": s.service, "ErrorCode": s.errorCode} {
		if value != "" {
			form.Set(name, value)
		}
	}
	return form
}
