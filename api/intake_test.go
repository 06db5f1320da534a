package api_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"replyflow/api"
	"replyflow/internal/store"
)

// cutOff is a database that can't be reached, or that never answers.
type cutOff struct {
	api.Store
	hangs bool
}

func (c cutOff) fail(ctx context.Context) error {
	if c.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("10.0.0.1:5432: connection refused")}
}

func (c cutOff) IntakeStatus(ctx context.Context, _ string) (store.IntakeStatus, error) {
	return store.IntakeStatus{}, c.fail(ctx)
}

func (c cutOff) ListDeadIntake(ctx context.Context, _ string, _ int, _ string) (store.IntakePage, error) {
	return store.IntakePage{}, c.fail(ctx)
}

func (c cutOff) ReplayDeadIntake(ctx context.Context, _, _ string) error { return c.fail(ctx) }

// TestIntakeInAnOutage: without the database, what waits in the spool and what
// fails is told; what only the table knows is a 503.
func TestIntakeInAnOutage(t *testing.T) {
	t.Parallel()
	since := testNow.Add(-time.Hour)
	local := api.ServerIntake{
		Spooled: 10, SpooledBytes: 2_000, Damaged: 1, DamagedFiles: []string{"/spool/1.seg.corrupt"},
		Temporal: api.IntakeState{Configured: true, FailingSince: &since, Reason: "down"},
		Table:    api.IntakeState{Configured: true}, Spool: api.IntakeState{Configured: true},
	}
	for _, hangs := range []bool{false, true} {
		b := &bench{t: t}
		router := mux.NewRouter().UseEncodedPath().SkipClean(true)
		api.New(api.Options{
			Store: cutOff{hangs: hangs}, Keys: []api.Key{api.NewKey("default", "test", testKey)}, Workspaces: testWorkspace,
			Intake: func(context.Context) api.ServerIntake { return local }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
			Now: func() time.Time { return testNow },
		}).Register(router)
		server := httptest.NewServer(router)
		t.Cleanup(server.Close)
		b.url = server.URL

		var status api.IntakeStatus
		got := b.must(http.StatusOK, "GET", "/api/v1/intake", "")
		got.decode(t, &status)
		if status.Waiting != nil || status.Dead != nil || !strings.Contains(got.body, `"waiting":null`) {
			t.Errorf("counted what can't be reached: %s", got.body)
		}
		if status.Spooled != 10 || status.Damaged != 1 || !status.Temporal.FailingSince.Equal(since) {
			t.Errorf("status %s", got.body)
		}
		if status.Table.FailingSince == nil || !status.Table.FailingSince.Equal(testNow) || status.Table.Reason == "" {
			t.Errorf("the table: %s", got.body)
		}
		for _, asked := range [][2]string{{"GET", "/intake/dead"}, {"POST", "/intake/dead/x/replay"}} {
			told := b.refused(http.StatusServiceUnavailable, asked[0], "/api/v1"+asked[1], "")
			if !strings.Contains(told.Detail, "can't be reached") || strings.Contains(told.Detail, "10.0.0.1") {
				t.Errorf("%s: %s", asked[1], told.Detail)
			}
		}
	}
}

func TestIntake(t *testing.T) {
	t.Parallel()
	b := setup(t)
	entry := func(id, workspace string, dead bool) store.IntakeEntry {
		return store.IntakeEntry{ID: id, Workspace: workspace, Kind: "inbound_message", WorkflowID: id, ArrivedAt: testNow, Dead: dead, Reason: "no"}
	}
	err := b.store.AppendIntake(t.Context(), []store.IntakeEntry{
		entry("a", "default", false), entry("b/c", "default", true), entry("d", "other", true),
	})
	if err != nil {
		t.Fatal(err)
	}
	var status api.IntakeStatus
	b.must(http.StatusOK, "GET", "/api/v1/intake", "").decode(t, &status)
	if *status.Waiting != 1 || *status.Dead != 1 || !status.Oldest.Equal(testNow) {
		t.Errorf("status %+v", status)
	}
	var list api.DeadDeliveries
	b.must(http.StatusOK, "GET", "/api/v1/intake/dead", "").decode(t, &list)
	if len(list.Dead) != 1 || list.Dead[0].ID != "b/c" || list.Dead[0].Reason != "no" {
		t.Errorf("dead %+v", list)
	}
	b.refused(http.StatusNotFound, "POST", "/api/v1/intake/dead/d/replay", "")
	b.must(http.StatusNoContent, "POST", "/api/v1/intake/dead/b%2Fc/replay", "")
	b.must(http.StatusOK, "GET", "/api/v1/intake", "").decode(t, &status)
	if *status.Waiting != 2 || *status.Dead != 0 {
		t.Errorf("after the replay %+v", status)
	}
}
