package temporal

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/testing/protocmp"
)

// testKey is a key whose secret is one byte over and over.
func testKey(id string, secret byte) Key {
	return Key{ID: id, Secret: bytes.Repeat([]byte{secret}, keySize)}
}

// testRing is a ring of valid keys.
func testRing(t testing.TB, keys ...Key) *KeyRing {
	t.Helper()
	ring, err := NewKeyRing(keys...)
	require.NoError(t, err)
	return ring
}

func TestEncryptedPayloadsComeBack(t *testing.T) {
	t.Parallel()
	data := NewDataConverter(testRing(t, testKey("may", 1)))
	payload, err := data.ToPayload(map[string]string{"Body": "please stop"})
	require.NoError(t, err)
	require.Equal(t, "binary/encrypted", string(payload.GetMetadata()[converter.MetadataEncoding]))
	require.Equal(t, "may", string(payload.GetMetadata()["encryption-key-id"]))
	require.NotContains(t, payload.String(), "stop")

	var back map[string]string
	require.NoError(t, data.FromPayload(payload, &back))
	require.Equal(t, map[string]string{"Body": "please stop"}, back)

	again, err := data.ToPayload(map[string]string{"Body": "please stop"})
	require.NoError(t, err)
	require.NotEqual(t, payload.GetData(), again.GetData(), "equal payloads don't look equal")
}

func TestOldKeysStillDecrypt(t *testing.T) {
	t.Parallel()
	april, may := testKey("april", 1), testKey("may", 2)
	old, err := NewDataConverter(testRing(t, april)).ToPayload("old")
	require.NoError(t, err)

	both := NewDataConverter(testRing(t, may, april))
	var text string
	require.NoError(t, both.FromPayload(old, &text))
	require.Equal(t, "old", text)
	fresh, err := both.ToPayload("new")
	require.NoError(t, err)
	require.Equal(t, "may", string(fresh.GetMetadata()[metadataKeyID]), "the newest key encrypts")

	plain, err := NewDataConverter(nil).ToPayload("plain")
	require.NoError(t, err)
	require.NoError(t, both.FromPayload(plain, &text), "what was written before there was a key stays readable")
	require.Equal(t, "plain", text)
}

func TestCodecProblemsAreClear(t *testing.T) {
	t.Parallel()
	ring := testRing(t, testKey("may", 1))
	encrypted, err := NewCodec(ring).Encode([]*commonpb.Payload{jsonPayload(`"secret"`)})
	require.NoError(t, err)
	damaged := bytes.Clone(encrypted[0].GetData())
	damaged[len(damaged)-1] ^= 1

	tests := []struct {
		name string
		ring *KeyRing
		id   string
		data []byte
		want string
	}{
		{"no key at all", nil, "may", encrypted[0].GetData(), `encrypted with key "may", but no key is configured`},
		{"unknown key", ring, "june", encrypted[0].GetData(), `encrypted with key "june", which is not configured`},
		{"another secret", testRing(t, testKey("may", 9)), "may", encrypted[0].GetData(), `another secret of that id`},
		{"damaged", ring, "may", damaged, "damaged"},
		{"cut off", ring, "may", encrypted[0].GetData()[:27], "cut off: 27 bytes, at least 28 expected"},
		{"empty", ring, "may", nil, "cut off: 0 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewCodec(test.ring).Decode([]*commonpb.Payload{jsonPayload("1"), encryptedPayload(test.id, test.data)})
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, "payload 2 of 2")
		})
	}
}

func TestCodecLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	codec := NewCodec(testRing(t, testKey("may", 1)))
	once, err := codec.Encode([]*commonpb.Payload{jsonPayload("1")})
	require.NoError(t, err)
	twice, err := codec.Encode(once)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(once, twice, protocmp.Transform()), "nothing is encrypted twice")
	plain, err := NewCodec(nil).Encode([]*commonpb.Payload{jsonPayload("1"), nil})
	require.NoError(t, err)
	require.Empty(t, cmp.Diff([]*commonpb.Payload{jsonPayload("1"), nil}, plain, protocmp.Transform()))
}

func TestKeyRingProblemsComeTogether(t *testing.T) {
	t.Parallel()
	_, err := NewKeyRing(testKey("may", 1), testKey("may", 2), Key{ID: "short", Secret: []byte("x")}, testKey("", 3))
	require.EqualError(t, err, strings.Join([]string{
		`encryption key 2 ("may"): the id is used twice: every key needs its own`,
		`encryption key 3 ("short"): the secret has 1 bytes: it must be 32 random bytes`,
		`encryption key 4 (""): the key has no id: name it, for example by the month it was made`,
	}, "\n"))
}

func TestFailuresAreEncryptedOnlyWithAKey(t *testing.T) {
	t.Parallel()
	failed := errors.New("no number in: please stop")
	plain := NewFailureConverter(nil).ErrorToFailure(failed)
	require.Equal(t, failed.Error(), plain.GetMessage())

	secret := NewFailureConverter(testRing(t, testKey("may", 1)))
	encrypted := secret.ErrorToFailure(failed)
	require.NotContains(t, encrypted.String(), "stop")
	require.ErrorContains(t, secret.FailureToError(encrypted), "please stop")
}

func TestCodecHandler(t *testing.T) {
	t.Parallel()
	handler := NewCodecHandler(testRing(t, testKey("may", 1)))
	encoded := post(t, handler, "/codec/encode", &commonpb.Payloads{Payloads: []*commonpb.Payload{jsonPayload(`"a"`)}})
	require.Equal(t, "binary/encrypted", string(encoded.GetPayloads()[0].GetMetadata()[converter.MetadataEncoding]))
	decoded := post(t, handler, "/codec/decode", encoded)
	require.Equal(t, `"a"`, string(decoded.GetPayloads()[0].GetData()))

	for name, body := range map[string]string{
		"not JSON":  "{",
		"too large": `{"payloads":[{"data":"` + strings.Repeat("A", maxCodecRequest) + `"}]}`,
	} {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/codec/decode", strings.NewReader(body)))
		require.Equal(t, http.StatusBadRequest, recorder.Code, name)
	}
}

// post sends payloads through the codec endpoint.
func post(t *testing.T, handler http.Handler, path string, payloads *commonpb.Payloads) *commonpb.Payloads {
	t.Helper()
	body, err := protojson.Marshal(payloads)
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body)))
	require.Equal(t, http.StatusOK, recorder.Code, recorder.Body.String())
	var answer commonpb.Payloads
	require.NoError(t, protojson.Unmarshal(recorder.Body.Bytes(), &answer))
	return &answer
}

func FuzzDecrypt(f *testing.F) {
	ring := testRing(f, testKey("may", 1))
	encrypted, err := NewCodec(ring).Encode([]*commonpb.Payload{jsonPayload("1")})
	require.NoError(f, err)
	f.Add("may", encrypted[0].GetData())
	f.Add("", []byte{})
	f.Fuzz(func(t *testing.T, id string, data []byte) {
		decrypted, err := NewCodec(ring).Decode([]*commonpb.Payload{encryptedPayload(id, data)})
		if err == nil && string(decrypted[0].GetData()) != "1" {
			t.Fatal("decrypted what was never encrypted")
		}
	})
}

// encryptedPayload claims to be encrypted with a key.
func encryptedPayload(id string, data []byte) *commonpb.Payload {
	return &commonpb.Payload{Data: data, Metadata: map[string][]byte{
		converter.MetadataEncoding: []byte(encodingEncrypted), metadataKeyID: []byte(id),
	}}
}
