package message

import (
	"slices"
	"time"
)

// DefaultWorkspace is the key of the one workspace that an installation has
// when its configuration names none.
const DefaultWorkspace = "default"

// Workspace is what reading and writing people needs to know of a workspace's
// configuration.
type Workspace struct {
	Key string `json:"key"`
	// Region is the ISO 3166 region that national phone numbers are read in.
	Region string `json:"region"`
	// PhoneAttributes are compared as numbers; the first identifies people.
	PhoneAttributes []string `json:"phone_attributes"`
	// ReplyWindow is how long after a message of ours somebody's message counts as
	// an answer to it.
	ReplyWindow time.Duration `json:"reply_window,omitempty"`
	// KeepAnonymous leaves messages of strangers anonymous when they become people.
	KeepAnonymous bool `json:"keep_anonymous,omitempty"`
}

// IsPhone reports whether the named attribute holds phone numbers.
func (w Workspace) IsPhone(attribute string) bool {
	return slices.Contains(w.PhoneAttributes, attribute)
}

// IdentifyingAttribute is the attribute whose number finds a person, empty when
// the workspace has none.
func (w Workspace) IdentifyingAttribute() string {
	if len(w.PhoneAttributes) == 0 {
		return ""
	}
	return w.PhoneAttributes[0]
}
