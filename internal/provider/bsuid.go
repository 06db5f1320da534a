package provider

import (
	"regexp"

	"replyflow/internal/message"
)

// A business-scoped user id is a country, a dot, and up to 128 letters and digits;
// the parent's has ENT in it. WhatsApp gives it for somebody whose number it keeps.
var (
	bsuid       = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}$`)
	parentBSUID = regexp.MustCompile(`^[A-Z]{2}\.ENT\.`)
)

func isBSUID(id string) bool { return bsuid.MatchString(id) }

func bsuidKind(id string) message.AliasKind {
	if parentBSUID.MatchString(id) {
		return message.AliasParentBSUID
	}
	return message.AliasBSUID
}
