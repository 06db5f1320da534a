package provider

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"replyflow/internal/message"
)

var update = flag.Bool("update", false, "rewrite golden files")

// golden is what a request must be read as, and answered with.
type golden struct {
	Refusal   *Refusal          `json:"refusal,omitempty"`
	Messages  []message.Inbound `json:"messages,omitempty"`
	Updates   []message.Update  `json:"updates,omitempty"`
	Challenge string            `json:"challenge,omitempty"`
	Unknown   int               `json:"unknown,omitempty"`
	Answer    string            `json:"answer,omitempty"`
}

// A request in testdata is an HTTP request. {signed by SECRET} in a header stands
// for the right signature, {sha256} in the first line for the body's hash.
func TestGoldenRequests(t *testing.T) {
	t.Parallel()
	for _, p := range All() {
		for _, file := range requestsOf(t, p) {
			name := strings.TrimSuffix(filepath.Base(file), ".request")
			t.Run(p.Name()+"/"+name, func(t *testing.T) {
				t.Parallel()
				compareGolden(t, strings.TrimSuffix(file, ".request")+".golden.json", readGolden(t, p, file))
			})
		}
	}
}

// Every provider has golden requests for each of its addresses: one that is taken
// and one that is refused.
func TestEveryProviderHasGoldenRequests(t *testing.T) {
	t.Parallel()
	for _, p := range All() {
		taken, refused := map[string]int{}, map[string]int{}
		for _, file := range requestsOf(t, p) {
			request := readRequestFile(t, file)
			endpoint, _ := endpointOf(t, p, request)
			if readGolden(t, p, file).Refusal == nil {
				taken[endpoint.Path]++
			} else {
				refused[endpoint.Path]++
			}
		}
		for _, endpoint := range p.Endpoints() {
			if taken[endpoint.Path] == 0 || refused[endpoint.Path] == 0 {
				t.Errorf("%s has %d requests that are taken and %d that are refused for %s in testdata/%s; it needs one of each",
					p.Name(), taken[endpoint.Path], refused[endpoint.Path], endpoint.Path, p.Name())
			}
		}
	}
}

func requestsOf(t testing.TB, p Provider) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", p.Name(), "*.request"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// readGolden reads a request file as the webhook would, and writes the answer.
func readGolden(t testing.TB, p Provider, file string) golden {
	t.Helper()
	request := readRequestFile(t, file)
	endpoint, vars := endpointOf(t, p, request)
	request.Vars = vars
	batch, err := endpoint.Read(request, goldenSenders)
	var refused *Refusal
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("it failed with %v, which is no Refusal", err)
	}
	read := golden{Refusal: refused, Messages: batch.Messages, Updates: batch.Updates, Challenge: batch.Challenge, Unknown: batch.Unknown}
	if refused == nil {
		w := httptest.NewRecorder()
		endpoint.Write(w, batch)
		read.Answer = strings.TrimSpace(fmt.Sprintf("%d %s %s", w.Code, w.Header().Get("Content-Type"), strings.TrimSpace(w.Body.String())))
	}
	return read
}

// endpointOf is the address that a request is for; its method is one of those that
// the address takes.
func endpointOf(t testing.TB, p Provider, r Request) (Endpoint, map[string]string) {
	t.Helper()
	path, _, _ := strings.Cut(strings.TrimPrefix(r.URL, publicURL), "?")
	for _, endpoint := range p.Endpoints() {
		router := mux.NewRouter().UseEncodedPath()
		router.HandleFunc(endpoint.Path, func(http.ResponseWriter, *http.Request) {}).Methods(endpoint.Methods...)
		var match mux.RouteMatch
		if router.Match(httptest.NewRequest(r.Method, path, nil), &match) {
			return endpoint, match.Vars
		}
	}
	t.Fatalf("%s has no address for %s %s", p.Name(), r.Method, path)
	return Endpoint{}, nil
}

const publicURL = "https://hooks.example.com"

// goldenTime is the arrival of every golden request.
var goldenTime = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

func readRequestFile(t testing.TB, file string) Request {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := bytes.Cut(data, []byte("\n\n"))
	body = bytes.TrimSuffix(body, []byte("\n"))
	sum := sha256.Sum256(body)
	text := strings.ReplaceAll(string(head), "{sha256}", hex.EncodeToString(sum[:]))
	first, _, _ := strings.Cut(text, "\n")
	text = strings.Replace(text, first, first+" HTTP/1.1", 1)
	read, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n") + "\r\n\r\n")))
	if err != nil {
		t.Fatalf("%s is no HTTP request: %v", file, err)
	}
	r := Request{
		Method: read.Method, URL: publicURL + read.RequestURI, RawQuery: read.URL.RawQuery, Header: read.Header, Body: body, ArrivedAt: goldenTime,
	}
	signFile(t, &r)
	return r
}

// signFile puts the signatures that a request file asks for into its headers.
func signFile(t testing.TB, r *Request) {
	t.Helper()
	for name, values := range r.Header {
		secret, asked := strings.CutPrefix(values[0], "{signed by ")
		if !asked {
			continue
		}
		secret = strings.TrimSuffix(secret, "}")
		if name != "X-Twilio-Signature" {
			mac := hmac.New(sha256.New, []byte(secret))
			_, _ = mac.Write(r.Body)
			r.Header.Set(name, "sha256="+hex.EncodeToString(mac.Sum(nil)))
			continue
		}
		signed := url.Values{}
		if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
			var err error
			if signed, err = url.ParseQuery(string(r.Body)); err != nil {
				t.Fatal(err)
			}
			for name, values := range signed {
				slices.Sort(values)
				signed[name] = slices.Compact(values)
			}
		}
		r.Header.Set(name, SignTwilio(r.URL, signed, secret))
	}
}

func compareGolden(t *testing.T, file string, got golden) {
	t.Helper()
	data, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, '\n')
	if *update {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; run the test with -update to write it", err)
	}
	if !bytes.Equal(data, want) {
		t.Errorf("%s differs; if that is right, run the test with -update. Got:\n%s", file, data)
	}
}
