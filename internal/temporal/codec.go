package temporal

import (
	"errors"
	"fmt"
	"net/http"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

const (
	// encodingEncrypted marks a payload that Codec encrypted.
	encodingEncrypted = "binary/encrypted"
	// metadataKeyID names the key that encrypted a payload.
	metadataKeyID = "encryption-key-id"
	// maxCodecRequest bounds a request to the codec endpoint, in bytes. A history
	// page of the UI stays far below it.
	maxCodecRequest = 32 << 20
)

// additionalData binds a ciphertext to its purpose. It is the same for every
// payload: the SDK moves payloads between workflows and activities, so nothing of
// their surroundings may be part of it.
var additionalData = []byte("replyflow temporal payload v1")

// Codec encrypts payloads with AES-256-GCM, whole: the data and the metadata that
// says how it was encoded.
type Codec struct {
	keys *KeyRing
}

// NewCodec returns a codec for a ring of keys. With an empty ring, Encode leaves
// payloads as they are.
func NewCodec(keys *KeyRing) *Codec {
	return &Codec{keys: keys}
}

// Encode encrypts each payload with the newest key. One that is encrypted already
// stays as it is.
func (c *Codec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return convert(payloads, c.encrypt)
}

// Decode decrypts each payload with the key that it names. One that isn't
// encrypted stays as it is. It fails when a key is missing, and when a payload was
// damaged or encrypted with another secret.
func (c *Codec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	return convert(payloads, c.decrypt)
}

// convert applies a change to copies: the SDK may still use the originals.
func convert(payloads []*commonpb.Payload, change func(*commonpb.Payload) (*commonpb.Payload, error)) ([]*commonpb.Payload, error) {
	converted := make([]*commonpb.Payload, len(payloads))
	for at, payload := range payloads {
		result, err := change(payload)
		if err != nil {
			return nil, fmt.Errorf("payload %d of %d: %w", at+1, len(payloads), err)
		}
		converted[at] = result
	}
	return converted, nil
}

func (c *Codec) encrypt(payload *commonpb.Payload) (*commonpb.Payload, error) {
	if c.keys.empty() || isEncrypted(payload) {
		return payload, nil
	}
	plain, err := proto.Marshal(payload)
	if err != nil {
		return nil, fmt.Errorf("encode for encryption: %w", err)
	}
	return &commonpb.Payload{
		Metadata: map[string][]byte{
			converter.MetadataEncoding: []byte(encodingEncrypted),
			metadataKeyID:              []byte(c.keys.newest),
		},
		Data: c.keys.ciphers[c.keys.newest].Seal(nil, nil, plain, additionalData),
	}, nil
}

func (c *Codec) decrypt(payload *commonpb.Payload) (*commonpb.Payload, error) {
	if !isEncrypted(payload) {
		return payload, nil
	}
	id := string(payload.GetMetadata()[metadataKeyID])
	if c.keys.empty() {
		return nil, fmt.Errorf("encrypted with key %q, but no key is configured", id)
	}
	aead, known := c.keys.ciphers[id]
	if !known {
		return nil, fmt.Errorf("encrypted with key %q, which is not configured: add that key behind the newest one", id)
	}
	if len(payload.GetData()) < aead.Overhead() {
		return nil, fmt.Errorf("encrypted payload is cut off: %d bytes, at least %d expected", len(payload.GetData()), aead.Overhead())
	}
	plain, err := aead.Open(nil, nil, payload.GetData(), additionalData)
	if err != nil {
		return nil, fmt.Errorf("cannot decrypt with key %q: the payload is damaged, or was encrypted with another secret of that id", id)
	}
	var decoded commonpb.Payload
	if err := proto.Unmarshal(plain, &decoded); err != nil {
		return nil, errors.New("decrypted, but the content is not a payload")
	}
	return &decoded, nil
}

// isEncrypted tells whether a payload came from Codec.
func isEncrypted(payload *commonpb.Payload) bool {
	return string(payload.GetMetadata()[converter.MetadataEncoding]) == encodingEncrypted
}

// NewCodecHandler serves POST requests to paths ending in /encode and /decode, as
// Temporal's UI and CLI send them. Whoever reaches it can read every payload, so
// put a sign-in before it.
func NewCodecHandler(keys *KeyRing) http.Handler {
	return http.MaxBytesHandler(converter.NewPayloadCodecHTTPHandler(NewCodec(keys)), maxCodecRequest)
}
