package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"replyflow/internal/consent"
	"replyflow/internal/message"
	"replyflow/internal/store"
)

// OptOut is a sender whose messages a person doesn't want.
type OptOut struct {
	Channel message.Channel  `json:"channel" enum:"sms,whatsapp"`
	Sender  string           `json:"sender" doc:"Our sender: its address, else its messaging service." example:"+15550100100"`
	Since   time.Time        `json:"since"`
	Lane    consent.Lane     `json:"lane" doc:"Who said so: keyword, preference, block or staff; review while somebody has to decide."`
	Scope   string           `json:"scope,omitempty" doc:"service or workspace when it covers more than this sender."`
	For     message.Category `json:"category" enum:"all,marketing" doc:"What isn't wanted: everything, or marketing."`
}

// AddressOptOut is a sender whose messages an address doesn't want.
type AddressOptOut struct {
	OptOut
	Address string   `json:"address" example:"+15550100123"`
	People  []string `json:"people" nullable:"false" doc:"Whom it holds for: everybody who has the number, or whoever brought it along from a number before."`
	OptedIn bool     `json:"-"`
}

// OptOutsPage is a part of a list of opt-outs.
type OptOutsPage struct {
	OptOuts []AddressOptOut `json:"optouts" nullable:"false"`
	Next    string          `json:"next,omitempty" doc:"The cursor of the next page; missing on the last."`
}

// PersonOptOut is whether a person wants a sender's messages.
type PersonOptOut struct {
	Channel  message.Channel  `json:"channel" enum:"sms,whatsapp"`
	Sender   string           `json:"sender"`
	OptOut   bool             `json:"optout"`
	OptedIn  bool             `json:"opted_in" doc:"Whether there is an opt-in, and not only no opt-out."`
	Category message.Category `json:"category" enum:"all,marketing"`
	Since    *time.Time       `json:"since,omitempty"`
	Lane     consent.Lane     `json:"lane,omitempty"`
	Scope    string           `json:"scope,omitempty" doc:"service or workspace when it covers more than this sender."`
}

// PersonOptOuts is a person's consent towards each sender.
type PersonOptOuts struct {
	OptOuts []PersonOptOut `json:"optouts" nullable:"false"`
}

// SetOptOut records what staff or another system know of a person's wish.
type SetOptOut struct {
	Channel     message.Channel  `json:"channel" enum:"sms,whatsapp"`
	Sender      string           `json:"sender" doc:"Our sender, by address or name." minLength:"1"`
	OptOut      bool             `json:"optout"`
	Category    message.Category `json:"category,omitempty" enum:"all,marketing" doc:"all unless said otherwise."`
	Reason      string           `json:"reason,omitempty" doc:"Why; opting in needs one."`
	Evidence    string           `json:"evidence,omitempty" doc:"What proves it."`
	EffectiveAt *time.Time       `json:"effective_at,omitempty" doc:"When it took effect, not in the future; now unless said otherwise."`
}

type (
	optOutsInput struct {
		Channel string `query:"channel" enum:"sms,whatsapp" doc:"Keep those of this channel."`
		Sender  string `query:"sender" doc:"Keep those of this sender, by address or name."`
		Page
	}
	optOutsOutput   struct{ Body OptOutsPage }
	setOptOutsInput struct {
		ID   string `path:"id" doc:"The person's id, percent-encoded."`
		Body struct {
			OptOuts []SetOptOut `json:"optouts" minItems:"1" maxItems:"100" nullable:"false"`
		}
	}
	personOptOutsOutput struct{ Body PersonOptOuts }
)

func (a *API) addOptOuts(api huma.API) {
	handle(api, operation(http.MethodGet, "/optouts", "list-optouts", "consent", "List who is opted out of what, now"), a.listOptOuts)
	handle(api, operation(http.MethodGet, "/people/{id}/optouts", "get-person-optouts", "consent", "Show a person's consent towards each sender"), a.getPersonOptOuts)
	set := operation(http.MethodPut, "/people/{id}/optouts", "put-person-optouts", "consent", "Record a person's wish")
	set.Description = "It is recorded for the person's number, in a lane of its own: what staff record lifts only what staff recorded, never a typed STOP. Opting in needs a reason. While a wish in other words waits for a decision, optout true confirms it and false dismisses it, and nobody is opted in by that."
	handle(api, set, a.putPersonOptOuts)
}

