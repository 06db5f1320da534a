package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"replyflow/internal/pgtest"
)

// delivery is an answer to a webhook.
type delivery struct {
	status    int
	run       string
	duplicate string
	body      string
}

// postTwilio posts a message as Twilio does.
func postTwilio(hook, sid, from, optOutType string) (delivery, error) {
	form := url.Values{
		"MessageSid": {sid}, "AccountSid": {sampleAccount}, "From": {from}, "To": {sampleAddress},
		"Body": {optOutType}, "OptOutType": {optOutType},
	}
	answer, err := http.PostForm(hook, form)
	if err != nil {
		return delivery{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	return delivery{
		status: answer.StatusCode, run: answer.Header.Get("Replyflow-Run"),
		duplicate: answer.Header.Get("Replyflow-Duplicate"), body: string(body),
	}, err
}

func sid(i int) string { return fmt.Sprintf("SM%032x", i) }

// engines runs a test on both databases, each with an installation of its own.
func engines(t *testing.T, test func(t *testing.T, options devOptions)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, devOptions{noTemporalUI: true})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, devOptions{noTemporalUI: true, database: pgtest.EmptyDSN(t)})
	})
}

func TestWebhookOptsAPersonOut(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, options devOptions) {
		d := startTestDev(t, options)
		api := apiClient{d.file}
		hook := api.hook(t, welcomeCampaign)

		// The person's number is stored as (555) 555-0102.
		first, err := postTwilio(hook, sid(1), "+15555550102", "STOP")
		if err != nil {
			t.Fatal(err)
		}
		if first.status != http.StatusOK || !strings.Contains(first.body, "<Response/>") || first.duplicate != "false" {
			t.Fatalf("answered %+v", first)
		}
		eventually(t, api.attributeIs("sample-ben", "sms_unsubscribe", "true"))

		again, err := postTwilio(hook, sid(1), "+15555550102", "STOP")
		if err != nil {
			t.Fatal(err)
		}
		if again.run != first.run || again.duplicate != "true" {
			t.Errorf("the repetition answered %+v, want run %s as a duplicate", again, first.run)
		}
		assertRun(t, api, first.run)

		other, err := api.attributes("sample-ann")
		if err != nil {
			t.Fatal(err)
		}
		if _, set := other["sms_unsubscribe"]; set {
			t.Error("somebody else was opted out too")
		}
	})
}

// assertRun waits for the run's record and checks its steps and its history.
func assertRun(t *testing.T, api apiClient, id string) {
	t.Helper()
	var run struct {
		Status  string `json:"status"`
		Outcome string `json:"outcome"`
		Steps   []struct {
			Name   string          `json:"name"`
			Result json.RawMessage `json:"result"`
			Why    string          `json:"why"`
		} `json:"steps"`
	}
	eventually(t, func() error {
		if _, err := api.get("/api/v1/runs/"+id, &run); err != nil {
			return err
		}
		if run.Status != "completed" {
			return fmt.Errorf("run %s is %q", id, run.Status)
		}
		return nil
	})
	if run.Outcome != "updated" || len(run.Steps) != 2 {
		t.Fatalf("run %+v", run)
	}
	if got := string(run.Steps[0].Result); run.Steps[0].Name != "Opted out" || got != "true" {
		t.Errorf("first step %+v", run.Steps[0])
	}
	if why := run.Steps[0].Why; !strings.Contains(why, "OptOutType is STOP") {
		t.Errorf("the branch gives the reason %q", why)
	}
	var history json.RawMessage
	if status, err := api.get("/api/v1/runs/"+id+"/history", &history); err != nil || status != http.StatusOK {
		t.Fatalf("history: status %d, %v", status, err)
	}
	if !strings.Contains(string(history), "Opted out") {
		t.Errorf("the history doesn't name the branch: %s", history)
	}
}

// TestOrderNeverDecides drains START and STOP in the wrong order.
func TestOrderNeverDecides(t *testing.T) {
	t.Parallel()
	engines(t, func(t *testing.T, options devOptions) {
		d := startTestDev(t, options)
		api := apiClient{d.file}
		arrived := time.Now().UTC()
		start := func(key, optOutType string, at time.Time) {
			t.Helper()
			if _, err := startRunAt(t, d, welcomeCampaign, key, "+15555550103", optOutType, at); err != nil {
				t.Fatal(err)
			}
		}
		start(sid(2), "START", arrived.Add(2*time.Second))
		eventually(t, api.attributeIs("sample-cleo", "sms_unsubscribe", "false"))
		late := sid(3)
		start(late, "STOP", arrived.Add(time.Second))
		var run struct {
			Status string `json:"status"`
			Steps  []struct {
				Why string `json:"why"`
			} `json:"steps"`
		}
		eventually(t, func() error {
			if _, err := api.get("/api/v1/runs/"+welcomeCampaign+"."+late, &run); err != nil {
				return err
			}
			if run.Status != "completed" {
				return fmt.Errorf("run is %q", run.Status)
			}
			return nil
		})
		if err := api.attributeIs("sample-cleo", "sms_unsubscribe", "false")(); err != nil {
			t.Error("the earlier STOP, processed later, won: ", err)
		}
		if why := run.Steps[1].Why; !strings.Contains(why, "overtaken") {
			t.Errorf("the step of the overtaken write says %q", why)
		}
	})
}

// TestKilledProcessGoesOn kills the process while deliveries come in, and
// counts that what was answered is done, once.
func TestKilledProcessGoesOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startProcess(t, dir, "--no-temporal-ui")
	hook := apiClient{p.file}.hook(t, welcomeCampaign)

	const count = 150
	enough := make(chan struct{})
	var (
		wait     sync.WaitGroup
		mutex    sync.Mutex
		accepted []string
	)
	for i := range count {
		wait.Go(func() {
			answer, err := postTwilio(hook, sid(100+i), "+15555550101", "STOP")
			if err != nil || answer.status != http.StatusOK {
				return
			}
			mutex.Lock()
			defer mutex.Unlock()
			accepted = append(accepted, answer.run)
			if len(accepted) == count/3 {
				close(enough)
			}
		})
	}
	over := make(chan struct{})
	go func() {
		wait.Wait()
		close(over)
	}()
	select {
	case <-enough:
	case <-over:
	}
	p.kill()
	<-over
	t.Logf("%d of %d deliveries were accepted before the process was killed", len(accepted), count)

	again := startProcess(t, dir, "--no-temporal-ui")
	api := apiClient{again.file}
	eventually(t, api.attributeIs("sample-ann", "sms_unsubscribe", "true"))
	for _, run := range accepted {
		eventually(t, func() error {
			var shown struct {
				Status string `json:"status"`
			}
			status, err := api.get("/api/v1/runs/"+run, &shown)
			if err != nil || shown.Status != "completed" {
				return fmt.Errorf("run %s: status %d, %q, %v", run, status, shown.Status, err)
			}
			return nil
		})
	}
	if code := again.terminate(t); code != exitDone {
		t.Errorf("on SIGTERM the process exited with %d", code)
	}
}
