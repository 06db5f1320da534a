package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"replyflow/internal/consent"
	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// ScopeOf says what a consent towards a sender covers, given at one of its numbers;
// number is empty where the provider doesn't say which. It is false for a sender that
// isn't configured.
type ScopeOf func(sender message.SenderRef, number string) (consent.Scope, bool)

// RecordUpdates writes what a provider reported beside messages, in one
// transaction, each update once.
func (s *Store) RecordUpdates(ctx context.Context, workspace message.Workspace, updates []message.Update, scope ScopeOf, now time.Time) (inbound.RecordUpdatesResult, error) {
	var result inbound.RecordUpdatesResult
	err := s.write(ctx, func(tx session) error {
		result = inbound.RecordUpdatesResult{}
		if err := tx.lockUpdates(ctx, workspace.Key); err != nil {
			return err
		}
		u := updater{session: tx, workspace: workspace, scope: scope, now: now, result: &result}
		for _, update := range updates {
			if err := u.record(ctx, update); err != nil {
				return err
			}
		}
		return nil
	})
	result.Why = fmt.Sprintf("%d statuses, %d preferences, %d changed ids, %d others; %d opted out, %d repeated",
		result.Statuses, result.Preferences, result.Identities, result.Others, result.OptedOut, result.Repeated)
	return result, err
}

// lockUpdates lets one call after the other record updates: two that are about the
// same people in another order would lock each other out. SQLite has one writer.
func (q session) lockUpdates(ctx context.Context, workspace string) error {
	return q.lockAddress(ctx, workspace, "updates")
}

// updater records the updates of one call.
type updater struct {
	session
	workspace message.Workspace
	scope     ScopeOf
	now       time.Time
	result    *inbound.RecordUpdatesResult
}

func (u updater) record(ctx context.Context, update message.Update) error {
	const statement = `INSERT INTO provider_updates (workspace, key, kind, arrived_at, raw) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (workspace, key) DO NOTHING`
	added, err := u.exec(ctx, statement, u.workspace.Key, update.Key, storable(updateKind(update)), u.store.dialect.time(update.ArrivedAt),
		storable(string(update.Raw)))
	if err != nil {
		return err
	}
	if added == 0 {
		u.result.Repeated++
		return nil
	}
	switch {
	case update.Status != nil:
		u.result.Statuses++
		return u.recordStatus(ctx, update, *update.Status)
	case update.Preference != nil:
		u.result.Preferences++
		return u.recordPreference(ctx, update, *update.Preference)
	case update.Identity != nil:
		u.result.Identities++
		return u.recordIdentity(ctx, update, *update.Identity)
	}
	u.result.Others++
	return nil
}

func updateKind(update message.Update) string {
	switch {
	case update.Status != nil:
		return "status"
	case update.Preference != nil:
		return "preference"
	case update.Identity != nil:
		return "identity"
	}
	return update.Other
}

// ranks order the statuses of a message of ours: none moves it backwards.
var ranks = map[string]int{
	"accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4, "delivered": 5, "read": 6, "played": 7,
	"undelivered": 8, "failed": 8, "canceled": 8,
}

func (u updater) recordStatus(ctx context.Context, update message.Update, status message.DeliveryStatus) error {
	sent, err := u.findSent(ctx, update, status)
	if err != nil {
		return err
	}
	if sent.ID != "" && ranks[status.Status] > ranks[sent.Status] {
		if err := u.moveSent(ctx, sent, status); err != nil {
			return err
		}
	}
	if status.OptOut == nil || sent.Address == "" {
		return nil
	}
	sender := update.Sender
	if sent.SenderName != "" {
		sender = message.SenderRef{Workspace: u.workspace.Key, Name: sent.SenderName, Address: sent.Sender}
	}
	own, known := u.scope(sender, status.From)
	if !known {
		// It was renamed or taken away since.
		own, _ = u.scope(update.Sender, status.From)
	}
	u.result.OptedOut++
	return u.recordBlock(ctx, u.workspace.Key, sent, *status.OptOut, own, status.ErrorCode, update.Key, u.now)
}

// findSent finds the message of ours that a status is about. Another system may
// have sent it: then the status alone says whom it was for.
func (u updater) findSent(ctx context.Context, update message.Update, status message.DeliveryStatus) (sentMessage, error) {
	const (
		columns = `SELECT id, channel, sender, sender_name, address, effective_at, status, purpose, provider_id,
			(SELECT p.id FROM people p WHERE p.workspace = messages.workspace AND p.internal_id = messages.person) AS person
			FROM messages WHERE workspace = ? AND direction = 'out' AND `
		byOurs  = columns + "id = ?"
		byTheir = columns + "provider_id = ?"
	)
	var sent sentMessage
	err := error(ErrNotFound)
	if status.SendID != "" {
		err = u.get(ctx, &sent, byOurs, u.workspace.Key, storable(status.SendID))
	}
	if errors.Is(err, ErrNotFound) && status.ProviderID != "" {
		err = u.get(ctx, &sent, byTheir, u.workspace.Key, storable(status.ProviderID))
	}
	if err == nil && sent.Address == "" {
		// Whom it was for has been erased; the provider knows.
		sent.Address, err = u.consentAddress(ctx, update.Channel, status.To, status.Aliases)
	}
	if !errors.Is(err, ErrNotFound) {
		return sent, err
	}
	at := update.ArrivedAt
	if status.At != nil && status.At.Before(at) {
		at = *status.At
	}
	address, err := u.consentAddress(ctx, update.Channel, status.To, status.Aliases)
	return sentMessage{Channel: update.Channel, Sender: update.Sender.Address, Address: address, SentAt: moment{at}}, err
}

