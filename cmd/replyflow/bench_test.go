package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"replyflow/internal/message"
	"replyflow/internal/provider"
	"replyflow/internal/store"
	"replyflow/webhook"
	"replyflow/workflows"
)

var benchReport = flag.String("bench-report", "", "measure, and write the figures to this file as JSON")

// The load of the bench: closed loops of requests, each waiting for its run.
const (
	benchRounds      = 5
	benchRuns        = 1_500 // of each kind, a round
	benchConcurrency = 32
	benchQueue       = "bench-floor"
)

// benchFigures are one kind's figures.
type benchFigures struct {
	RunsPerSecond float64 `json:"runs_per_second"`
	P50           float64 `json:"p50_ms"`
	P99           float64 `json:"p99_ms"`
}

// benchResults is what the report holds.
type benchResults struct {
	Floor   benchFigures `json:"floor"`
	OptOut  benchFigures `json:"opt_out"`
	Inbound benchFigures `json:"inbound"`
	Ratio   float64      `json:"ratio"`
	Ratios  []float64    `json:"ratio_by_round"`
	// InboundRatio is that of inbound messages to the floor.
	InboundRatio  float64       `json:"inbound_ratio"`
	InboundRatios []float64     `json:"inbound_ratio_by_round"`
	Batches       []batchFigure `json:"batch_updates"`
}

// TestMeasureSpeed prints speed as ratios within one run: the opt-out campaign
// through HTTP against an empty workflow started eagerly through the same
// client, then batch updates against the bare SQL statement. It asserts
// nothing: make bench runs it.
func TestMeasureSpeed(t *testing.T) {
	if *benchReport == "" {
		t.Skip("a measurement, not a test: make bench runs it")
	}
	results := measureRuns(t)
	results.Batches = measureBatches(t)
	report, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(*benchReport, append(report, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
	printResults(results)
}

func measureRuns(t *testing.T) benchResults {
	ctx := t.Context()
	d := startTestDev(t, devOptions{noTemporalUI: true})
	seedBenchPeople(t, d)
	floor := worker.New(d.temporal, benchQueue, worker.Options{
		WorkflowTaskPollerBehavior: worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		LocalActivityWorkerOnly:    true,
	})
	floor.RegisterWorkflowWithOptions(emptyWorkflow, workflow.RegisterOptions{Name: "Empty"})
	if err := floor.Start(); err != nil {
		t.Fatal(err)
	}
	defer floor.Stop()

	startEmpty := func(i int) error { return runEmpty(ctx, d.temporal, i) }
	executions := &executions{}
	post := newPoster(serveTo(t, d, executions), executions)
	optOut := func(i int) error { return post.optOut(ctx, d.temporal, i) }
	inbound := func(i int) error { return post.inbound(ctx, d, i) }
	measure(200, startEmpty, 1_000_000)
	measure(200, optOut, benchRounds*benchRuns)
	measure(200, inbound, benchRounds*benchRuns)

	var floors, optOuts, inbounds []sample
	for round := range benchRounds {
		floors = append(floors, measure(benchRuns, startEmpty, round*benchRuns))
		optOuts = append(optOuts, measure(benchRuns, optOut, round*benchRuns))
		inbounds = append(inbounds, measure(benchRuns, inbound, round*benchRuns))
	}
	results := benchResults{Floor: summarise(floors), OptOut: summarise(optOuts), Inbound: summarise(inbounds)}
	for i := range floors {
		results.Ratios = append(results.Ratios, optOuts[i].rate()/floors[i].rate())
		results.InboundRatios = append(results.InboundRatios, inbounds[i].rate()/floors[i].rate())
	}
	results.Ratio, results.InboundRatio = median(results.Ratios), median(results.InboundRatios)
	return results
}

func emptyWorkflow(workflow.Context) error { return nil }

func runEmpty(ctx context.Context, c client.Client, i int) error {
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: fmt.Sprintf("floor-%d", i), TaskQueue: benchQueue, EnableEagerStart: true,
		WorkflowTaskTimeout: workflows.ShortTaskTimeout,
	}, "Empty")
	if err != nil {
		return err
	}
	return run.Get(ctx, nil)
}

// poster posts opt-outs as Twilio would, each from a person of its own.
type poster struct {
	hook       string
	sms        string
	executions *executions
	client     *http.Client
}

func newPoster(hook string, executions *executions) poster {
	base, _, _ := strings.Cut(hook, "/hooks/")
	return poster{hook: hook, sms: base + "/inbound/sms", executions: executions, client: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: benchConcurrency},
	}}
}

