package store

import (
	"context"
	"fmt"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
)

// ResolvePeople finds everyone who has an address: by an exact alias, then by the
// number, then by another way of writing it, when exactly one of those is anybody's.
func (s *Store) ResolvePeople(ctx context.Context, in inbound.ResolvePeopleInput) (inbound.ResolvePeopleResult, error) {
	q := s.read()
	address, match, err := q.followAliases(ctx, in)
	if err != nil {
		return inbound.ResolvePeopleResult{}, err
	}
	result := inbound.ResolvePeopleResult{Address: address, Match: inbound.MatchNone}
	candidates := in.Candidates
	if match == inbound.MatchAlias {
		candidates = []string{address}
	}
	if err := q.matchNumbers(ctx, in.Workspace, candidates, &result); err != nil {
		return result, err
	}
	if result.Match != inbound.MatchNone && match == inbound.MatchAlias {
		result.Match = inbound.MatchAlias
	}
	result.Why = resolutionStory(result)
	return result, nil
}

// followAliases finds the address that one of the message's other names leads to,
// when its own address is no number.
func (q session) followAliases(ctx context.Context, in inbound.ResolvePeopleInput) (string, inbound.Match, error) {
	const statement = "SELECT address FROM aliases WHERE workspace = ? AND channel = ? AND kind = ? AND value = ?"
	if len(in.Candidates) > 0 {
		return in.Address, inbound.MatchNone, nil
	}
	for _, alias := range in.Aliases {
		if alias.Kind == message.AliasUsername {
			continue
		}
		var found []string
		if err := q.list(ctx, &found, statement, in.Workspace, in.Channel, alias.Kind, storable(alias.Value)); err != nil {
			return "", "", err
		}
		if len(found) > 0 {
			return found[0], inbound.MatchAlias, nil
		}
	}
	return in.Address, inbound.MatchNone, nil
}

// matchNumbers looks for people under the candidates: the first is the number as
// it was written, the others are variants of it, which count only when one of
// them alone is anybody's.
func (q session) matchNumbers(ctx context.Context, workspace string, candidates []string, result *inbound.ResolvePeopleResult) error {
	matched := 0
	for i, candidate := range candidates {
		people, count, err := q.peopleWith(ctx, workspace, candidate)
		if err != nil {
			return err
		}
		if count == 0 {
			continue
		}
		if i == 0 {
			result.Match, result.People, result.Count = inbound.MatchPhone, people, count
			return nil
		}
		matched++
		result.Match, result.People, result.Count = inbound.MatchVariant, people, count
	}
	if matched > 1 {
		result.Match, result.People, result.Count = inbound.MatchNone, nil, 0
	}
	return nil
}

// peopleWith are those who have a number, the oldest profile first.
func (q session) peopleWith(ctx context.Context, workspace, number string) ([]inbound.Person, int, error) {
	const (
		list  = "SELECT internal_id, id FROM people WHERE workspace = ? AND phone = ? ORDER BY created_at, id LIMIT ?"
		total = "SELECT count(*) FROM people WHERE workspace = ? AND phone = ?"
	)
	var rows []struct {
		Internal int64  `db:"internal_id"`
		ID       string `db:"id"`
	}
	if err := q.list(ctx, &rows, list, workspace, number, inbound.MaxPeople+1); err != nil {
		return nil, 0, err
	}
	count := len(rows)
	if count > inbound.MaxPeople {
		rows = rows[:inbound.MaxPeople]
		if err := q.get(ctx, &count, total, workspace, number); err != nil {
			return nil, 0, err
		}
	}
	people := make([]inbound.Person, len(rows))
	for i, row := range rows {
		people[i] = inbound.Person{ID: row.ID, Internal: row.Internal}
	}
	return people, count, nil
}

func resolutionStory(result inbound.ResolvePeopleResult) string {
	switch result.Count {
	case 0:
		return "nobody has this address: the message is anonymous"
	case 1:
		return fmt.Sprintf("1 person has it (found by %s)", result.Match)
	}
	return fmt.Sprintf("%d people have it (found by %s): the oldest profile gets the message", result.Count, result.Match)
}
