package provider

import "replyflow/internal/message"

type metaInteractive struct {
	ButtonReply *metaChoice `json:"button_reply"`
	ListReply   *metaChoice `json:"list_reply"`
	FlowReply   *struct {
		Body looseText `json:"body"`
	} `json:"nfm_reply"`
}

type metaChoice struct {
	ID    looseText `json:"id"`
	Title looseText `json:"title"`
}

type metaMedia struct {
	ID       looseText `json:"id"`
	MimeType looseText `json:"mime_type"`
	SHA256   looseText `json:"sha256"`
	Caption  looseText `json:"caption"`
	Filename looseText `json:"filename"`
	URL      looseText `json:"url"`
}

// fillMeta adds what was said, by the message's type.
func fillMeta(m *message.Inbound, read metaInbound) {
	switch read.Type {
	case "text":
		m.Kind, m.Body = message.KindText, string(read.Text.Body)
	case "button":
		press(m, read.Button.Text, read.Button.Payload)
	case "interactive":
		fillInteractive(m, read.Interactive)
	case "image":
		fillMedia(m, read.Image)
	case "video":
		fillMedia(m, read.Video)
	case "document":
		fillMedia(m, read.Document)
	case "audio":
		fillMedia(m, read.Audio)
	case "sticker":
		fillMedia(m, read.Sticker)
	case "location":
		m.Kind = message.KindLocation
	case "contacts":
		m.Kind = message.KindContacts
		ownNumbers(m, read)
	case "reaction":
		m.Kind = message.KindReaction
	case "order":
		m.Kind, m.Body = message.KindOrder, string(read.Order.Text)
	case "system":
		m.Kind = message.KindSystem
	case "edit":
		fillEdit(m, read)
	case "revoke":
		m.Kind = message.KindRevoke
	default:
		m.Kind = message.KindUnsupported
	}
}

// fillEdit adds the words that an edited message has now.
func fillEdit(m *message.Inbound, read metaInbound) {
	var edited metaInbound
	// An edit that can't be read says nothing.
	_ = lenient(read.Edit.Message, &edited)
	if edited.Type != "edit" {
		fillMeta(m, edited)
	}
	m.Kind = message.KindEdit
}

func press(m *message.Inbound, text, payload looseText) {
	m.Kind, m.Body = message.KindButton, string(text)
	m.Button = &message.Button{Text: string(text), Payload: string(payload)}
}

func fillInteractive(m *message.Inbound, read metaInteractive) {
	switch {
	case read.ButtonReply != nil:
		press(m, read.ButtonReply.Title, read.ButtonReply.ID)
	case read.ListReply != nil:
		press(m, read.ListReply.Title, read.ListReply.ID)
	case read.FlowReply != nil:
		m.Kind, m.Body = message.KindFlow, string(read.FlowReply.Body)
	default:
		m.Kind = message.KindUnsupported
	}
}

func fillMedia(m *message.Inbound, media metaMedia) {
	m.Kind, m.Body = message.KindMedia, string(media.Caption)
	m.Media = []message.Media{{
		ID: string(media.ID), URL: string(media.URL), ContentType: string(media.MimeType), SHA256: string(media.SHA256), Filename: string(media.Filename),
	}}
}
