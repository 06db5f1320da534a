package telemetry

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestIntakeMetrics: what can't be counted is absent, not zero.
func TestIntakeMetrics(t *testing.T) {
	t.Parallel()
	metrics := NewMetrics()
	now := Intake{
		Deliveries: map[string]uint64{"temporal": 3, "refused": 0}, Relayed: 2, Failing: map[string]bool{"temporal": true, "spool": false},
		Spool: &IntakeSpool{Waiting: 4, Damaged: 1}, Table: &IntakeTable{Waiting: 5, Dead: 6},
	}
	metrics.WatchIntake(func() Intake { return now })
	scrape := func() string {
		answer := httptest.NewRecorder()
		metrics.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		return answer.Body.String()
	}
	text := scrape()
	for _, line := range []string{
		`replyflow_intake_deliveries_total{sink="temporal"} 3`, `replyflow_intake_deliveries_total{sink="refused"} 0`,
		`replyflow_intake_relayed_entries_total 2`, `replyflow_intake_sink_failing{sink="temporal"} 1`, `replyflow_intake_sink_failing{sink="spool"} 0`,
		`replyflow_intake_waiting_entries{sink="spool"} 4`, `replyflow_intake_waiting_entries{sink="table"} 5`,
		`replyflow_intake_dead_entries 6`, `replyflow_intake_damaged_entries 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s is missing in:\n%s", line, text)
		}
	}
	now.Table, now.Spool = nil, nil
	if text := scrape(); strings.Contains(text, "intake_waiting_entries") || strings.Contains(text, "intake_dead_entries") || strings.Contains(text, "intake_damaged") {
		t.Errorf("counted what can't be:\n%s", text)
	}
}
