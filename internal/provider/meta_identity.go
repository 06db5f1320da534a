package provider

import (
	"cmp"
	"encoding/json"

	"replyflow/internal/message"
)

// metaIDUpdate says that a user id was replaced. Documents and callers write the
// two ids in several places.
type metaIDUpdate struct {
	WAID looseText `json:"wa_id"`
	// UserID is the new id, or an object with both.
	UserID         json.RawMessage `json:"user_id"`
	Previous       looseText       `json:"previous"`
	Current        looseText       `json:"current"`
	PreviousUserID looseText       `json:"previous_user_id"`
	CurrentUserID  looseText       `json:"current_user_id"`
	Timestamp      looseText       `json:"timestamp"`
}

// ids are the previous and the current id, empty when they aren't there.
func (u metaIDUpdate) ids() (previous, current looseText) {
	var both struct {
		Previous looseText `json:"previous"`
		Current  looseText `json:"current"`
	}
	var alone looseText
	if len(u.UserID) > 0 {
		// What is neither an object nor a text has no ids.
		_ = lenient(u.UserID, &both)
		_ = lenient(u.UserID, &alone)
	}
	return cmp.Or(both.Previous, u.PreviousUserID, u.Previous), cmp.Or(both.Current, u.CurrentUserID, u.Current, alone)
}

// readIDUpdate reads that somebody's user id was replaced.
func (p metaPart) readIDUpdate(raw json.RawMessage) {
	if !p.addIDUpdate(raw) {
		p.reader.keep(p.sender, "user_id_update", raw)
	}
}

// addIDUpdate is false for what has no two ids.
func (p metaPart) addIDUpdate(raw json.RawMessage) bool {
	var read metaIDUpdate
	// What can't be read has neither id.
	_ = lenient(raw, &read)
	previous, current := read.ids()
	if previous == "" || current == "" || previous == current {
		return false
	}
	change := message.IdentityChange{Previous: userAlias(previous), Current: userAlias(current)}
	if isDigits(string(read.WAID)) {
		change.Also = []message.Alias{{Kind: message.AliasWAID, Value: string(read.WAID)}}
	}
	p.addIdentity(change, read.Timestamp, raw)
	return true
}

// metaSystem is what a message of the type system says: that somebody's number or
// user id is another one now.
type metaSystem struct {
	Type   looseText `json:"type"`
	WAID   looseText `json:"wa_id"`
	UserID looseText `json:"user_id"`
}

// readSystem reads that somebody's user id, their number or both were replaced: a
// new number brings a new user id.
func (p metaPart) readSystem(read metaInbound, raw json.RawMessage) {
	if read.UserID == "" && read.System.UserID != "" && isDigits(string(read.From)) && read.System.WAID == "" {
		// Without the previous id it is the number that leads to the new one.
		previous := message.Alias{Kind: message.AliasWAID, Value: string(read.From)}
		p.addIdentity(message.IdentityChange{Previous: previous, Current: userAlias(read.System.UserID)}, read.ID, raw)
	}
	if previous, current := read.UserID, read.System.UserID; previous != "" && current != "" && previous != current {
		change := message.IdentityChange{Previous: userAlias(previous), Current: userAlias(current)}
		if isDigits(string(read.System.WAID)) {
			// The new id goes with the new number.
			change.Also = []message.Alias{{Kind: message.AliasWAID, Value: string(read.System.WAID)}}
		}
		p.addIdentity(change, read.ID, raw)
	}
	if previous, current := read.From, read.System.WAID; isDigits(string(previous)) && isDigits(string(current)) && previous != current {
		p.addIdentity(message.IdentityChange{
			Previous: message.Alias{Kind: message.AliasWAID, Value: string(previous)},
			Current:  message.Alias{Kind: message.AliasWAID, Value: string(current)},
		}, read.ID, raw)
	}
}

func userAlias(id looseText) message.Alias {
	return message.Alias{Kind: bsuidKind(string(id)), Value: string(id)}
}

// addIdentity adds a change of names. occasion tells it from an equal change at
// another time: an id may come back.
func (p metaPart) addIdentity(change message.IdentityChange, occasion looseText, raw json.RawMessage) {
	p.reader.add(message.Update{
		Key:    hashID(metaProvider, "identity", p.sender.PhoneNumberID, change.Previous.Value, change.Current.Value, string(occasion)),
		Sender: p.sender.Ref(), Identity: &change, Raw: kept(raw),
	})
}
