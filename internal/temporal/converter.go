package temporal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	sdktemporal "go.temporal.io/sdk/temporal"
)

// NewDataConverter returns the data converter of everything that talks to
// Temporal. Payloads are readable JSON, or encrypted when the ring has a key; a
// nil ring has none.
func NewDataConverter(keys *KeyRing) converter.DataConverter {
	plain := converter.NewCompositeDataConverter(
		converter.NewNilPayloadConverter(),
		converter.NewByteSlicePayloadConverter(),
		converter.NewProtoJSONPayloadConverter(),
		converter.NewProtoPayloadConverter(),
		exactJSON{},
	)
	if keys.empty() {
		return plain
	}
	return converter.NewCodecDataConverter(plain, NewCodec(keys))
}

// NewFailureConverter returns the failure converter that belongs to a data
// converter of the same keys. With a key, messages and stack traces are encrypted
// too: they quote what people wrote.
func NewFailureConverter(keys *KeyRing) converter.FailureConverter {
	return sdktemporal.NewDefaultFailureConverter(sdktemporal.DefaultFailureConverterOptions{
		DataConverter:          NewDataConverter(keys),
		EncodeCommonAttributes: !keys.empty(),
	})
}

// exactJSON is the SDK's JSON converter without its losses: a number decoded into
// an interface stays the digits it was (as json.Number), raw JSON passes through
// byte by byte, and text is not escaped for HTML.
type exactJSON struct{}

// ToPayload encodes a value as JSON.
func (c exactJSON) ToPayload(value any) (*commonpb.Payload, error) {
	data, err := encodeJSON(value)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", converter.ErrUnableToEncode, err)
	}
	return &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(c.Encoding())},
		Data:     data,
	}, nil
}

// FromPayload decodes JSON into what the pointer points to.
func (exactJSON) FromPayload(payload *commonpb.Payload, pointer any) error {
	if err := decodeJSON(payload.GetData(), pointer); err != nil {
		return fmt.Errorf("%w: %w", converter.ErrUnableToDecode, err)
	}
	return nil
}

// ToString returns the JSON itself.
func (exactJSON) ToString(payload *commonpb.Payload) string { return string(payload.GetData()) }

// Encoding is the SDK's own, so that Temporal's UI shows the payload.
func (exactJSON) Encoding() string { return converter.MetadataEncodingJSON }

// encodeJSON encodes without HTML escapes and returns raw JSON as it stands.
func encodeJSON(value any) ([]byte, error) {
	switch raw := value.(type) {
	case json.RawMessage:
		return rawJSON(raw)
	case *json.RawMessage:
		if raw != nil {
			return rawJSON(*raw)
		}
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

// rawJSON checks what claims to be JSON; nil is null, as in encoding/json.
func rawJSON(raw json.RawMessage) ([]byte, error) {
	if raw == nil {
		return []byte("null"), nil
	}
	if !json.Valid(raw) {
		return nil, errors.New("raw message is not valid JSON")
	}
	return raw, nil
}

// decodeJSON decodes exactly one JSON value.
func decodeJSON(data []byte, pointer any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(pointer); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}
