package provider

import (
	"encoding/json"

	"replyflow/internal/message"
)

type metaPreference struct {
	WAID      looseText `json:"wa_id"`
	UserID    looseText `json:"user_id"`
	Category  looseText `json:"category"`
	Value     looseText `json:"value"`
	Detail    looseText `json:"detail"`
	Timestamp looseText `json:"timestamp"`
}

// metaPreferences are what the values of a preference mean. Signup, and what comes
// later, means nothing that we keep.
var metaPreferences = map[looseText]message.Verdict{"stop": message.VerdictOptOut, "resume": message.VerdictOptIn}

// namesOf are the ids of who set a preference, with those that the contacts add.
func (p metaPart) namesOf(read metaPreference) []message.Alias {
	contact, known := p.people[read.UserID]
	if !known {
		contact = p.people[read.WAID]
	}
	var names message.Inbound
	addAlias(&names, message.AliasWAID, read.WAID)
	addAlias(&names, message.AliasWAID, contact.WAID)
	for _, id := range []looseText{read.UserID, contact.UserID, contact.ParentID} {
		addAlias(&names, bsuidKind(string(id)), id)
	}
	return names.Aliases
}

// readPreference reads what somebody set in WhatsApp: whether they want marketing
// messages.
func (p metaPart) readPreference(raw json.RawMessage) {
	var read metaPreference
	if lenient(raw, &read) != nil || metaPreferences[read.Value] == "" || read.Category != "marketing_messages" || read.WAID+read.UserID == "" {
		p.reader.keep(p.sender, "user_preferences", raw)
		return
	}
	preference := &message.Preference{
		From: string(read.WAID), Category: message.CategoryMarketing, Verdict: metaPreferences[read.Value], At: p.reader.arrived, Detail: string(read.Detail),
	}
	if preference.From == "" {
		preference.From = string(read.UserID)
	}
	// A provider's clock that runs ahead of ours is not believed.
	if at := looseTime(read.Timestamp); at != nil && at.Before(p.reader.arrived) {
		preference.At = *at
	}
	preference.Aliases = p.namesOf(read)
	p.reader.add(message.Update{
		Key: hashID(metaProvider, "preference", p.reader.account, p.sender.PhoneNumberID, string(read.WAID), string(read.UserID),
			string(read.Category), string(read.Value), string(read.Timestamp)),
		Sender: p.sender.Ref(), Preference: preference, Raw: kept(raw),
	})
}
