package provider

import (
	"slices"
	"strings"

	"replyflow/internal/message"
)

// metaContact says what a person is called; it is found by an id, never by its place.
type metaContact struct {
	WAID     looseText `json:"wa_id"`
	UserID   looseText `json:"user_id"`
	ParentID looseText `json:"parent_user_id"`
	Profile  struct {
		Name     looseText `json:"name"`
		Username looseText `json:"username"`
	} `json:"profile"`
}

// metaPeople are contacts by each of their ids.
func metaPeople(contacts looseList) map[looseText]metaContact {
	people := make(map[looseText]metaContact, 2*len(contacts))
	for _, raw := range contacts {
		var contact metaContact
		// A contact that can't be read has no ids.
		_ = lenient(raw, &contact)
		contact.WAID, contact.UserID, contact.ParentID = looseText(named(contact.WAID)), looseText(named(contact.UserID)), looseText(named(contact.ParentID))
		for _, id := range []looseText{contact.WAID, contact.UserID} {
			if id != "" {
				people[id] = contact
			}
		}
	}
	return people
}

// describe adds what the message and the contacts say about who wrote.
func (p metaPart) describe(m *message.Inbound, read metaInbound) {
	userID := read.UserID
	if isBSUID(string(read.From)) && userID == "" {
		userID = read.From
	}
	if isDigits(string(read.From)) {
		addAlias(m, message.AliasWAID, read.From)
	}
	contact, known := p.people[userID]
	if !known {
		contact = p.people[read.From]
	}
	addAlias(m, message.AliasWAID, contact.WAID)
	addAlias(m, message.AliasBSUID, userID)
	addAlias(m, message.AliasBSUID, contact.UserID)
	addAlias(m, message.AliasParentBSUID, read.ParentUserID)
	addAlias(m, message.AliasParentBSUID, contact.ParentID)
	addAlias(m, message.AliasUsername, looseText(strings.TrimPrefix(named(contact.Profile.Username), "@")))
	m.ProfileName = named(contact.Profile.Name)
}

func addAlias(m *message.Inbound, kind message.AliasKind, value looseText) {
	alias := message.Alias{Kind: kind, Value: string(value)}
	if value != "" && !slices.Contains(m.Aliases, alias) {
		m.Aliases = append(m.Aliases, alias)
	}
}

// metaSharedContact is a contact that somebody sends. With the origin
// contact_request it is their own number, which we had asked for.
type metaSharedContact struct {
	Origin looseText `json:"origin"`
	Phones []struct {
		Phone looseText `json:"phone"`
		WAID  looseText `json:"wa_id"`
	} `json:"phones"`
}

// ownNumbers adds the numbers that a person gives as their own. The origin stands
// at the contact or at the message.
func ownNumbers(m *message.Inbound, read metaInbound) {
	for _, contact := range read.Contacts {
		if contact.Origin != metaOwnContact && read.Origin != metaOwnContact {
			continue
		}
		for _, phone := range contact.Phones {
			addAlias(m, message.AliasPhone, phone.Phone)
			addAlias(m, message.AliasWAID, phone.WAID)
		}
	}
}

const metaOwnContact = "contact_request"