func (a *API) listOptOuts(ctx context.Context, in *optOutsInput) (*optOutsOutput, error) {
	senders := a.sendersOf(caller(ctx), in.Channel, in.Sender)
	if in.Sender != "" && len(senders) == 0 {
		return nil, refuseField("query.sender", a.unknownSender(caller(ctx), in.Sender))
	}
	page, err := a.store.ListOptedOutAddresses(ctx, caller(ctx), store.AddressConsentQuery{Channel: in.Channel, Limit: in.Limit, Cursor: in.Cursor})
	if err != nil {
		return nil, a.answerError(ctx, "listing opt-outs", "", err)
	}
	out := &optOutsOutput{}
	out.Body.Next, out.Body.OptOuts = page.Next, []AddressOptOut{}
	for _, known := range page.Addresses {
		out.Body.OptOuts = append(out.Body.OptOuts, optOutsOfAddress(known, senders)...)
	}
	return out, nil
}

func optOutsOfAddress(known store.AddressConsent, senders []Sender) []AddressOptOut {
	var found []AddressOptOut
	for _, sender := range senders {
		if sender.Channel != known.Channel {
			continue
		}
		state := func(target consent.Target) consent.State { return consent.Status(known.Rows, target) }
		if optOut, out := optOutOf(sender, state); out {
			found = append(found, AddressOptOut{OptOut: optOut, Address: known.Address, People: known.People})
			continue
		}
		for _, mover := range known.Movers {
			state := func(target consent.Target) consent.State { return mover.Consent.State(sender.Channel, target) }
			if optOut, out := optOutOf(sender, state); out {
				found = append(found, AddressOptOut{OptOut: optOut, Address: known.Address, People: []string{mover.ID}})
			}
		}
	}
	return found
}

// optOutOf is what is opted out of: everything from the sender, else its
// marketing, else nothing.
func optOutOf(sender Sender, state func(consent.Target) consent.State) (OptOut, bool) {
	for _, category := range []message.Category{message.CategoryAll, message.CategoryMarketing} {
		if found := state(sender.target(category)); found.OptedOut {
			return OptOut{
				Channel: sender.Channel, Sender: sender.Address, Since: *found.Since, Lane: found.Lane,
				Scope: scopeName(found.Scope), For: category,
			}, true
		}
	}
	return OptOut{}, false
}

// scopeName is empty for a scope that covers one sender.
func scopeName(scope consent.Scope) string {
	switch {
	case scope == consent.WorkspaceScope:
		return "workspace"
	case strings.HasPrefix(string(scope), "service:"):
		return "service"
	}
	return ""
}

// optOuts are what a person has opted out of.
func (a *API) optOuts(ctx context.Context, person store.Person) ([]OptOut, error) {
	known, err := a.store.GetPersonConsent(ctx, caller(ctx), person)
	if err != nil {
		return nil, err
	}
	found := []OptOut{}
	for _, sender := range a.senders(caller(ctx)) {
		state := func(target consent.Target) consent.State { return known.State(sender.Channel, target) }
		if optOut, out := optOutOf(sender, state); out {
			found = append(found, optOut)
		}
	}
	return found, nil
}

