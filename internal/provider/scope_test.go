package provider

import (
	"slices"
	"testing"

	"replyflow/internal/config"
	"replyflow/internal/consent"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	const one, two = "+15550100101", "+15550100102"
	service := config.Sender{MessagingService: "MG1", Numbers: []string{one, two}, ConsentScope: consent.ScopeService}
	perNumber := service
	perNumber.ConsentScope = consent.ScopeSender
	plain := config.Sender{Address: one, ConsentScope: consent.ScopeSender}
	everywhere := plain
	everywhere.ConsentScope = consent.ScopeWorkspace
	cases := []struct {
		name   string
		sender config.Sender
		to     string
		own    consent.Scope
		covers []consent.Scope
	}{
		{"one number", plain, one, consent.SenderScope(one), []consent.Scope{consent.SenderScope(one), consent.WorkspaceScope}},
		{"one number for all", everywhere, one, consent.WorkspaceScope, []consent.Scope{consent.SenderScope(one), consent.WorkspaceScope}},
		{"a service", service, "1 (555) 010-0102", consent.ServiceScope("MG1"),
			[]consent.Scope{consent.SenderScope(one), consent.SenderScope(two), consent.ServiceScope("MG1"), consent.WorkspaceScope, consent.SenderScope("MG1")}},
		{"a service, by number", perNumber, two, consent.SenderScope(two), []consent.Scope{consent.SenderScope(two), consent.ServiceScope("MG1"), consent.WorkspaceScope, consent.SenderScope("MG1")}},
	}
	for _, c := range cases {
		sender := Sender{Workspace: "default", Region: "US", Sender: c.sender}
		if got := sender.Scope(c.to); got != c.own {
			t.Errorf("%s: a consent covers %s, want %s", c.name, got, c.own)
		}
		got := sender.Scopes(c.to)
		for _, want := range c.covers {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %v lacks %s", c.name, got, want)
			}
		}
		if len(got) != len(c.covers) {
			t.Errorf("%s: covered by %v, want %v", c.name, got, c.covers)
		}
		if !slices.Contains(got, sender.Scope(c.to)) {
			t.Errorf("%s: its own scope doesn't cover it", c.name)
		}
	}
}