func (p poster) optOut(ctx context.Context, c client.Client, i int) error {
	form := url.Values{
		"MessageSid": {fmt.Sprintf("SM%032x", i+1)}, "AccountSid": {sampleAccount},
		"From": {benchPhone(i)}, "To": {sampleAddress}, "Body": {"STOP"}, "OptOutType": {"STOP"},
		"NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.hook, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := p.client.Do(request)
	if err != nil {
		return err
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s: %s", answer.Status, bytes.TrimSpace(body))
	}
	workflowID, _ := workflows.WorkflowIDOfRun(message.DefaultWorkspace, answer.Header.Get("Replyflow-Run"))
	started := p.executions.take(workflowID)
	var result workflows.CampaignRunResult
	if err := c.GetWorkflow(ctx, started.WorkflowID, started.Execution).Get(ctx, &result); err != nil {
		return err
	}
	if result.Changed != 1 {
		return fmt.Errorf("run %s changed %d people", result.Run, result.Changed)
	}
	return nil
}

// inbound posts a signed STOP and waits until it is recorded.
func (p poster) inbound(ctx context.Context, d *dev, i int) error {
	form := url.Values{
		"MessageSid": {fmt.Sprintf("SM%032x", 1_000_000+i)}, "AccountSid": {sampleAccount},
		"From": {benchPhone(i)}, "To": {sampleAddress}, "Body": {"STOP"}, "NumMedia": {"0"}, "NumSegments": {"1"},
		"SmsStatus": {"received"}, "ApiVersion": {"2010-04-01"},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.sms, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("X-Twilio-Signature", provider.SignTwilio(d.config.PublicURL+"/inbound/sms", form, d.file.Twilio.AuthToken))
	answer, err := p.client.Do(request)
	if err != nil {
		return err
	}
	body, _ := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s: %s", answer.Status, bytes.TrimSpace(body))
	}
	workflowID := "inbound/default/sms/" + form.Get("MessageSid")
	started := p.executions.take(workflowID)
	var result workflows.InboundMessageResult
	if err := d.temporal.GetWorkflow(ctx, workflowID, started.Execution).Get(ctx, &result); err != nil {
		return err
	}
	if result.Outcome != message.OutcomeOptedOut {
		return fmt.Errorf("message %s came to %s", result.Message, result.Outcome)
	}
	return nil
}

// executions is a starter that remembers what it started: waiting for a run by
// its workflow id alone costs a look-up that the floor doesn't pay.
type executions struct {
	webhook.EntryStarter
	started sync.Map
}

// Start implements webhook.EntryStarter.
func (e *executions) Start(ctx context.Context, entry webhook.Entry) (workflows.Started, error) {
	started, err := e.EntryStarter.Start(ctx, entry)
	e.started.Store(entry.WorkflowID, started)
	return started, err
}

func (e *executions) take(workflowID string) workflows.Started {
	value, _ := e.started.LoadAndDelete(workflowID)
	started, _ := value.(workflows.Started)
	return started
}

// serveTo serves the installation's webhooks through another starter and returns
// the address of the welcome campaign's.
func serveTo(t *testing.T, d *dev, starter *executions) string {
	t.Helper()
	starter.EntryStarter, d.starter = d.starter, starter
	handler, err := d.handler(t.Context(), webhook.NewLauncher(webhook.LauncherOptions{Starter: starter}))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.serveHTTP(listener, handler)
	_, path, _ := strings.Cut(d.hooks[welcomeCampaign], "/hooks/")
	return "http://" + listener.Addr().String() + "/hooks/" + path
}

func benchPhone(i int) string { return fmt.Sprintf("+1555%07d", 2_000_000+i) }

// seedBenchPeople adds one person for each opt-out of the bench.
func seedBenchPeople(t *testing.T, d *dev) {
	t.Helper()
	workspace, _ := d.workspace(message.DefaultWorkspace)
	count := benchRounds*benchRuns + 200
	people := make([]store.PutPerson, count)
	for i := range people {
		phone, _ := json.Marshal(benchPhone(i))
		people[i] = store.PutPerson{
			ID: fmt.Sprintf("bench-%d", i), Attributes: map[string]json.RawMessage{"phone": phone},
			Stamp: message.NewStamp(time.Unix(0, 0), "bench", i),
		}
	}
	if err := d.store.PutPeople(t.Context(), workspace, people); err != nil {
		t.Fatal(err)
	}
}

// sample is what one round of one kind took.
type sample struct {
	elapsed   time.Duration
	latencies []time.Duration
}

func (s sample) rate() float64 { return float64(len(s.latencies)) / s.elapsed.Seconds() }

// measure runs do count times, some at once, and panics when one fails: a
// figure of failed runs would be worth nothing.
func measure(count int, do func(i int) error, first int) sample {
	var (
		wait  sync.WaitGroup
		next  = make(chan int)
		taken = make([]time.Duration, count)
	)
	started := time.Now()
	for range benchConcurrency {
		wait.Go(func() {
			for i := range next {
				at := time.Now()
				if err := do(first + i); err != nil {
					panic(err)
				}
				taken[i] = time.Since(at)
			}
		})
	}
	for i := range count {
		next <- i
	}
	close(next)
	wait.Wait()
	return sample{elapsed: time.Since(started), latencies: taken}
}

// summarise takes the median rate of the rounds and the quantiles of all.
func summarise(samples []sample) benchFigures {
	var rates []float64
	var all []time.Duration
	for _, s := range samples {
		rates = append(rates, s.rate())
		all = append(all, s.latencies...)
	}
	slices.Sort(all)
	quantile := func(q float64) float64 {
		return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000
	}
	return benchFigures{RunsPerSecond: median(rates), P50: quantile(.5), P99: quantile(.99)}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func printResults(results benchResults) {
	row := func(name string, f benchFigures) {
		fmt.Printf("%-44s %7.1f runs/s   p50 %6.1f ms   p99 %6.1f ms\n", name, f.RunsPerSecond, f.P50, f.P99)
	}
	row("(a) empty workflow, started eagerly", results.Floor)
	row("(b) opt-out campaign through HTTP", results.OptOut)
	row("(c) STOP through /inbound/sms", results.Inbound)
	fmt.Printf("b/a %.2f (by round %.2f)\n", results.Ratio, results.Ratios)
	fmt.Printf("c/a %.2f (by round %.2f)\n", results.InboundRatio, results.InboundRatios)
	for _, b := range results.Batches {
		fmt.Printf("batch update of %d people on %-10s %7.0f people/s, bare SQL %7.0f, ratio %.2f\n",
			b.People, b.Database, b.PeoplePerSecond, b.BarePerSecond, b.Ratio)
	}
}
