package activities

import (
	"context"
	"strings"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/phone"
)

// NormalizeSender normalises the address that a message came from: to the
// address that consent is kept by, and to the numbers under which people may be
// stored. What is no number stays as it is and is said to be none.
func (a *Activities) NormalizeSender(_ context.Context, in inbound.NormalizeSenderInput) (inbound.NormalizeSenderResult, error) {
	workspace, err := a.messageWorkspace(in.Workspace)
	if err != nil {
		return inbound.NormalizeSenderResult{}, err
	}
	result := inbound.NormalizeSenderResult{Raw: in.From}
	number, reason := senderNumber(in, workspace.Region)
	if reason == "" {
		result.E164, result.Region = number.E164, number.Region
		result.Address = phone.Canonical(number.E164)
		result.Candidates = candidates(number.E164)
		result.Why = in.From + " is " + result.Address
		if result.Address != number.E164 {
			result.Why += ", written as " + number.E164
		}
		return result, nil
	}
	result.Address = otherAddress(in)
	result.Why = "no phone number: " + reason + "; kept as " + result.Address
	return result, nil
}

// senderNumber is the number of who wrote: the address itself, else the phone or
// WhatsApp id that the provider gives beside it. The reason is empty on success.
func senderNumber(in inbound.NormalizeSenderInput, region string) (phone.Number, string) {
	written := []string{in.From}
	if in.Channel == message.WhatsApp && in.From != "" && strings.Trim(in.From, "0123456789") == "" {
		// A WhatsApp id is a number with its country code and without the plus,
		// whatever the workspace's region is.
		written = []string{"+" + in.From}
	}
	for _, alias := range in.Aliases {
		switch alias.Kind {
		case message.AliasPhone:
			written = append(written, alias.Value)
		case message.AliasWAID:
			written = append(written, "+"+strings.TrimPrefix(alias.Value, "+"))
		}
	}
	reason := ""
	for _, text := range written {
		number, err := phone.NormalizeAddress(text, region)
		switch {
		case err == nil && number.Key() != "":
			return number, ""
		case err == nil:
			err = errExtension
		}
		if reason == "" {
			reason = err.Error()
		}
	}
	return phone.Number{}, reason
}

var errExtension = &phone.Refusal{Reason: "a number with an extension is many people's"}

// candidates are the ways in which a number may be stored, the most exact first.
func candidates(e164 string) []string {
	found := []string{e164}
	for _, variant := range phone.Variants(e164) {
		if variant != e164 {
			found = append(found, variant)
		}
	}
	return found
}

// otherAddress is what consent is kept by when there is no number: a WhatsApp
// user id, a short code, else the text as it came.
func otherAddress(in inbound.NormalizeSenderInput) string {
	for _, alias := range in.Aliases {
		if alias.Kind == message.AliasBSUID {
			return "bsuid:" + alias.Value
		}
	}
	if phone.ShortCode(in.From) {
		return strings.TrimSpace(in.From)
	}
	return "id:" + strings.TrimSpace(in.From)
}
