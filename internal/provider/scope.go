package provider

import "replyflow/internal/consent"

// The values of a sender's consent_scope.
const (
	scopeService   = "service"
	scopeWorkspace = "workspace"
)

// Scope is what a consent covers that somebody gives by writing to the sender's
// number to, or that the API records for the sender when to is empty.
func (s Sender) Scope(to string) consent.Scope {
	switch {
	case s.ConsentScope == scopeWorkspace:
		return consent.WorkspaceScope
	case s.ConsentScope == scopeService && s.MessagingService != "":
		return consent.ServiceScope(s.MessagingService)
	}
	return consent.SenderScope(s.number(to))
}

// Scopes are all that cover the sender, when something is sent from its number
// from: its own scope and every wider or narrower one in which a consent may have
// been given, also before the configuration was changed.
func (s Sender) Scopes(from string) []consent.Scope {
	scopes := []consent.Scope{s.Scope(from)}
	add := func(scope consent.Scope) {
		for _, known := range scopes {
			if known == scope {
				return
			}
		}
		scopes = append(scopes, scope)
	}
	if s.MessagingService != "" {
		add(consent.ServiceScope(s.MessagingService))
	}
	add(consent.SenderScope(s.number(from)))
	if s.ConsentScope != "sender" {
		// The service may send from any of its numbers.
		for _, number := range s.Numbers {
			add(consent.SenderScope(number))
		}
	}
	add(consent.WorkspaceScope)
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
