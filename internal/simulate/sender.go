package simulate

import (
	"fmt"
	"strings"

	"replyflow/internal/config"
	"replyflow/internal/message"
	"replyflow/internal/phone"
	"replyflow/internal/provider"
	"replyflow/internal/suggest"
)

const (
	twilioProvider  = "twilio"
	metaProvider    = "meta"
	gatewayProvider = "gateway"
)

// What a sender is made of that nobody has configured. The address and the account
// are those of the development server's sample sender.
const (
	simulatedAddress       = "+15550100100"
	simulatedAccount       = "AC00000000000000000000000000000001"
	simulatedPhoneNumberID = "simulated"
)

// simulatedStranger writes a message that doesn't say who does: somebody does
// write each.
const simulatedStranger = "+15555550199"

// addressee is what a payload says of the sender of ours that it was written to.
type addressee struct {
	channel message.Channel
	// provider is set when the payload's shape is one provider's.
	provider      string
	name, address string
	phoneNumberID string
}

// senderOf is the sender that a message was written to: of those that are
// configured, or without a configuration one like it. The payload names it; else
// the trigger does, or it is the first one of the channel. dropped says why there
// is none.
func (r Request) senderOf(to addressee) (sender provider.Sender, dropped string) {
	trigger := r.Definition.Trigger.Inbound
	named := to.name != "" || to.address != ""
	if to.channel == "" && (!named || r.Senders == nil) {
		to.channel = message.Channel(trigger.Channel)
	}
	if !named && len(trigger.Senders) > 0 {
		return r.senderAmong(to, trigger.Senders)
	}
	return r.find(to)
}

// senderAmong is the first that fits of the senders that the trigger names. What
// one provider posted may be for another sender than those.
func (r Request) senderAmong(to addressee, names []string) (sender provider.Sender, dropped string) {
	for _, name := range names {
		one := to
		one.name = name
		if sender, dropped := r.find(one); dropped == "" {
			return sender, ""
		}
	}
	if to.provider == "" {
		to.name = names[0]
	}
	return r.find(to)
}

// find is the sender that is meant.
func (r Request) find(to addressee) (sender provider.Sender, dropped string) {
	if r.Senders == nil {
		return r.imagined(to), ""
	}
	for _, sender := range r.Senders {
		if to.fits(sender) {
			return sender, ""
		}
	}
	return provider.Sender{}, r.noSender(to)
}

// fits reports whether a configured sender is the one that is meant.
func (to addressee) fits(sender provider.Sender) bool {
	switch {
	case to.channel != "" && sender.Channel != string(to.channel):
		return false
	case to.provider != "" && sender.Provider != to.provider:
		return false
	case to.name != "" && sender.Name != to.name && !hasAddress(sender, to.name):
		return false
	}
	return to.address == "" || hasAddress(sender, to.address)
}

// hasAddress reports whether an address is one of a sender's: a number however it
// is written, anything else as it stands.
func hasAddress(sender provider.Sender, written string) bool {
	_, bare, prefixed := strings.Cut(written, ":")
	if !prefixed {
		bare = written
	}
	number, err := phone.NormalizeAddress(bare, sender.Region)
	for _, own := range append([]string{sender.Address, sender.MessagingService}, sender.Numbers...) {
		if own != "" && strings.EqualFold(own, bare) {
			return true
		}
		ours, ownErr := phone.NormalizeAddress(own, sender.Region)
		if err == nil && ownErr == nil && ours.Key() != "" && phone.Canonical(ours.Key()) == phone.Canonical(number.Key()) {
			return true
		}
	}
	return false
}

// imagined is a sender that nobody has configured: the payload and the trigger say
// what they know of it.
func (r Request) imagined(to addressee) provider.Sender {
	sender := provider.Sender{Workspace: r.Workspace.Key, Region: r.Workspace.Region, Sender: config.Sender{
		Name: to.name, Channel: string(to.channel), Provider: to.provider, Account: simulatedAccount, Address: to.address,
		PhoneNumberID: to.phoneNumberID,
	}}
	if sender.Channel == "" {
		sender.Channel = string(message.SMS)
	}
	if sender.Provider == "" {
		sender.Provider = twilioProvider
	}
	if sender.Address == "" {
		sender.Address = simulatedAddress
	}
	if sender.PhoneNumberID == "" {
		sender.PhoneNumberID = simulatedPhoneNumberID
	}
	sender.FillDefaults()
	return sender
}

// noSender says that no sender is the one that is meant.
func (r Request) noSender(to addressee) string {
	var names []string
	for _, sender := range r.Senders {
		names = append(names, sender.Name)
	}
	meant := "sender"
	if to.provider != "" {
		meant = "sender through " + to.provider
	}
	if to.channel != "" {
		meant += " for " + string(to.channel)
	}
	switch near, found := suggest.Nearest(to.name, names); {
	case to.name != "" && found:
		return fmt.Sprintf("the workspace has no %s that is called %s (did you mean %s?)", meant, to.name, near)
	case to.name != "":
		return fmt.Sprintf("the workspace has no %s that is called %s; it has %s", meant, to.name, listed(names))
	case to.address != "":
		return fmt.Sprintf("the workspace has no %s with the address %s: a message to it is dropped", meant, to.address)
	}
	return fmt.Sprintf("the workspace has no %s; it has %s", meant, listed(names))
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none at all"
	}
	return strings.Join(names, ", ")
}

// addressOf is an address of a sender that somebody may write to.
func addressOf(sender provider.Sender) string {
	if sender.Address == "" && len(sender.Numbers) > 0 {
		return sender.Numbers[0]
	}
	if sender.Address == "" {
		return simulatedAddress
	}
	return sender.Address
}
