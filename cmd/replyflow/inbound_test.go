package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"replyflow/internal/provider"
)

// postInbound posts a signed message to /inbound/sms, as Twilio does.
func postInbound(file devFile, sid, from, body, optOutType string) (int, string, error) {
	form := url.Values{
		"MessageSid": {sid}, "AccountSid": {file.Twilio.Account}, "From": {from}, "To": {file.Twilio.Address},
		"Body": {body}, "NumMedia": {"0"},
	}
	if optOutType != "" {
		form.Set("OptOutType", optOutType)
	}
	address := file.HTTP + "/inbound/sms"
	request, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Twilio-Signature", provider.SignTwilio(file.PublicURL+"/inbound/sms", form, file.Twilio.AuthToken))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	var b strings.Builder
	buffer := make([]byte, 4096)
	n, _ := answer.Body.Read(buffer)
	b.Write(buffer[:n])
	return answer.StatusCode, b.String(), nil
}

// mustInbound posts a message that must be taken.
func mustInbound(t *testing.T, file devFile, sid, from, body, optOutType string) {
	t.Helper()
	status, answer, err := postInbound(file, sid, from, body, optOutType)
	if err != nil || status != http.StatusOK || !strings.Contains(answer, "<Response/>") {
		t.Fatalf("%s: status %d %q, %v", body, status, answer, err)
	}
}

// optOuts are the senders that a person is opted out of.
func (c apiClient) optOuts(id string) ([]string, error) {
	var person struct {
		OptOuts []struct {
			Channel string `json:"channel"`
			Sender  string `json:"sender"`
		} `json:"opt_outs"`
	}
	status, err := c.get("/api/v1/people/"+url.PathEscape(id), &person)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("person %s: status %d", id, status)
	}
	var found []string
	for _, optOut := range person.OptOuts {
		found = append(found, optOut.Channel+" "+optOut.Sender)
	}
	return found, err
}

// optedOut is a condition for eventually.
func (c apiClient) optedOut(id string, want ...string) func() error {
	return func() error {
		got, err := c.optOuts(id)
		if err != nil {
			return err
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("%s is opted out of %v, want %v", id, got, want)
		}
		return nil
	}
}

// recordedMessages are the recorded inbound messages, by their provider's id.
func (c apiClient) recordedMessages() (map[string]int, error) {
	found, cursor := map[string]int{}, ""
	for {
		var page struct {
			Messages []struct {
				ProviderID string `json:"provider_id"`
			} `json:"messages"`
			Next string `json:"next"`
		}
		status, err := c.get("/api/v1/messages?direction=in&limit=1000&cursor="+url.QueryEscape(cursor), &page)
		if err != nil || status != http.StatusOK {
			return nil, fmt.Errorf("messages: status %d, %w", status, err)
		}
		for _, message := range page.Messages {
			found[message.ProviderID]++
		}
		if cursor = page.Next; cursor == "" {
			return found, nil
		}
	}
}

// TestStopReachesEverybodyWithTheNumber plays a STOP, a START and what lies
// between over real HTTP, on both databases.
func TestStopReachesEverybodyWithTheNumber(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, options devOptions) {
		d := startTestDev(t, options)
		api := apiClient{d.file}
		sms := "sms " + sampleAddress

		mustInbound(t, d.file, sid(1), "+15555550104", "Ｓｔｏｐ!", "")
		eventually(t, api.optedOut("sample-dan", sms))
		eventually(t, api.optedOut("sample-dora", sms))
		runCommand(t, "people", "show", "sample-dora", "--server", d.file.HTTP, "--api-key", d.file.APIKey).
			check(t, exitDone, "opted out of sms from "+sampleAddress)
		if got, err := api.optOuts("sample-ann"); err != nil || len(got) > 0 {
			t.Errorf("somebody else is opted out of %v, %v", got, err)
		}

		mustInbound(t, d.file, sid(2), "+15555550101", "stop by tomorrow?", "")
		eventually(t, func() error {
			recorded, err := api.recordedMessages()
			if err == nil && recorded[sid(2)] != 1 {
				err = fmt.Errorf("recorded %v", recorded)
			}
			return err
		})
		if got, err := api.optOuts("sample-ann"); err != nil || len(got) > 0 {
			t.Errorf("a near miss opted out of %v, %v", got, err)
		}

		mustInbound(t, d.file, sid(3), "+15555550104", "START", "START")
		eventually(t, api.optedOut("sample-dan"))

		status, _, err := postInbound(devFile{
			HTTP: d.file.HTTP, PublicURL: d.file.PublicURL,
			Twilio: &devTwilioKey{Account: sampleAccount, AuthToken: "wrong", Address: sampleAddress},
		}, sid(4), "+15555550101", "STOP", "")
		if err != nil || status != http.StatusForbidden {
			t.Errorf("a wrong signature got %d, %v", status, err)
		}
	})
}

// TestEveryMessageIsRecordedOnce posts each of many messages twice, from several
// clients at once.
func TestEveryMessageIsRecordedOnce(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, options devOptions) {
		const messages, clients = 300, 8
		d := startTestDev(t, options)
		var group sync.WaitGroup
		errs := make(chan error, clients)
		for client := range clients {
			group.Go(func() {
				for i := client; i < 2*messages; i += clients {
					status, answer, err := postInbound(d.file, sid(i%messages), fmt.Sprintf("+1555555%04d", 1000+i%50), "hello", "")
					if err != nil || status != http.StatusOK {
						errs <- fmt.Errorf("message %d: status %d %q, %w", i, status, answer, err)
						return
					}
				}
			})
		}
		group.Wait()
		close(errs)
		for err := range errs {
			t.Fatal(err)
		}
		eventually(t, func() error {
			recorded, err := apiClient{d.file}.recordedMessages()
			if err != nil {
				return err
			}
			if len(recorded) != messages {
				return fmt.Errorf("%d of %d messages are recorded", len(recorded), messages)
			}
			for id, times := range recorded {
				if times != 1 {
					return fmt.Errorf("message %s is recorded %d times", id, times)
				}
			}
			return nil
		})
	})
}

// TestAnonymousMessagesFindTheirPerson: somebody unknown writes, and becomes a
// person later.
func TestAnonymousMessagesFindTheirPerson(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, options devOptions) {
		d := startTestDev(t, options)
		api := apiClient{d.file}
		mustInbound(t, d.file, sid(1), "+15555550177", "Is it back?", "")
		anonymous := func(want int) func() error {
			return func() error {
				var page struct {
					Messages []struct{ ID string } `json:"messages"`
				}
				_, err := api.get("/api/v1/messages?anonymous=true", &page)
				if err == nil && len(page.Messages) != want {
					err = fmt.Errorf("%d anonymous messages, want %d", len(page.Messages), want)
				}
				return err
			}
		}
		eventually(t, anonymous(1))
		if status, err := api.do(http.MethodPut, "/api/v1/people/eve", `{"attributes":{"phone":"555-555-0177"}}`, nil); err != nil || status != http.StatusCreated {
			t.Fatalf("status %d, %v", status, err)
		}
		eventually(t, anonymous(0))
		var page struct {
			Messages []struct {
				Person string    `json:"person"`
				At     time.Time `json:"at"`
			} `json:"messages"`
		}
		if _, err := api.get("/api/v1/messages?person=eve", &page); err != nil || len(page.Messages) != 1 {
			t.Errorf("eve has %+v, %v", page, err)
		}
	})
}
