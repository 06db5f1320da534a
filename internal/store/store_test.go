package store

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"replyflow/internal/condition"
	"replyflow/internal/message"
	"replyflow/internal/pgtest"
)

// workspace is the one that tests work in.
var workspace = message.Workspace{Key: message.DefaultWorkspace, Region: "US", PhoneAttributes: []string{"phone", "work_phone"}}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// suite is every test of the store's contract. Each runs on both engines, each
// with a database of its own.
var suite = map[string]func(t *testing.T, s *Store){
	"activity log":          testActivityLog,
	"api keys":              testAPIKeys,
	"attribute names":       testAttributeNames,
	"batch attributes":      testBatchAttributes,
	"batch concurrency":     testBatchConcurrency,
	"batch limit":           testBatchLimit,
	"batch log":             testBatchLog,
	"batch order":           testBatchOrder,
	"batch pages":           testBatchPages,
	"batch pages decided":   testBatchPagesDecided,
	"batch phone":           testBatchPhone,
	"batch random writes":   testBatchRandomWrites,
	"batch repeated":        testBatchRepeated,
	"begin run":             testBeginRun,
	"begin run at once":     testBeginRunAtOnce,
	"campaigns":             testCampaigns,
	"campaigns at once":     testCampaignsAtOnce,
	"conditions":            testConditions,
	"conditions at random":  testConditionsAtRandom,
	"delete person":         testDeletePerson,
	"invalid input":         testInvalidInput,
	"list people":           testListPeople,
	"migrate again":         testMigrateAgain,
	"put people":            testPutPeople,
	"put person":            testPutPerson,
	"put person at once":    testPutPersonAtOnce,
	"record run":            testRecordRun,
	"runs":                  testRuns,
	"samples":               testSamples,
	"seed campaigns":        testSeedCampaigns,
	"update person":         testUpdatePerson,
	"update person at once": testUpdatePersonAtOnce,
	"values":                testValues,
}

func TestStore(t *testing.T) {
	t.Parallel()
	for engine, open := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			for name, test := range suite {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, open(t))
				})
			}
		})
	}
}

// engines open a migrated database that the test has to itself.
var engines = map[string]func(t testing.TB) *Store{
	"postgres": func(t testing.TB) *Store {
		return opened(t, pgtest.DSN(t, func(dsn string) error {
			s, err := Open(context.Background(), dsn)
			if err != nil {
				return err
			}
			return errors.Join(s.Migrate(context.Background()), s.Close())
		}))
	},
	"sqlite": func(t testing.TB) *Store {
		s := opened(t, "sqlite://"+filepath.Join(t.TempDir(), "a folder?#%.db"))
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s
	},
}

func opened(t testing.TB, dsn string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// attrs reads attributes from JSON.
func attrs(t testing.TB, text string) map[string]json.RawMessage {
	t.Helper()
	var read map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return read
}

// stampAt is a stamp some seconds after noon.
func stampAt(seconds int) message.Stamp {
	return message.NewStamp(noon.Add(time.Duration(seconds)*time.Second), "test", 0)
}

// put writes attributes at noon.
func put(t testing.TB, s *Store, id, attributes string) Person {
	t.Helper()
	return putAt(t, s, id, attributes, 0)
}

func putAt(t testing.TB, s *Store, id, attributes string, seconds int) Person {
	t.Helper()
	person, _, err := s.PutPerson(t.Context(), workspace, PutPerson{ID: id, Attributes: attrs(t, attributes), Stamp: stampAt(seconds)})
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// wantAttributes compares a person's attributes, numbers by their digits.
func wantAttributes(t testing.TB, s *Store, id, want string) {
	t.Helper()
	person, err := s.GetPerson(t.Context(), workspace.Key, id)
	if err != nil {
		t.Fatalf("person %s: %v", id, err)
	}
	if got := string(encode(person.Attributes)); got != want {
		t.Errorf("%s has %s, want %s", id, got, want)
	}
}

func where(t testing.TB, text string) condition.Condition {
	t.Helper()
	parsed, err := condition.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return parsed
}

// batchOf is a batch update that takes effect some seconds after noon.
func batchOf(t testing.TB, run, condition, set string, seconds int) BatchUpdate {
	t.Helper()
	return BatchUpdate{
		RunID: run, Node: "0#1", Campaign: "c", Where: where(t, condition), Set: attrs(t, set), Limit: 1000,
		Stamp: stampAt(seconds), Now: noon,
	}
}

func runBatch(t testing.TB, s *Store, update BatchUpdate) BatchResult {
	t.Helper()
	result, err := s.BatchUpdate(t.Context(), workspace, update)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func wantInvalid(t testing.TB, err error) {
	t.Helper()
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("got error %v, want ErrInvalid", err)
	}
}
