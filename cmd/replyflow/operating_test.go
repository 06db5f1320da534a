package main

import (
	"os"
	"strings"
	"testing"

	"replyflow/internal/provider"
)

// TestOperatingNamesEveryAddress: a proxy that is set up by the page must let
// everything through that a provider calls, and a campaign's webhooks.
func TestOperatingNamesEveryAddress(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(data), "\n## Addresses for the outside\n")
	page, _, _ = strings.Cut(page, "\n## ")
	paths := []string{"/hooks/{token}"}
	for _, p := range provider.All() {
		for _, endpoint := range p.Endpoints() {
			paths = append(paths, endpoint.Path)
		}
	}
	for _, path := range paths {
		if !strings.Contains(page, " "+path+"` |") {
			t.Errorf("%s isn't named", path)
		}
	}
}
