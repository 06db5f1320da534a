package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/consent"
	"replyflow/internal/message"
	"replyflow/internal/phone"
	"replyflow/internal/store"
)

// LedgerEntry is a change of consent with its evidence.
type LedgerEntry struct {
	Channel     message.Channel  `json:"channel"`
	Address     string           `json:"address"`
	Sender      string           `json:"sender,omitempty" doc:"The sender that was written to, or that it was recorded for."`
	Scope       consent.Scope    `json:"scope" doc:"What it covers: sender:…, service:… or workspace."`
	Lane        consent.Lane     `json:"lane" doc:"Who said so: keyword, preference, block or staff."`
	Category    message.Category `json:"category"`
	Action      consent.Action   `json:"action" enum:"out,in,lift" doc:"lift ends an opt-out and is nothing otherwise."`
	Review      bool             `json:"review,omitempty" doc:"It holds until somebody has decided."`
	EffectiveAt time.Time        `json:"effective_at"`
	RecordedAt  time.Time        `json:"recorded_at"`
	Rule        string           `json:"rule" doc:"The rule that decided; docs/consent.md says what each means."`
	Keyword     string           `json:"keyword,omitempty"`
	Source      string           `json:"source" doc:"message, preference, status or api."`
	Message     string           `json:"message,omitempty" doc:"The id of the message that caused it."`
	Actor       string           `json:"actor"`
	Person      string           `json:"person,omitempty" doc:"Who had the number then."`
	Reason      string           `json:"reason,omitempty"`
	Evidence    json.RawMessage  `json:"evidence" doc:"The words and addresses behind it; null once they were erased."`
}

// Ledger is a part of what is known of an address's consent, newest first.
type Ledger struct {
	Address string        `json:"address"`
	Entries []LedgerEntry `json:"entries" nullable:"false"`
	Next    string        `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

type (
	ledgerInput struct {
		Address string `path:"address" doc:"The number in any notation, or the address as outputs have it, percent-encoded."`
		Page
	}
	ledgerOutput struct{ Body Ledger }
)

func (a *API) addConsent(api huma.API) {
	handle(api, operation(http.MethodGet, "/consent/{address}", "get-consent", "consent", "Show every change of an address's consent, with its evidence"), a.getLedger)
}

func (a *API) getLedger(ctx context.Context, in *ledgerInput) (*ledgerOutput, error) {
	workspace, err := a.callerSettings(ctx)
	if err != nil {
		return nil, a.answerError(ctx, "reading the ledger", "", err)
	}
	address := consentAddress(workspace, in.Address)
	page, err := a.store.ListLedger(ctx, workspace.Key, address, in.Limit, in.Cursor)
	if err != nil {
		return nil, a.answerError(ctx, "reading the ledger", "", err)
	}
	out := &ledgerOutput{}
	out.Body.Address, out.Body.Next = address, page.Next
	out.Body.Entries = make([]LedgerEntry, len(page.Entries))
	for i, entry := range page.Entries {
		out.Body.Entries[i] = newLedgerEntry(entry)
	}
	return out, nil
}

// consentAddress is the address that consent is kept by.
func consentAddress(workspace message.Workspace, written string) string {
	written = strings.TrimSpace(written)
	spellings := []string{written}
	if written != "" && strings.Trim(written, "0123456789") == "" {
		// A WhatsApp id is a number without its plus.
		spellings = append(spellings, "+"+written)
	}
	for _, spelling := range spellings {
		if number, err := phone.NormalizeAddress(spelling, workspace.Region); err == nil && number.Key() != "" {
			return phone.Canonical(number.E164)
		}
	}
	return written
}

func newLedgerEntry(entry store.LedgerEntry) LedgerEntry {
	shown := LedgerEntry{
		Channel: entry.Channel, Address: entry.Address, Sender: entry.Sender, Scope: entry.Scope, Lane: entry.Lane, Category: entry.Category,
		Action: entry.Action, Review: entry.Review, EffectiveAt: entry.EffectiveAt, RecordedAt: entry.RecordedAt, Rule: entry.Rule,
		Keyword: entry.Keyword, Source: entry.Source, Actor: entry.Actor, Person: entry.Person, Reason: entry.Reason,
		Evidence: orNull(json.RawMessage(entry.Evidence)),
	}
	if entry.Source == "message" {
		shown.Message = entry.SourceID
	}
	return shown
}
