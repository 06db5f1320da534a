package provider

import (
	"encoding/json"
	"time"

	"replyflow/internal/message"
)

// metaReader reads the changes of one body.
type metaReader struct {
	arrived time.Time
	senders []Sender
	// account is the business account that the change belongs to.
	account string
	batch   Batch
	// seen are the keys of what the body has had already: it may hold a thing twice.
	seen map[string]bool
}

type metaChange struct {
	Field looseText       `json:"field"`
	Value json.RawMessage `json:"value"`
}

// metaValue is the value of a change, as far as it is the same for all fields.
type metaValue struct {
	Metadata struct {
		Number looseText `json:"display_phone_number"`
		ID     looseText `json:"phone_number_id"`
	} `json:"metadata"`
	Contacts    looseList `json:"contacts"`
	Messages    looseList `json:"messages"`
	Echoes      looseList `json:"message_echoes"`
	History     looseList `json:"history"`
	Statuses    looseList `json:"statuses"`
	Preferences looseList `json:"user_preferences"`
	IDUpdates   looseList `json:"user_id_update"`
}

// readChange reads one change, routed by its own phone_number_id.
func (r *metaReader) readChange(raw json.RawMessage) {
	var change metaChange
	var value metaValue
	if lenient(raw, &change) != nil || lenient(change.Value, &value) != nil {
		r.keep(r.senders[0], metaUnreadable, raw)
		return
	}
	if value.Metadata.ID == "" {
		// Changes of the account name no number: kept, and nothing more.
		r.keep(r.senders[0], string(change.Field), raw)
		return
	}
	sender, known := r.sender(string(value.Metadata.ID))
	if !known {
		r.batch.Unknown++
		r.batch.UnknownTo = append(r.batch.UnknownTo, clip(string(value.Metadata.ID)))
		r.keep(r.senders[0], unknownSender, raw)
		return
	}
	part := metaPart{reader: r, sender: sender, field: string(change.Field), value: value, raw: change.Value}
	part.read(raw)
}

// sender is the one that has a number: only those of a workspace whose secret
// signed are asked.
func (r *metaReader) sender(phoneNumberID string) (Sender, bool) {
	for _, sender := range r.senders {
		if sender.PhoneNumberID == phoneNumberID {
			return sender, true
		}
	}
	return Sender{}, false
}

// keep keeps what replyflow doesn't read.
func (r *metaReader) keep(sender Sender, what string, raw []byte) {
	if what == "" {
		what = "unknown"
	}
	r.add(message.Update{Key: hashID(metaProvider, "other", string(raw)), Sender: sender.Ref(), Other: what, Raw: kept(raw)})
}

func (r *metaReader) add(update message.Update) {
	if r.repeats(update.Key) {
		return
	}
	update.Channel, update.Provider, update.Account, update.ArrivedAt = message.WhatsApp, metaProvider, r.account, r.arrived
	r.batch.Updates = append(r.batch.Updates, update)
}

// repeats reports whether the body has had a key already, and notes it.
func (r *metaReader) repeats(key string) bool {
	before := r.seen[key]
	r.seen[key] = true
	return before
}

// metaPart is a change whose sender is known.
type metaPart struct {
	reader *metaReader
	sender Sender
	field  string
	value  metaValue
	// raw is the value as it came.
	raw json.RawMessage
	// people are the contacts by each of their ids.
	people map[looseText]metaContact
}

// metaIDUpdateField is the field of changes that say that a user id was replaced.
const metaIDUpdateField = "user_id_update"

// metaFieldKinds are the fields whose messages are nobody's reply, whatever their
// type is.
var metaFieldKinds = map[string]message.Kind{
	"smb_message_echoes": message.KindEcho, "history": message.KindHistory,
}

func (p metaPart) read(raw json.RawMessage) {
	p.people = metaPeople(p.value.Contacts)
	past := metaHistory(p.value.History)
	lists := []struct {
		items looseList
		read  func(json.RawMessage)
	}{
		{p.value.Messages, func(item json.RawMessage) { p.readMessage(item, metaFieldKinds[p.field]) }},
		{p.value.Echoes, func(item json.RawMessage) { p.readMessage(item, message.KindEcho) }},
		{past, func(item json.RawMessage) { p.readMessage(item, message.KindHistory) }},
		{p.value.Statuses, p.readStatus},
		{p.value.Preferences, p.readPreference},
		{p.value.IDUpdates, p.readIDUpdate},
	}
	found := 0
	for _, list := range lists {
		for _, item := range list.items {
			list.read(item)
		}
		found += len(list.items)
	}
	if found == 0 && (p.field != metaIDUpdateField || !p.addIDUpdate(p.raw)) {
		p.reader.keep(p.sender, p.field, raw)
	}
}

// metaHistory are the messages in the threads of a history.
func metaHistory(chunks looseList) looseList {
	var found looseList
	for _, raw := range chunks {
		var chunk struct {
			Threads looseList `json:"threads"`
		}
		// What can't be read has no threads.
		_ = lenient(raw, &chunk)
		for _, raw := range chunk.Threads {
			var thread struct {
				Messages looseList `json:"messages"`
			}
			_ = lenient(raw, &thread)
			found = append(found, thread.Messages...)
		}
	}
	return found
}
