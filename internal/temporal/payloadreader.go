package temporal

import (
	"encoding/json"
	"fmt"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// payloadReader decodes payloads for reading. What it can't decode it leaves out,
// and keeps the first reason: a missing key spoils all payloads alike.
type payloadReader struct {
	data       converter.DataConverter
	unreadable string
}

// first returns the first of several payloads as JSON: workflows and activities
// here take one argument and return one value.
func (r *payloadReader) first(payloads *commonpb.Payloads) json.RawMessage {
	if len(payloads.GetPayloads()) == 0 {
		return nil
	}
	raw, err := r.raw(payloads.GetPayloads()[0])
	r.note(err)
	return raw
}

// raw returns one payload as JSON, nil for a nil value. Bytes that aren't JSON
// become a base64 string, as encoding/json writes them.
func (r *payloadReader) raw(payload *commonpb.Payload) (json.RawMessage, error) {
	var decoded converter.RawValue
	if err := r.data.FromPayload(payload, &decoded); err != nil {
		return nil, err
	}
	data := decoded.Payload().GetData()
	switch encoding := string(decoded.Payload().GetMetadata()[converter.MetadataEncoding]); encoding {
	case converter.MetadataEncodingNil:
		return nil, nil
	case converter.MetadataEncodingJSON, converter.MetadataEncodingProtoJSON:
		if !json.Valid(data) {
			return nil, fmt.Errorf("payload of encoding %s is not valid JSON", encoding)
		}
		return data, nil
	case encodingEncrypted:
		return nil, fmt.Errorf("encrypted with key %q, but no key is configured", decoded.Payload().GetMetadata()[metadataKeyID])
	default:
		return json.Marshal(data)
	}
}

// text returns a payload that holds text.
func (r *payloadReader) text(payload *commonpb.Payload) string {
	var text string
	if payload != nil {
		r.note(r.data.FromPayload(payload, &text))
	}
	return text
}

// value decodes the first payload into what the pointer points to.
func (r *payloadReader) value(payloads *commonpb.Payloads, pointer any) {
	r.note(r.data.FromPayloads(payloads, pointer))
}

// failure returns what a failure and its causes say, from the outside in. A cause
// that is quoted already is not repeated. The type of an error that stops a
// workflow is part of it: it tells the operator what to look up.
func (r *payloadReader) failure(failure *failurepb.Failure) string {
	var said string
	for ; failure != nil; failure = failure.GetCause() {
		message := r.message(failure)
		if strings.Contains(said, message) {
			continue
		}
		if said != "" {
			said += ": "
		}
		said += message
	}
	return said
}

// message returns what one failure says, without its causes.
func (r *payloadReader) message(failure *failurepb.Failure) string {
	readable := proto.Clone(failure).(*failurepb.Failure)
	converter.DecodeCommonFailureAttributes(r.data, readable)
	message := readable.GetMessage()
	if application := readable.GetApplicationFailureInfo(); application.GetNonRetryable() && application.GetType() != "" {
		message += " (" + application.GetType() + ")"
	}
	return message
}

// note keeps the first reason why something is unreadable.
func (r *payloadReader) note(err error) {
	if err != nil && r.unreadable == "" {
		r.unreadable = err.Error()
	}
}