func (a *API) getPersonOptOuts(ctx context.Context, in *personInput) (*personOptOutsOutput, error) {
	person, err := a.store.GetPerson(ctx, caller(ctx), in.ID)
	if err != nil {
		return nil, a.answerError(ctx, "reading the person", noSuchPerson, err)
	}
	known, err := a.store.GetPersonConsent(ctx, caller(ctx), person)
	if err != nil {
		return nil, a.answerError(ctx, "reading the person's consent", noSuchPerson, err)
	}
	out := &personOptOutsOutput{}
	out.Body.OptOuts = []PersonOptOut{}
	for _, sender := range a.senders(caller(ctx)) {
		state, category := known.State(sender.Channel, sender.target(message.CategoryAll)), message.CategoryAll
		if marketing := known.State(sender.Channel, sender.target(message.CategoryMarketing)); marketing.OptedOut && !state.OptedOut {
			state, category = marketing, message.CategoryMarketing
		}
		out.Body.OptOuts = append(out.Body.OptOuts, PersonOptOut{
			Channel: sender.Channel, Sender: sender.Address, OptOut: state.OptedOut, OptedIn: state.OptedIn, Category: category,
			Since: state.Since, Lane: state.Lane, Scope: scopeName(state.Scope),
		})
	}
	return out, nil
}

func (a *API) putPersonOptOuts(ctx context.Context, in *setOptOutsInput) (*personOptOutsOutput, error) {
	person, err := a.store.GetPerson(ctx, caller(ctx), in.ID)
	if err != nil {
		return nil, a.answerError(ctx, "reading the person", noSuchPerson, err)
	}
	known, err := a.store.GetPersonConsent(ctx, caller(ctx), person)
	if err != nil {
		return nil, a.answerError(ctx, "reading the person's consent", noSuchPerson, err)
	}
	if known.Address == "" {
		return nil, huma.Error422UnprocessableEntity("The person has no phone number that can be read, and consent is kept by number: set one first.")
	}
	records, err := a.consentRecords(ctx, in.Body.OptOuts, person.ID, known.Address)
	if err != nil {
		return nil, err
	}
	if err := a.store.RecordConsents(ctx, caller(ctx), records); err != nil {
		return nil, a.answerError(ctx, "recording the consent", noSuchPerson, err)
	}
	return a.getPersonOptOuts(ctx, &personInput{ID: in.ID})
}

// earliestYear is before any consent to be texted.
const earliestYear = 1970

func (a *API) consentRecords(ctx context.Context, set []SetOptOut, person, address string) ([]store.RecordConsent, error) {
	now, request := a.now().UTC(), randomWriter()
	var records []store.RecordConsent
	for i, wish := range set {
		at := fmt.Sprintf("body.optouts[%d]", i)
		senders := a.sendersOf(caller(ctx), string(wish.Channel), wish.Sender)
		switch {
		case len(senders) == 0:
			return nil, refuseField(at+".sender", a.unknownSender(caller(ctx), wish.Sender))
		case !wish.OptOut && strings.TrimSpace(wish.Reason) == "":
			return nil, refuseField(at+".reason", "opting in needs a reason: who asked for it, and how")
		case wish.EffectiveAt != nil && wish.EffectiveAt.Year() < earliestYear:
			return nil, refuseField(at+".effective_at", "it lies before 1970; leave it out for now")
		case wish.EffectiveAt != nil && wish.EffectiveAt.After(now):
			return nil, refuseField(at+".effective_at", "it lies in the future; the server's clock says "+now.Format(time.RFC3339))
		}
		for _, sender := range senders {
			record := wish.record(sender, now)
			record.Address, record.Person, record.ID = address, person, fmt.Sprintf("api-%s-%d", request, i)
			records = append(records, record)
		}
	}
	return records, nil
}

// record is what is recorded for one of the senders that a wish names.
func (s SetOptOut) record(sender Sender, now time.Time) store.RecordConsent {
	record := store.RecordConsent{
		Channel: s.Channel, Scope: sender.Own, Category: cmp.Or(s.Category, message.CategoryAll), Action: consent.In, EffectiveAt: now,
		Reason: s.Reason, Evidence: s.Evidence, Actor: "api", Sender: sender.Address, Now: now,
	}
	if s.OptOut {
		record.Action = consent.Out
	}
	if s.EffectiveAt != nil {
		record.EffectiveAt = *s.EffectiveAt
	}
	return record
}
