package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/pgtest"
	"replyflow/internal/store"
)

// benchPeople is how many people a measured batch update changes.
const benchPeople = 100_000

// batchFigure compares a batch update with the statement that a person with a
// SQL prompt would write for it.
type batchFigure struct {
	Database        string  `json:"database"`
	People          int     `json:"people"`
	PeoplePerSecond float64 `json:"people_per_second"`
	BarePerSecond   float64 `json:"bare_sql_people_per_second"`
	Ratio           float64 `json:"ratio"`
}

// bareUpdates set one attribute on everybody with another, and nothing else: no
// effective time, no log, no count of what changed.
var bareUpdates = map[string]string{
	"sqlite": `UPDATE people SET attributes = jsonb_set(attributes, '$.bare', json('true'))
		WHERE workspace = 'default' AND attributes ->> '$.plan' = 'free'`,
	"postgres": `UPDATE people SET attributes = jsonb_set(attributes, '{bare}', 'true')
		WHERE workspace = 'default' AND attributes ->> 'plan' = 'free'`,
}

func measureBatches(t *testing.T) []batchFigure {
	sqlite := filepath.Join(t.TempDir(), "bench.db")
	postgres := pgtest.EmptyDSN(t)
	return []batchFigure{
		measureBatch(t, "sqlite", "sqlite://"+sqlite, "sqlite", "file:"+sqlite+"?_pragma=busy_timeout(5000)&_txlock=immediate"),
		measureBatch(t, "postgres", postgres, "pgx", postgres),
	}
}

func measureBatch(t *testing.T, engine, dsn, driver, bareDSN string) batchFigure {
	ctx := t.Context()
	db, err := store.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	workspace := message.Workspace{Key: message.DefaultWorkspace, Region: "US", PhoneAttributes: []string{"phone"}}
	seedFreePeople(t, db, workspace)

	bare, err := sqlx.Connect(driver, bareDSN)
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	if _, err := bare.Exec(bareUpdates[engine]); err != nil {
		t.Fatal(err)
	}
	bareTook := time.Since(started)
	_ = bare.Close()

	took := runPagedBatch(t, db, workspace)
	figure := batchFigure{
		Database: engine, People: benchPeople,
		PeoplePerSecond: benchPeople / took.Seconds(), BarePerSecond: benchPeople / bareTook.Seconds(),
	}
	figure.Ratio = figure.PeoplePerSecond / figure.BarePerSecond
	return figure
}

func seedFreePeople(t *testing.T, db *store.Store, workspace message.Workspace) {
	t.Helper()
	people := make([]store.PutPerson, benchPeople)
	for i := range people {
		phone, _ := json.Marshal(fmt.Sprintf("+1556%07d", i))
		people[i] = store.PutPerson{
			ID:         fmt.Sprintf("free-%d", i),
			Attributes: map[string]json.RawMessage{"phone": phone, "plan": json.RawMessage(`"free"`)},
			Stamp:      message.NewStamp(time.Unix(0, 0), "bench", i),
		}
	}
	if err := db.PutPeople(t.Context(), workspace, people); err != nil {
		t.Fatal(err)
	}
}

// runPagedBatch updates everybody as the activity does, page by page.
func runPagedBatch(t *testing.T, db *store.Store, workspace message.Workspace) time.Duration {
	t.Helper()
	where, err := condition.Parse("person.plan is free")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	update := store.BatchUpdate{
		RunID: "bench.batch", Node: "0#1", Campaign: "bench", Where: where,
		Set:   map[string]json.RawMessage{"sms_unsubscribe": json.RawMessage("true")},
		Limit: 2 * benchPeople, Stamp: message.NewStamp(now, "bench.batch", 1), Now: now,
	}
	started := time.Now()
	progress, err := db.BatchBegin(t.Context(), workspace, update)
	for err == nil && !progress.Done {
		progress, err = db.BatchPage(t.Context(), workspace, update)
	}
	if err != nil {
		t.Fatal(err)
	}
	if progress.Changed != benchPeople {
		t.Fatalf("changed %d people, want %d", progress.Changed, benchPeople)
	}
	return time.Since(started)
}
