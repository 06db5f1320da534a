package provider

import (
	"encoding/json"

	"replyflow/internal/message"
)

type metaIDUpdate struct {
	WAID   looseText `json:"wa_id"`
	UserID struct {
		Previous looseText `json:"previous"`
		Current  looseText `json:"current"`
	} `json:"user_id"`
	Previous  looseText `json:"previous_user_id"`
	Current   looseText `json:"current_user_id"`
	Timestamp looseText `json:"timestamp"`
}

// readIDUpdate reads that somebody's user id was replaced.
func (p metaPart) readIDUpdate(raw json.RawMessage) {
	var read metaIDUpdate
	// What can't be read has neither id, and is kept as it came.
	_ = lenient(raw, &read)
	previous, current := read.UserID.Previous, read.UserID.Current
	if previous == "" {
		previous, current = read.Previous, read.Current
	}
	if previous == "" || current == "" {
		p.reader.keep(p.sender, "user_id_update", raw)
		return
	}
	change := message.IdentityChange{Previous: userAlias(previous), Current: userAlias(current)}
	if isDigits(string(read.WAID)) {
		change.Also = []message.Alias{{Kind: message.AliasWAID, Value: string(read.WAID)}}
	}
	p.addIdentity(change, read.Timestamp, raw)
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
	if previous, current := read.UserID, read.System.UserID; previous != "" && current != "" && previous != current {
		p.addIdentity(message.IdentityChange{Previous: userAlias(previous), Current: userAlias(current)}, read.ID, raw)
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
