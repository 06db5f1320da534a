package webhook

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

type decodeCase struct {
	Name            string          `json:"name"`
	Method          string          `json:"method"`
	Query           string          `json:"query"`
	ContentType     string          `json:"content_type"`
	ContentEncoding string          `json:"content_encoding"`
	Body            string          `json:"body"`
	Payload         json.RawMessage `json:"payload"`
	Status          int             `json:"status"`
	Reason          string          `json:"reason"`
}

func (c decodeCase) request() *http.Request {
	method := c.Method
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequest(method, "/hooks/token", nil)
	r.URL.RawQuery = c.Query
	if c.ContentType != "" {
		r.Header.Set("Content-Type", c.ContentType)
	}
	if c.ContentEncoding != "" {
		r.Header.Set("Content-Encoding", c.ContentEncoding)
	}
	return r
}

func decodeCases(t testing.TB) []decodeCase {
	t.Helper()
	data, err := os.ReadFile("testdata/decode.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []decodeCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, c := range decodeCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got, refused := decode(c.request(), []byte(c.Body), true)
			if c.Status != 0 {
				if refused == nil {
					t.Fatalf("got %s, want %d", got.payload, c.Status)
				}
				if refused.status != c.Status || !strings.Contains(refused.reason, c.Reason) {
					t.Errorf("got %d %q, want %d %q", refused.status, refused.reason, c.Status, c.Reason)
				}
				return
			}
			if refused != nil {
				t.Fatalf("refused: %d %s", refused.status, refused.reason)
			}
			if want := compacted(t, c.Payload); !bytes.Equal(got.payload, want) {
				t.Errorf("got  %s\nwant %s", got.payload, want)
			}
		})
	}
}

// compacted writes texts as intake does, so that payloads compare byte by byte.
func compacted(t *testing.T, raw json.RawMessage) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecodeBytesThatNoFileShouldHold(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, body string
		status     int
		reason     string
	}{
		{"invalid UTF-8", "{\"a\":\n \"\xff\"}", 400, "not UTF-8 at line 2, column 3"},
		{"deepest", strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), 0, ""},
		{"too deep", strings.Repeat("[", maxDepth+1), 400, "nests deeper than 128 levels at line 1, column 129"},
		{"far too deep", strings.Repeat(`{"a":`, 100_000), 400, "nests deeper"},
		{"brackets in a text", `"` + strings.Repeat(`[\"`, 1000) + `"`, 0, ""},
		{"NUL", "\x00", 400, "line 1, column 1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, refused := decode(decodeCase{}.request(), []byte(c.body), true)
			if c.status == 0 {
				if refused != nil {
					t.Errorf("refused: %s", refused.reason)
				}
				return
			}
			if refused == nil || refused.status != c.status || !strings.Contains(refused.reason, c.reason) {
				t.Errorf("got %+v, want %d %q", refused, c.status, c.reason)
			}
		})
	}
}

// A form of control characters is six times as long in JSON; Temporal would
// refuse what becomes of the largest one.
func TestDecodeRefusesWhatGrowsTooLarge(t *testing.T) {
	t.Parallel()
	c := decodeCase{ContentType: "application/x-www-form-urlencoded"}
	_, refused := decode(c.request(), append([]byte("a="), bytes.Repeat([]byte{1}, DefaultBody-2)...), true)
	if refused == nil || refused.status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %+v, want 413", refused)
	}
}

func FuzzDecode(f *testing.F) {
	for _, c := range decodeCases(f) {
		f.Add(c.Method == http.MethodGet, c.Query, c.ContentType, []byte(c.Body))
	}
	f.Fuzz(func(t *testing.T, get bool, query, contentType string, body []byte) {
		c := decodeCase{Query: query, ContentType: contentType}
		if get {
			c.Method = http.MethodGet
		}
		got, refused := decode(c.request(), body, true)
		if refused != nil {
			if refused.status < 400 || refused.status > 499 || refused.reason == "" {
				t.Errorf("refused with %d %q", refused.status, refused.reason)
			}
			if text := oneLine(refused.reason); strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
				t.Errorf("the reason is not one line: %q", text)
			}
			return
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(got.payload, &object); err != nil || object == nil || !utf8.Valid(got.payload) {
			t.Errorf("the payload is no JSON object (%v): %q", err, got.payload)
		}
	})
}
