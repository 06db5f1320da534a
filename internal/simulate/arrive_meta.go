package simulate

import (
	"encoding/json"
	"strconv"
	"strings"

	"replyflow/internal/message"
	"replyflow/internal/provider"
)

// simulatedWAMID is the id of a message that Meta never had.
const simulatedWAMID = "wamid.simulated"

// arriveMetaBody reads a whole body as Meta posts it: the first message in it.
func arriveMetaBody(request Request, body json.RawMessage) (arrival, error) {
	id := phoneNumberIDOf(body)
	if request.Senders == nil {
		imagined, _ := request.senderOf(addressee{channel: message.WhatsApp, provider: metaProvider, phoneNumberID: id})
		return arriveMeta(request, body, imagined)
	}
	for _, sender := range request.Senders {
		if sender.Provider == metaProvider && sender.PhoneNumberID == id {
			return arriveMeta(request, body, sender)
		}
	}
	return arrival{dropped: "no sender of the workspace has the phone_number_id " + id + ": a message to it is dropped"}, nil
}

func arriveMeta(request Request, body []byte, sender provider.Sender) (arrival, error) {
	m, err := readSigned(request, metaProvider, "X-Hub-Signature-256", body, []provider.Sender{sender})
	return arrival{message: m, sender: sender}, err
}

// phoneNumberIDOf is the number of ours that a body of Meta's is for.
func phoneNumberIDOf(body []byte) string {
	var read struct {
		Entry []struct {
			Changes []struct {
				Value struct {
					Metadata struct {
						ID string `json:"phone_number_id"`
					} `json:"metadata"`
				} `json:"value"`
			} `json:"changes"`
		} `json:"entry"`
	}
	// What can't be read names no number, and is refused for that.
	_ = json.Unmarshal(body, &read)
	for _, entry := range read.Entry {
		for _, change := range entry.Changes {
			if id := change.Value.Metadata.ID; id != "" {
				return id
			}
		}
	}
	return ""
}

// arriveMetaMessage reads one message as Meta posts it, which is what is kept of
// one: the number that it was for is not in it.
func arriveMetaMessage(request Request, keys map[string]json.RawMessage) (arrival, error) {
	sender, dropped := request.senderOf(addressee{channel: message.WhatsApp, provider: metaProvider})
	if dropped != "" {
		return arrival{dropped: dropped}, nil
	}
	always := map[string]string{"id": simulatedWAMID, "type": "text"}
	if keys["from_user_id"] == nil {
		always["from"] = onlyDigits(request.writer())
	}
	body, err := metaBody(sender, with(keys, always), nil)
	if err != nil {
		return arrival{}, err
	}
	return arriveMeta(request, body, sender)
}

// metaBody is what Meta posts about one message.
func metaBody(sender provider.Sender, written any, contacts []object) ([]byte, error) {
	value := object{
		"messaging_product": "whatsapp",
		"metadata":          object{"display_phone_number": onlyDigits(addressOf(sender)), "phone_number_id": sender.PhoneNumberID},
		"contacts":          contacts,
		"messages":          []any{written},
	}
	return json.Marshal(object{
		"object": "whatsapp_business_account",
		"entry":  []object{{"id": "0", "changes": []object{{"field": "messages", "value": value}}}},
	})
}

// throughMeta has the message arrive as Meta would post it.
func (w writtenMessage) throughMeta(request Request, sender provider.Sender) (message.Inbound, error) {
	if w.OptOutType != "" {
		return message.Inbound{}, badPayload("Meta gives no verdict of its own on a message, so opt_out can't be there for %s", sender.Name)
	}
	id := onlyDigits(w.From)
	posted := object{"from": id, "id": simulatedWAMID, "timestamp": strconv.FormatInt(request.At.Unix(), 10)}
	switch {
	case w.Button != nil:
		posted["type"], posted["button"] = "button", object{"text": w.Button.Text, "payload": w.Button.Payload}
	case len(w.Media) > 0:
		kind := metaKind(w.Media[0].ContentType)
		posted["type"], posted[kind] = kind, object{
			"id": w.Media[0].ID, "url": w.Media[0].URL, "mime_type": w.Media[0].ContentType, "sha256": w.Media[0].SHA256,
			"filename": w.Media[0].Filename, "caption": w.Body,
		}
	default:
		posted["type"], posted["text"] = "text", object{"body": w.Body}
	}
	if w.ReplyTo != "" {
		posted["context"] = object{"id": w.ReplyTo}
	}
	body, err := metaBody(sender, posted, []object{{"wa_id": id, "profile": object{"name": w.Name}}})
	if err != nil {
		return message.Inbound{}, err
	}
	return readSigned(request, metaProvider, "X-Hub-Signature-256", body, []provider.Sender{sender})
}

// metaKind is the type under which Meta posts a file.
func metaKind(contentType string) string {
	switch kind, _, _ := strings.Cut(contentType, "/"); kind {
	case "image", "video", "audio":
		return kind
	}
	return "document"
}
