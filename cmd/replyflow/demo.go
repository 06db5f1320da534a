package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"replyflow/internal/telemetry"
)

// demoWait is how long a line of the demo may take to show its effect, and
// demoPoll how often that is looked for.
const (
	demoWait = 30 * time.Second
	demoPoll = 50 * time.Millisecond
)

// newDemoCommand plays a conversation through the real addresses of a development
// process that it starts for it, in a folder that is thrown away.
func newDemoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Play a short conversation through the real HTTP endpoints and print what happened",
		Args:  misuseArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), cmd) },
	}
}

func runDemo(ctx context.Context, cmd *cobra.Command) error {
	dir, err := os.MkdirTemp("", "replyflow-demo-")
	if err != nil {
		return err
	}
	// A folder that can't be removed is a temporary one.
	defer func() { _ = os.RemoveAll(dir) }()
	out := cmd.OutOrStdout()
	tell(out, "Starting replyflow in a folder of its own …")
	started, err := startDev(ctx, dir, devOptions{
		dataDir: dir, listen: "127.0.0.1:0", temporalListen: "127.0.0.1:0", noTemporalUI: true,
	}, telemetry.NewLogger(cmd.ErrOrStderr(), slog.LevelError, true))
	if err != nil {
		return err
	}
	defer started.close()
	d := demo{out: out, c: &caller{server: started.file.HTTP, key: started.file.APIKey, dev: &started.file, output: outputTable, stdout: io.Discard, stderr: cmd.ErrOrStderr()}}
	for _, line := range conversation {
		if err := d.play(ctx, line); err != nil {
			return err
		}
	}
	return d.showLog(ctx)
}

// demoLine is something that somebody writes.
type demoLine struct {
	about    string
	from     string
	body     string
	optOut   string
	whatsApp bool
}

// conversation is what the demo plays, in order.
var conversation = []demoLine{
	{"A stranger asks something: the message is kept, without a person.", "+15555550177", "Is the blue one back?", "", false},
	{"Ann opts out; Twilio has seen the keyword and answered.", samplePeople[0].phone, "STOP", "STOP", false},
	{"Dan and Dora share a phone: one full-width STOP opts out both.", samplePeople[3].phone, "ＳＴＯＰ.", "", false},
	{"Ben nearly says it. That is no opt-out, and is flagged in the log.", "+15555550102", "Stop by tomorrow?", "", false},
	{"Ann comes back.", samplePeople[0].phone, "START", "START", false},
	{"Cleo asks in other words, on WhatsApp. SMS stays as it was.", "+15555550103", "please stop texting me", "", true},
}

type demo struct {
	out io.Writer
	c   *caller
}

// play sends a line as its provider would and waits until the message is recorded.
func (d demo) play(ctx context.Context, line demoLine) error {
	tell(d.out, "")
	tell(d.out, "%s", line.about)
	channel, id := "SMS", "SM"+randomHex(16)
	var err error
	if line.whatsApp {
		channel, id = "WhatsApp", "wamid.DEMO."+randomHex(8)
		err = d.c.sendWhatsApp(ctx, whatsApp{from: line.from, body: line.body, messageID: id})
	} else {
		err = d.c.sendSMS(ctx, sms{from: line.from, body: line.body, optOutType: line.optOut, messageSID: id})
	}
	if err != nil {
		return err
	}
	tell(d.out, "  %s → %s: %q", line.from, channel, line.body)
	message, err := d.recorded(ctx, id)
	if err != nil {
		return err
	}
	who := firstOf(message.Person, "nobody known")
	tell(d.out, "  from %s", who)
	if message.Person == "" {
		return nil
	}
	return d.showOptOuts(ctx, message.Person)
}

// demoMessage is what the demo reads of a recorded message.
type demoMessage struct {
	ID         string `json:"id"`
	ProviderID string `json:"provider_id"`
	Person     string `json:"person"`
}

// recorded waits for the message with a provider's id.
func (d demo) recorded(ctx context.Context, providerID string) (demoMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, demoWait)
	defer cancel()
	for {
		var page struct {
			Messages []demoMessage `json:"messages"`
		}
		if err := d.c.get(ctx, "/messages?direction=in&limit=20", &page); err != nil {
			return demoMessage{}, err
		}
		for _, message := range page.Messages {
			if message.ProviderID == providerID {
				return message, nil
			}
		}
		select {
		case <-ctx.Done():
			return demoMessage{}, errors.New("the message was not recorded within " + demoWait.String())
		case <-time.After(demoPoll):
		}
	}
}

func (d demo) showOptOuts(ctx context.Context, person string) error {
	var found struct {
		OptOuts []struct {
			Channel string `json:"channel"`
			Sender  string `json:"sender"`
		} `json:"opt_outs"`
	}
	if err := d.c.get(ctx, "/people/"+url.PathEscape(person), &found); err != nil {
		return err
	}
	if len(found.OptOuts) == 0 {
		tell(d.out, "  opted out of nothing")
	}
	for _, optOut := range found.OptOuts {
		tell(d.out, "  opted out of %s from %s", optOut.Channel, optOut.Sender)
	}
	return nil
}

// showLog prints the activity log, the oldest entry first.
func (d demo) showLog(ctx context.Context) error {
	var page struct {
		Activity []struct {
			At     time.Time       `json:"at"`
			Type   string          `json:"type"`
			Person string          `json:"person"`
			Data   json.RawMessage `json:"data"`
		} `json:"activity"`
	}
	if err := d.c.get(ctx, "/activity?limit=100", &page); err != nil {
		return err
	}
	tell(d.out, "")
	tell(d.out, "The activity log:")
	for i := len(page.Activity) - 1; i >= 0; i-- {
		entry := page.Activity[i]
		var data struct {
			Why string `json:"why"`
		}
		// What isn't there is shown as nothing.
		_ = json.Unmarshal(entry.Data, &data)
		_, _ = fmt.Fprintf(d.out, "  %-22s %-14s %s\n", entry.Type, firstOf(entry.Person, "-"), oneLine(data.Why))
	}
	return nil
}
