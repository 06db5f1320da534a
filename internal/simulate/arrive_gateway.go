package simulate

import (
	"encoding/json"
	"strings"

	"replyflow/internal/message"
	"replyflow/internal/provider"
)

const gatewaySignature = "X-Gateway-Signature"

// arriveGateway reads what the generic gateway posts.
func arriveGateway(request Request, keys map[string]json.RawMessage) (arrival, error) {
	var posted struct {
		To string `json:"to"`
	}
	if err := json.Unmarshal(with(keys, nil), &posted); err != nil {
		return arrival{}, badPayload("the payload can't be read: %v", err)
	}
	sender, dropped := request.senderOf(addressee{provider: gatewayProvider, address: posted.To})
	if dropped != "" {
		return arrival{dropped: dropped}, nil
	}
	m, err := readSigned(request, gatewayProvider, gatewaySignature, with(keys, map[string]string{"id": deliveryKey, "from": request.writer()}), []provider.Sender{sender})
	return arrival{message: m, sender: sender}, err
}

// throughGateway has the message arrive as the generic gateway would post it.
func (w writtenMessage) throughGateway(request Request, sender provider.Sender) (message.Inbound, error) {
	var media []string
	for _, one := range w.Media {
		media = append(media, one.URL)
	}
	body, err := json.Marshal(object{
		"id": deliveryKey, "from": w.From, "to": w.To, "text": w.Body, "reply_to": w.ReplyTo, "media": media, "opt_out": strings.ToLower(w.OptOutType),
	})
	if err != nil {
		return message.Inbound{}, err
	}
	return readSigned(request, gatewayProvider, gatewaySignature, body, []provider.Sender{sender})
}
