package store

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

func init() {
	suite["the earliest copy of a message counts"] = testEarliestCopyCounts
	suite["copies of a message at once"] = testCopiesAtOnce
}

// copies are deliveries of one message, the first at its own time and each further
// one up to an hour later, as several executions record them.
func copies(random *rand.Rand, change told, address string) []RecordMessage {
	second := int(change.at.Sub(noon).Seconds())
	records := make([]RecordMessage, 1+random.IntN(3))
	for i := range records {
		late := 0
		if i > 0 {
			late = 1 + random.IntN(3600)
		}
		records[i] = said{change.id, change.action, second + late, false}.record(address)
		records[i].Input.Execution, records[i].Input.Copy = fmt.Sprintf("%s-%d", change.id, i), i > 0
	}
	return records
}

// keywordChanges are random words of one number, and the copies of their messages
// in a random order.
func keywordChanges(random *rand.Rand, prefix, address string) (changes []told, deliveries []RecordMessage) {
	actions := []consent.Action{consent.Out, consent.In, consent.Lift}
	seconds := random.Perm(3600)
	for i := range 2 + random.IntN(6) {
		change := told{
			fmt.Sprintf("%s-%d", prefix, i), consent.LaneKeyword, actions[random.IntN(len(actions))], noon.Add(time.Duration(seconds[i]) * time.Second),
		}
		changes = append(changes, change)
		deliveries = append(deliveries, copies(random, change, address)...)
	}
	random.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
	return changes, deliveries
}

// testEarliestCopyCounts: a copy that waited is recorded after one that didn't,
// and what was said takes effect when the first of them arrived.
func testEarliestCopyCounts(t *testing.T, s *Store) {
	random := rand.New(rand.NewPCG(7, 8))
	for round := range 120 {
		address := fmt.Sprintf("+1555050%04d", round)
		changes, deliveries := keywordChanges(random, fmt.Sprintf("e%d", round), address)
		for _, delivery := range deliveries {
			mustRecord(t, s, delivery)
		}
		wantState(t, s, address, changes)
		for _, change := range changes {
			stored, err := s.GetMessage(t.Context(), workspace.Key, change.id)
			if err != nil || !stored.EffectiveAt.Equal(change.at) || !stored.ArrivedAt.Equal(change.at) {
				t.Errorf("message %s of %s is of %s, arrived %s: %v", change.id, change.at, stored.EffectiveAt, stored.ArrivedAt, err)
			}
		}
	}
	later := mustRecord(t, s, said{"two", consent.Out, 20, false}.record(annNumber))
	earlier := said{"two", consent.Out, 10, false}.record(annNumber)
	earlier.Input.Execution, earlier.Input.Copy = "another", true
	if result := mustRecord(t, s, earlier); later.Duplicate || !result.Duplicate || result.OptedOut() {
		t.Errorf("the earlier copy is %+v after %+v", result, later)
	}
	state, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, annNumber, testTarget)
	if err != nil || !state.OptedOut || !state.Since.Equal(noon.Add(10*time.Second)) {
		t.Errorf("opted out %+v, %v", state, err)
	}
}

// testCopiesAtOnce: the same, with every copy recorded at the same time.
func testCopiesAtOnce(t *testing.T, s *Store) {
	random := rand.New(rand.NewPCG(9, 10))
	for round := range 12 {
		address := fmt.Sprintf("+1555060%04d", round)
		changes, deliveries := keywordChanges(random, fmt.Sprintf("a%d", round), address)
		var all sync.WaitGroup
		for _, delivery := range deliveries {
			all.Go(func() {
				if _, err := s.RecordMessage(t.Context(), workspace, delivery); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		wantState(t, s, address, changes)
	}
}
