package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// object is a JSON object.
type object = map[string]any

// document is what Meta posts.
func (m whatsApp) document(now time.Time) []byte {
	field, value := "messages", object{
		"messaging_product": "whatsapp",
		"metadata":          object{"display_phone_number": digitsOf(m.to), "phone_number_id": m.phoneNumberID},
	}
	switch m.content {
	case contentPreference:
		field = "user_preferences"
		value["contacts"] = []object{m.ids("wa_id", "user_id")}
		value["user_preferences"] = []object{m.preferenceDocument(now)}
	case contentStatus:
		value["statuses"] = []object{m.statusDocument(now)}
	default:
		value["contacts"] = []object{m.contactDocument()}
		value["messages"] = []object{m.messageDocument(now)}
	}
	return metaJSON(object{
		"object": "whatsapp_business_account",
		"entry":  []object{{"id": "0", "changes": []object{{"field": field, "value": value}}}},
	})
}

// ids are those of the person, each under its name where there is one: for
// somebody with a username Meta leaves out the number.
func (m whatsApp) ids(number, userID string) object {
	found := object{}
	if id := strings.TrimLeft(digitsOf(m.from), "0"); id != "" {
		found[number] = id
	}
	if m.userID != "" {
		found[userID] = m.userID
	}
	return found
}

func (m whatsApp) contactDocument() object {
	contact, profile := m.ids("wa_id", "user_id"), object{"name": firstOf(m.profile, "Somebody")}
	if m.username != "" {
		profile["username"] = m.username
	}
	contact["profile"] = profile
	return contact
}

func (m whatsApp) preferenceDocument(now time.Time) object {
	preference := m.ids("wa_id", "user_id")
	preference["category"], preference["value"] = "marketing_messages", m.preference
	preference["detail"] = "User requested to " + m.preference + " marketing messages"
	// A number here, and a text everywhere else.
	preference["timestamp"] = now.Unix()
	return preference
}

func (m whatsApp) statusDocument(now time.Time) object {
	status := m.ids("recipient_id", "recipient_user_id")
	status["id"], status["status"], status["timestamp"] = m.about, m.status, seconds(now)
	if m.sendID != "" {
		status["biz_opaque_callback_data"] = m.sendID
	}
	if m.errorCode != "" {
		// It was checked to be a number.
		code, _ := strconv.Atoi(m.errorCode)
		status["errors"] = []object{{"code": code, "title": "Failed"}}
	}
	return status
}

func (m whatsApp) messageDocument(now time.Time) object {
	written := m.ids("from", "from_user_id")
	written["id"], written["timestamp"] = m.messageID, seconds(now)
	kind, said := m.said()
	written["type"], written[kind] = kind, said
	if m.replyTo != "" {
		written["context"] = object{"from": digitsOf(m.to), "id": m.replyTo}
	}
	return written
}

// said is the type of the message and the object that the type names.
func (m whatsApp) said() (kind string, said object) {
	switch m.content {
	case contentButton:
		return "button", object{"text": m.button, "payload": m.buttonPayload}
	case contentButtonReply, contentListReply:
		kind := strings.ReplaceAll(m.content, "-", "_")
		title := firstOf(m.buttonReply, m.listReply)
		return "interactive", object{"type": kind, kind: object{"id": firstOf(m.choice, title), "title": title}}
	case contentMedia:
		return m.media, m.mediaDocument()
	case contentLocation:
		return "location", m.locationDocument()
	case contentReaction:
		return "reaction", object{"message_id": m.about, "emoji": m.reaction}
	}
	return "text", object{"body": m.body}
}

// mediaTypes are what each kind of file usually is.
var mediaTypes = map[string]string{
	"image": "image/jpeg", "document": "application/pdf", "audio": "audio/ogg; codecs=opus", "video": "video/mp4", "sticker": "image/webp",
}

func (m whatsApp) mediaDocument() object {
	sum := sha256.Sum256([]byte(m.messageID))
	file := object{
		"id": strconv.Itoa(int(binary.BigEndian.Uint32(sum[:]))), "mime_type": mediaTypes[m.media], "sha256": base64.StdEncoding.EncodeToString(sum[:]),
	}
	for name, value := range map[string]string{"caption": m.caption, "filename": m.filename, "url": m.mediaURL} {
		if value != "" {
			file[name] = value
		}
	}
	switch m.media {
	case "audio":
		file["voice"] = true
	case "sticker":
		file["animated"] = false
	}
	return file
}

func (m whatsApp) locationDocument() object {
	// The flags were checked.
	latitude, longitude, _ := m.coordinates()
	place := object{"latitude": latitude, "longitude": longitude}
	for name, value := range map[string]string{"name": m.placeName, "address": m.placeWhere} {
		if value != "" {
			place[name] = value
		}
	}
	return place
}

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// metaJSON is a value as Meta writes it on the wire: in ASCII, with small hex digits
// and slashes escaped. What is signed are these bytes.
func metaJSON(value object) []byte {
	// Texts and numbers always encode.
	plain, _ := json.Marshal(value)
	var b strings.Builder
	for _, r := range string(plain) {
		switch {
		case r == '/':
			b.WriteString(`\/`)
		case r < 0x80:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				_, _ = fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return []byte(b.String())
}
