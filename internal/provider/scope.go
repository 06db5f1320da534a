package provider

import (
	"slices"

	"replyflow/internal/consent"
)

// Scope is what a consent covers that somebody gives by writing to the sender's
// number to, or that the API records for the sender when to is empty.
func (s Sender) Scope(to string) consent.Scope {
	return consent.ScopeFor(s.ConsentScope, s.number(to), s.MessagingService)
}

// ByNumber are the sender's numbers when each keeps consent of its own: a messaging
// service whose consent_scope is sender. Else there are none.
func (s Sender) ByNumber() []string {
	if s.MessagingService == "" || s.ConsentScope != consent.ScopeSender {
		return nil
	}
	return s.Numbers
}

// Scopes are all that cover the sender, when something is sent from its number
// from: its own scope and every wider or narrower one in which a consent may have
// been given, also before the configuration was changed.
func (s Sender) Scopes(from string) []consent.Scope {
	scopes := consent.Applicable(s.number(from), s.MessagingService)
	if own := consent.SenderScope(s.Ref().Address); !slices.Contains(scopes, own) {
		// What is known of the service and not of a number holds for all of them.
		scopes = append(scopes, own)
	}
	if s.ConsentScope == consent.ScopeSender {
		return scopes
	}
	// The service may send from any of its numbers.
	for _, number := range s.Numbers {
		if scope := consent.SenderScope(number); !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// number is the one of the sender's numbers that is meant, as it is configured.
func (s Sender) number(written string) string {
	for _, number := range s.Numbers {
		if s.same(number, written) {
			return number
		}
	}
	return s.Ref().Address
}
