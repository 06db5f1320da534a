package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/message"
)

func init() {
	suite["updates of the same numbers at once"] = testUpdatesAtOnce
	suite["consent from everywhere in any order"] = testConsentInAnyOrder
	suite["consent from everywhere at once"] = testConsentAtOnce
}

// told is a change of consent that some source reports: a time of its own, so
// that nothing but the time orders it.
type told struct {
	id     string
	lane   consent.Lane
	action consent.Action
	at     time.Time
}

// tell records a change in the way in which its lane is told of changes.
func (c told) tell(t *testing.T, s *Store, address string) error {
	update := message.Update{
		Key: c.id, Channel: message.SMS, Sender: message.SenderRef{Workspace: workspace.Key, Address: testSender}, ArrivedAt: noon.Add(24 * time.Hour),
	}
	var err error
	switch c.lane {
	case consent.LaneKeyword:
		_, err = s.RecordMessage(t.Context(), workspace, said{c.id, c.action, int(c.at.Sub(noon).Seconds()), false}.record(address))
	case consent.LanePreference:
		verdict := message.VerdictOptOut
		if c.action == consent.In {
			verdict = message.VerdictOptIn
		}
		update.Preference = &message.Preference{From: address, Category: message.CategoryAll, Verdict: verdict, At: c.at}
		_, err = s.RecordUpdates(t.Context(), workspace, []message.Update{update}, scopeOfTest, noon)
	case consent.LaneBlock:
		update.Status = &message.DeliveryStatus{
			ProviderID: c.id, Status: "undelivered", To: address, At: &c.at, ErrorCode: "21610",
			OptOut: &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"},
		}
		_, err = s.RecordUpdates(t.Context(), workspace, []message.Update{update}, scopeOfTest, noon)
	case consent.LaneStaff:
		err = s.RecordConsents(t.Context(), workspace.Key, []RecordConsent{{
			Channel: message.SMS, Address: address, Scope: testScopes[0], Category: message.CategoryAll, Action: c.action,
			EffectiveAt: c.at, Reason: "asked", Actor: "test", Sender: testSender, ID: c.id, Now: noon,
		}})
	}
	return err
}

// inOrder is the state that changes give one after the other, in the order in
// which they took effect: written down without the marks that the store keeps.
func inOrder(changes []told) (out, in bool) {
	sorted := slices.Clone(changes)
	slices.SortFunc(sorted, func(a, b told) int { return a.at.Compare(b.at) })
	lanes := map[consent.Lane]consent.Action{}
	for _, change := range sorted {
		switch {
		case change.action != consent.Lift:
			lanes[change.lane] = change.action
		case lanes[change.lane] == consent.Out:
			lanes[change.lane] = consent.In
		}
	}
	for _, state := range lanes {
		out = out || state == consent.Out
		in = in || state == consent.In
	}
	return out, in && !out
}

// randomChanges are changes of random lanes, each at another second.
func randomChanges(random *rand.Rand, prefix string, count int) []told {
	possible := map[consent.Lane][]consent.Action{
		consent.LaneKeyword:    {consent.Out, consent.In, consent.Lift},
		consent.LanePreference: {consent.Out, consent.In},
		consent.LaneBlock:      {consent.Out},
		consent.LaneStaff:      {consent.Out, consent.In},
	}
	// One or two lanes in a round: of more, one that is out would hide the others.
	all := []consent.Lane{consent.LaneKeyword, consent.LanePreference, consent.LaneStaff, consent.LaneKeyword, consent.LanePreference, consent.LaneStaff, consent.LaneBlock}
	lanes := []consent.Lane{all[random.IntN(3)], all[random.IntN(len(all))]}
	seconds := random.Perm(3600)
	changes := make([]told, count)
	for i := range changes {
		lane := lanes[random.IntN(len(lanes))]
		actions := possible[lane]
		changes[i] = told{fmt.Sprintf("%s-%d", prefix, i), lane, actions[random.IntN(len(actions))], noon.Add(time.Duration(seconds[i]) * time.Second)}
	}
	return changes
}

func wantState(t *testing.T, s *Store, address string, changes []told) {
	t.Helper()
	got, err := s.ConsentState(t.Context(), workspace.Key, message.SMS, address, testTarget)
	if err != nil {
		t.Fatal(err)
	}
	if out, in := inOrder(changes); got.OptedOut != out || got.OptedIn != in {
		t.Errorf("%+v gave %+v, want out %v, in %v", changes, got, out, in)
	}
	ledger, err := s.ListLedger(t.Context(), workspace.Key, address, maxPage, "")
	if err != nil || len(ledger.Entries) != len(changes) {
		t.Errorf("the ledger has %d entries for %d changes, %v", len(ledger.Entries), len(changes), err)
	}
}

// testConsentInAnyOrder: whatever is said by whom, in whatever order it is
// recorded and how often, the state is that of the order in which it took effect.
func testConsentInAnyOrder(t *testing.T, s *Store) {
	random := rand.New(rand.NewPCG(3, 4))
	for round := range 120 {
		address := fmt.Sprintf("+1555030%04d", round)
		changes := randomChanges(random, fmt.Sprintf("r%d", round), 1+random.IntN(9))
		deliveries := slices.Concat(changes, changes[:random.IntN(len(changes)+1)])
		random.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
		for _, change := range deliveries {
			if err := change.tell(t, s, address); err != nil {
				t.Fatal(err)
			}
		}
		wantState(t, s, address, changes)
	}
}

// testConsentAtOnce: many sources speak of one number at the same time, each twice.
func testConsentAtOnce(t *testing.T, s *Store) {
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 8 {
		address := fmt.Sprintf("+1555040%04d", round)
		changes := randomChanges(random, fmt.Sprintf("c%d", round), 24)
		var all sync.WaitGroup
		for _, change := range slices.Concat(changes, changes) {
			all.Go(func() {
				if err := change.tell(t, s, address); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		wantState(t, s, address, changes)
	}
}

// testUpdatesAtOnce: reports about the same numbers, in one order and the other, at
// the same time.
func testUpdatesAtOnce(t *testing.T, s *Store) {
	var all sync.WaitGroup
	for writer := range 4 {
		all.Go(func() {
			for call := range 4 {
				updates := make([]message.Update, 10)
				for i := range updates {
					updates[i] = message.Update{
						Key: fmt.Sprintf("k-%d-%d-%d", writer, call, i), Channel: message.SMS, ArrivedAt: noon,
						Sender: message.SenderRef{Workspace: workspace.Key, Address: testSender},
						Status: &message.DeliveryStatus{
							ProviderID: fmt.Sprintf("SM-%d-%d-%d", writer, call, i), Status: "failed", To: fmt.Sprintf("+1555010012%d", i), ErrorCode: "21610",
							OptOut: &message.ProviderOptOut{Category: message.CategoryAll, Rule: "twilio_21610"},
						},
					}
				}
				if writer%2 == 1 {
					slices.Reverse(updates)
				}
				if _, err := s.RecordUpdates(t.Context(), workspace, updates, scopeOfTest, noon); err != nil {
					t.Errorf("writer %d: %v", writer, err)
				}
			}
		})
	}
	all.Wait()
}
