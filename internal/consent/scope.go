package consent

// The values of a sender's consent_scope.
const (
	ScopeSender    = "sender"
	ScopeService   = "service"
	ScopeWorkspace = "workspace"
)

// ScopeFor is the scope that consent given to a sender gets, by the sender's
// consent_scope. Empty is service for a number in a messaging service, else sender.
func ScopeFor(configured, address, service string) Scope {
	switch {
	case configured == ScopeWorkspace:
		return WorkspaceScope
	case service != "" && (configured == ScopeService || configured == ""):
		return ServiceScope(service)
	}
	return SenderScope(address)
}

// Applicable are the scopes that cover a sender, the narrowest first: its own, its
// messaging service's, and the workspace's. All count whatever consent_scope says
// today: an opt-out outlives a change of the configuration.
func Applicable(address, service string) []Scope {
	scopes := []Scope{SenderScope(address)}
	if service != "" {
		scopes = append(scopes, ServiceScope(service))
	}
	return append(scopes, WorkspaceScope)
}