// moveSent moves a message of ours to a status. When that is the first that is
// heard of it, the log hears of it here: whoever sent it finds it done.
func (u updater) moveSent(ctx context.Context, sent sentMessage, status message.DeliveryStatus) error {
	const statement = `UPDATE messages SET status = ?, error_code = ?, provider_id = CASE WHEN provider_id = '' THEN ? ELSE provider_id END
		WHERE workspace = ? AND id = ?`
	_, err := u.exec(ctx, statement, storable(status.Status), storable(status.ErrorCode), storable(status.ProviderID), u.workspace.Key, sent.ID)
	if err != nil || sent.ProviderID != "" || !slices.Contains([]string{sendBegun, sendPutOff, SendUnknown}, sent.Status) {
		return err
	}
	return u.logAnswer(ctx, u.workspace.Key, sent, SendResult{
		Status: status.Status, ErrorCode: status.ErrorCode, Why: "the provider says " + storable(status.Status) + " (code " + storable(status.ErrorCode) + ")",
	})
}

// recordPreference records what a person set in the provider's settings.
func (u updater) recordPreference(ctx context.Context, update message.Update, preference message.Preference) error {
	address, err := u.consentAddress(ctx, update.Channel, preference.From, preference.Aliases)
	if err != nil {
		return err
	}
	if address == "" || preference.Verdict != message.VerdictOptOut && preference.Verdict != message.VerdictOptIn {
		return nil
	}
	for _, alias := range preference.Aliases {
		if strings.HasPrefix(address, namelessPrefix) || alias.Kind != message.AliasBSUID && alias.Kind != message.AliasParentBSUID {
			continue
		}
		if _, err := u.addAlias(ctx, u.workspace.Key, update.Channel, alias, address); err != nil {
			return err
		}
	}
	own, _ := u.scope(update.Sender, "")
	action, rule := consent.Out, "provider_preference_stop"
	if preference.Verdict == message.VerdictOptIn {
		action, rule = consent.In, "provider_preference_resume"
	} else {
		u.result.OptedOut++
	}
	return u.recordChange(ctx, ledgerEntry{
		workspace: u.workspace.Key, channel: update.Channel, address: address,
		event: consent.Event{
			Scope: own, Lane: consent.LanePreference, Category: preference.Category, Action: action, At: cut(preference.At), ID: update.Key,
		},
		source: sourcePreference, sourceID: update.Key, rule: rule, actor: "person", sender: update.Sender.Address, recordedAt: u.now,
	}, Evidence{From: preference.From, Given: preference.Detail}, messageData{
		Channel: update.Channel, Rule: rule, Verdict: preference.Verdict, Why: "the person said so in the provider's settings",
	})
}

// consentAddress is the address that consent is kept by, of what a provider
// calls somebody: a number, or one of their names. Empty when there is neither.
func (u updater) consentAddress(ctx context.Context, channel message.Channel, written string, aliases []message.Alias) (string, error) {
	const find = "SELECT address FROM aliases WHERE workspace = ? AND channel = ? AND kind = ? AND value = ?"
	for _, text := range numbersOf(channel, written, aliases) {
		if number, err := phone.NormalizeAddress(text, u.workspace.Region); err == nil && number.Key() != "" {
			return phone.Canonical(number.E164), nil
		}
	}
	own := ""
	for _, alias := range aliases {
		if alias.Value == "" || alias.Kind == message.AliasUsername {
			continue
		}
		var found []string
		if err := u.list(ctx, &found, find, u.workspace.Key, channel, alias.Kind, storable(alias.Value)); err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0], nil
		}
		if own == "" && alias.Kind == message.AliasBSUID {
			own = storable(namelessPrefix + alias.Value)
		}
	}
	return own, nil
}

func numbersOf(channel message.Channel, written string, aliases []message.Alias) []string {
	var found []string
	add := func(text string) {
		if channel == message.WhatsApp && text != "" && strings.Trim(text, "0123456789") == "" {
			// A WhatsApp id is a number without its plus.
			text = "+" + text
		}
		if text != "" {
			found = append(found, text)
		}
	}
	add(written)
	for _, alias := range aliases {
		if alias.Kind == message.AliasPhone || alias.Kind == message.AliasWAID {
			add(alias.Value)
		}
	}
	return found
}
