package simulate

import (
	"encoding/json"
	"fmt"
	"maps"

	"replyflow/internal/inbound"
	"replyflow/internal/message"
	"replyflow/internal/provider"
)

// PayloadError says what is wrong with a payload that should be a message.
type PayloadError struct{ Reason string }

// Error implements error.
func (e *PayloadError) Error() string { return e.Reason }

func badPayload(format string, args ...any) error {
	return &PayloadError{fmt.Sprintf(format, args...)}
}

// arrival is a message as intake would hand it on.
type arrival struct {
	message message.Inbound
	// sender is ours that it was written to.
	sender provider.Sender
	// reply is the message of ours that it answers. A simulation knows none: it is
	// what the payload says.
	reply *inbound.Reply
	// dropped says why intake would drop the message, empty when it wouldn't.
	dropped string
}

// arrive reads a payload as the message that it describes. Whatever its shape, it
// is read by the code that reads what the provider posts, so that a campaign sees
// the fields, and under trigger the payload, that it would see.
func arrive(request Request) (arrival, error) {
	payload := asObject(request.Payload)
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(payload, &keys); err != nil {
		return arrival{}, badPayload("the payload is no JSON: %v", err)
	}
	switch {
	case keys["entry"] != nil:
		return arriveMetaBody(request, payload)
	case isMetaMessage(keys):
		return arriveMetaMessage(request, keys)
	case isGateway(keys):
		return arriveGateway(request, keys)
	case isTwilio(keys):
		return arriveTwilio(request, keys)
	}
	return arriveWritten(request, payload)
}

// writer is who writes a message that doesn't say so.
func (r Request) writer() string {
	if r.from == "" {
		return simulatedStranger
	}
	return r.from
}

// isTwilio reports whether a payload has the parameters that Twilio posts.
func isTwilio(keys map[string]json.RawMessage) bool {
	return keys["From"] != nil || keys["MessageSid"] != nil || keys["Body"] != nil && keys["from"] == nil
}

// isMetaMessage reports whether a payload is one message as Meta posts it, which is
// what is kept of one.
func isMetaMessage(keys map[string]json.RawMessage) bool {
	var text map[string]json.RawMessage
	return keys["type"] != nil || keys["from_user_id"] != nil || keys["text"] != nil && json.Unmarshal(keys["text"], &text) == nil
}

// isGateway reports whether a payload is what the generic gateway posts.
func isGateway(keys map[string]json.RawMessage) bool {
	var text string
	return keys["text"] != nil && json.Unmarshal(keys["text"], &text) == nil
}

// with is a payload with what a real one always has.
func with(keys map[string]json.RawMessage, always map[string]string) json.RawMessage {
	whole := maps.Clone(keys)
	for key, value := range always {
		if whole[key] == nil {
			// Texts always encode.
			whole[key], _ = json.Marshal(value)
		}
	}
	// Maps of JSON always encode.
	payload, _ := json.Marshal(whole)
	return payload
}
