package temporal

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"pgregory.net/rapid"
)

// holder has every kind of place in which a number can hide.
type holder struct {
	Any     any             `json:"any"`
	Map     map[string]any  `json:"map"`
	List    []any           `json:"list"`
	Raw     json.RawMessage `json:"raw"`
	Number  json.Number     `json:"number"`
	Pointer *holder         `json:"pointer,omitempty"`
}

func TestNumbersKeepEveryDigit(t *testing.T) {
	t.Parallel()
	numbers := []string{
		"0", "-0", "1.0", "1.10", "9007199254740993", "123456789012345678901234567890",
		"0.1000000000000000055511151231257827", "1e400", "-1E-400", "15550100123",
	}
	for _, number := range numbers {
		t.Run(number, func(t *testing.T) {
			t.Parallel()
			data := NewDataConverter(nil)
			text := fmt.Sprintf(`{"any":%[1]s,"map":{"a":[%[1]s]},"list":[{"b":%[1]s}],"raw":{"c":%[1]s},"number":%[1]s}`, number)
			var decoded holder
			require.NoError(t, data.FromPayload(jsonPayload(text), &decoded))
			encoded, err := data.ToPayload(decoded)
			require.NoError(t, err)
			require.Equal(t, text, string(encoded.GetData()))
		})
	}
}

func TestAnyNestingSurvives(t *testing.T) {
	t.Parallel()
	data := NewDataConverter(nil)
	rapid.Check(t, func(t *rapid.T) {
		text := nestedJSON(4).Draw(t, "json")
		var anything any
		require.NoError(t, data.FromPayload(jsonPayload(text), &anything))
		payload, err := data.ToPayload(holder{Any: anything, Raw: json.RawMessage(text)})
		require.NoError(t, err)
		var back holder
		require.NoError(t, data.FromPayload(payload, &back))
		require.Equal(t, anything, back.Any)
		require.Equal(t, text, string(back.Raw))
		again, err := data.ToPayload(back.Any)
		require.NoError(t, err)
		require.Equal(t, text, string(again.GetData()))
	})
}

// nestedJSON generates compact JSON with one key an object, whose numbers no
// float64 can hold.
func nestedJSON(depth int) *rapid.Generator[string] {
	number := rapid.StringMatching(`-?[1-9][0-9]{0,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?`)
	if depth == 0 {
		return number
	}
	inner := rapid.Deferred(func() *rapid.Generator[string] { return nestedJSON(depth - 1) })
	list := rapid.Map(rapid.SliceOfN(inner, 0, 3), func(items []string) string { return "[" + strings.Join(items, ",") + "]" })
	object := rapid.Map(inner, func(item string) string { return `{"k<>&":` + item + `}` })
	return rapid.OneOf(number, list, object)
}

func TestRawJSONPassesUntouched(t *testing.T) {
	t.Parallel()
	data := NewDataConverter(nil)
	raw := json.RawMessage("{ \"b\": 1.50,\n \"a\": \"<&>\u2028\", \"b\": 2 }")
	for name, value := range map[string]any{"value": raw, "pointer": &raw} {
		payload, err := data.ToPayload(value)
		require.NoError(t, err, name)
		require.Equal(t, string(raw), string(payload.GetData()), name)
		require.Equal(t, "json/plain", string(payload.GetMetadata()[converter.MetadataEncoding]), name)
		var back json.RawMessage
		require.NoError(t, data.FromPayload(payload, &back), name)
		require.Equal(t, string(raw), string(back), name)
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		value    any
		encoding string
		data     string
	}{
		{"nil", nil, "binary/null", ""},
		{"nil raw message", json.RawMessage(nil), "json/plain", "null"},
		{"bytes", []byte("<b>"), "binary/plain", "<b>"},
		{"protobuf", &commonpb.WorkflowExecution{WorkflowId: "w"}, "json/protobuf", `{"workflowId":"w"}`},
		{"text", "a <b> & \"c\"", "json/plain", `"a <b> & \"c\""`},
		{"struct", struct {
			URL string `json:"url"`
		}{"https://example.org/?a=1&b=2"}, "json/plain", `{"url":"https://example.org/?a=1&b=2"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			payload, err := NewDataConverter(nil).ToPayload(test.value)
			require.NoError(t, err)
			require.Equal(t, test.encoding, string(payload.GetMetadata()[converter.MetadataEncoding]))
			require.Equal(t, test.data, strings.ReplaceAll(string(payload.GetData()), `": "`, `":"`))
		})
	}
}

func TestBrokenJSONIsAnError(t *testing.T) {
	t.Parallel()
	data := NewDataConverter(nil)
	for _, text := range []string{"", "{", `{"a":1} {"b":2}`, "1 2", "nope", `"`} {
		var anything any
		require.ErrorIs(t, data.FromPayload(jsonPayload(text), &anything), converter.ErrUnableToDecode, text)
	}
	_, err := data.ToPayload(json.RawMessage(`{"a":`))
	require.ErrorIs(t, err, converter.ErrUnableToEncode)
	require.ErrorContains(t, err, "not valid JSON")
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"a":[1e400,{"b":"<"}]}`, `12345678901234567890`, ``, `[`, "\xff", `"\ud800"`} {
		f.Add([]byte(seed))
	}
	data := NewDataConverter(nil)
	f.Fuzz(func(t *testing.T, text []byte) {
		var first any
		if data.FromPayload(jsonPayload(string(text)), &first) != nil {
			return
		}
		payload, err := data.ToPayload(holder{Any: first})
		require.NoError(t, err)
		var back holder
		require.NoError(t, data.FromPayload(payload, &back))
		require.Equal(t, first, back.Any)
		require.True(t, json.Valid(text), "nothing decodes that isn't JSON")
	})
}

// jsonPayload is a payload as any SDK writes it.
func jsonPayload(text string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte("json/plain")}, Data: []byte(text)}
}
