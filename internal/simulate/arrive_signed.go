package simulate

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"

	"replyflow/internal/config"
	"replyflow/internal/message"
	"replyflow/internal/provider"
)

// signingSecret signs what a simulation posts to itself: the code that reads a
// request believes only signed ones.
const signingSecret = "simulation"

// onlySenders are the senders that a request may be for.
type onlySenders []provider.Sender

// List implements provider.Senders.
func (o onlySenders) List(string) []provider.Sender { return o }

// readSigned reads a body as the endpoint of a provider does that signs its bodies.
func readSigned(request Request, name, header string, body []byte, senders []provider.Sender) (message.Inbound, error) {
	mac := hmac.New(sha256.New, []byte(signingSecret))
	// A hash takes every write.
	_, _ = mac.Write(body)
	posted := provider.Request{
		Method: http.MethodPost, Body: body, ArrivedAt: request.At, Vars: map[string]string{"sender": senders[0].Name},
		Header: http.Header{http.CanonicalHeaderKey(header): {"sha256=" + hex.EncodeToString(mac.Sum(nil))}},
	}
	signers := make(onlySenders, len(senders))
	for i, sender := range senders {
		sender.AppSecrets = []config.Secret{signingSecret}
		signers[i] = sender
	}
	through, _ := provider.Named(name)
	batch, err := through.Endpoints()[0].Read(posted, signers)
	switch {
	case err != nil:
		return message.Inbound{}, badPayload("%s", err)
	case len(batch.Messages) == 0:
		return message.Inbound{}, badPayload("there is no message in it that can be read, as in {from: \"15550100123\", id: wamid.1, type: text, text: {body: JOIN}}")
	}
	return batch.Messages[0], nil
}

type object = map[string]any

func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}
