package store

import (
	"encoding/json"
	"fmt"
	"testing"

	"replyflow/internal/message"
)

// BenchmarkOptOut is the store's share of a data-only run: claim, update by
// phone, record.
func BenchmarkOptOut(b *testing.B) {
	for engine, open := range engines {
		b.Run(engine, func(b *testing.B) {
			s := open(b)
			addPeople(b, s, "p", "free", 5000)
			put(b, s, "ann", `{"phone": "+15550100123"}`)
			update := batchOf(b, "r", "person.phone is +15550100123", `{"out": true}`, 1)
			step := message.Step{Node: "0#1", Name: "n", Type: "branch", At: noon, Result: json.RawMessage("true")}
			round := 0
			for b.Loop() {
				round++
				key := fmt.Sprint(round)
				begin(b, s, beginOf(key, "one"))
				update.RunID = "c." + key
				update.Set = attrs(b, fmt.Sprintf(`{"out": %d}`, round))
				runBatch(b, s, update)
				record(b, s, key, "one", message.StatusCompleted, step)
			}
		})
	}
}

// BenchmarkPages updates 100,000 people page by page.
func BenchmarkPages(b *testing.B) {
	for engine, open := range engines {
		b.Run(engine, func(b *testing.B) {
			s := open(b)
			addPeople(b, s, "p", "free", 100_000)
			round := 0
			for b.Loop() {
				round++
				update := batchOf(b, fmt.Sprint("r", round), "person.plan is free", fmt.Sprintf(`{"out": %d}`, round), round)
				update.Limit = 100_000
				if _, err := s.BatchBegin(b.Context(), workspace, update); err != nil {
					b.Fatal(err)
				}
				for {
					progress, err := s.BatchPage(b.Context(), workspace, update)
					if err != nil {
						b.Fatal(err)
					}
					if progress.Done {
						break
					}
				}
			}
		})
	}
}
