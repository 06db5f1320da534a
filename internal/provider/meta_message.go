package provider

import (
	"encoding/json"

	"replyflow/internal/message"
)

// metaInbound is a message as Meta posts it; the object that its type names holds
// what was said.
type metaInbound struct {
	From         looseText `json:"from"`
	UserID       looseText `json:"from_user_id"`
	ParentUserID looseText `json:"from_parent_user_id"`
	ID           looseText `json:"id"`
	To           looseText `json:"to"`
	Timestamp    looseText `json:"timestamp"`
	Type         looseText `json:"type"`
	GroupID      looseText `json:"group_id"`
	Origin       looseText `json:"origin"`
	Context      struct {
		ID looseText `json:"id"`
	} `json:"context"`
	Text struct {
		Body looseText `json:"body"`
	} `json:"text"`
	Button struct {
		Text    looseText `json:"text"`
		Payload looseText `json:"payload"`
	} `json:"button"`
	Interactive metaInteractive `json:"interactive"`
	Image       metaMedia       `json:"image"`
	Video       metaMedia       `json:"video"`
	Document    metaMedia       `json:"document"`
	Audio       metaMedia       `json:"audio"`
	Sticker     metaMedia       `json:"sticker"`
	Order       struct {
		Text looseText `json:"text"`
	} `json:"order"`
	System metaSystem `json:"system"`
	Edit   struct {
		Message json.RawMessage `json:"message"`
	} `json:"edit"`
	Contacts []metaSharedContact `json:"contacts"`
}

// readMessage reads one message; what can't be read is kept as it came. as is the
// kind of a message that is nobody's reply, empty for one whose type says.
func (p metaPart) readMessage(raw json.RawMessage, as message.Kind) {
	var read metaInbound
	if lenient(raw, &read) != nil || read.ID == "" || as == "" && metaFrom(read) == "" {
		p.reader.keep(p.sender, "unreadable_message", raw)
		return
	}
	m := message.Inbound{
		ID:      p.messageID(string(read.ID), as),
		Channel: message.WhatsApp, Provider: metaProvider, ProviderID: string(read.ID), Account: p.reader.account, Sender: p.sender.Ref(),
		From: metaFrom(read), To: p.ourNumber(), Group: string(read.GroupID), ReplyTo: string(read.Context.ID),
		SentAt: looseTime(read.Timestamp), ArrivedAt: p.reader.arrived, Raw: kept(raw),
	}
	if p.reader.repeats(m.ID) {
		return
	}
	if p.isOurs(read, as) {
		// Written by the business itself: the other side is the one written to.
		m.To = string(read.To)
	} else {
		p.describe(&m, read)
	}
	fillMeta(&m, read)
	if as != "" {
		m.Kind = as
	}
	p.reader.batch.Messages = append(p.reader.batch.Messages, m)
	if m.Kind == message.KindSystem {
		p.readSystem(read, raw)
	}
}

// messageID is our id of a message. What history repeats, or the business wrote, is
// not the message that a person sends under the same id: that one must still count.
func (p metaPart) messageID(id string, as message.Kind) string {
	if as == "" {
		return hashID(metaProvider, p.sender.PhoneNumberID, id)
	}
	return hashID(metaProvider, p.sender.PhoneNumberID, id, string(as))
}

// isOurs reports whether a message was written by the business itself, in another
// app.
func (p metaPart) isOurs(read metaInbound, as message.Kind) bool {
	if as == message.KindEcho {
		return true
	}
	own := digits(named(p.value.Metadata.Number))
	return as == message.KindHistory && own != "" && digits(string(read.From)) == own
}

// ourNumber is the number that was written to, as Meta writes it.
func (p metaPart) ourNumber() string {
	if number := digits(named(p.value.Metadata.Number)); number != "" {
		return "+" + number
	}
	return p.sender.Address
}

// metaFrom is where an answer goes: the phone, else the user id.
func metaFrom(read metaInbound) string {
	if read.From != "" {
		return string(read.From)
	}
	return string(read.UserID)
}
