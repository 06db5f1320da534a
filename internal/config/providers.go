package config

import (
	"fmt"
	"slices"
)

// Provider is a carrier of messages, as far as the configuration must know it.
type Provider struct {
	// Name is what a sender's provider says.
	Name string
	// Check says what is wrong with a sender's settings: which one, empty for the
	// sender as a whole, and why. Both are empty when nothing is.
	Check func(Sender) (setting, problem string)
}

// providers are filled by init functions only, one for each provider's file, so
// that a provider is known by being there.
var providers []Provider

// RegisterProvider makes a provider known. It panics when the name is taken: two
// providers can't share one.
func RegisterProvider(p Provider) {
	if slices.ContainsFunc(providers, func(known Provider) bool { return known.Name == p.Name }) {
		panic(fmt.Sprintf("config: two providers are called %q", p.Name))
	}
	providers = append(providers, p)
}

// provider asks the sender's provider whether its settings will do.
func (c *checker) provider(path string, sender Sender) {
	names := make([]string, len(providers))
	for i, p := range providers {
		names[i] = p.Name
		if p.Name != sender.Provider {
			continue
		}
		if setting, problem := p.Check(sender); problem != "" {
			c.report(below(path, setting), "%s", problem)
		}
	}
	slices.Sort(names)
	c.oneOf(path+".provider", sender.Provider, names...)
}
