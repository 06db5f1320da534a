package provider

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"
)

type twilioVector struct {
	Name        string            `json:"name"`
	Kind        string            `json:"kind"`
	AuthToken   string            `json:"auth_token"`
	URL         string            `json:"url"`
	Params      map[string]string `json:"params"`
	Body        string            `json:"body"`
	Signature   string            `json:"signature"`
	ExpectValid bool              `json:"expect_valid"`
}

func (v twilioVector) call() TwilioCall {
	call := TwilioCall{URL: v.URL, Method: http.MethodPost, ContentType: "application/json", Body: []byte(v.Body)}
	if v.Kind == "form" {
		call.ContentType = "application/x-www-form-urlencoded"
	}
	if v.Kind == "form" && v.Body == "" {
		form := url.Values{}
		for name, value := range v.Params {
			form.Set(name, value)
		}
		call.Body = []byte(form.Encode())
	}
	return call
}

// The vectors are those of Twilio's documentation and of its libraries.
func TestTwilioVectors(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/twilio_signatures.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors    []twilioVector `json:"vectors"`
		OwnVectors []twilioVector `json:"own_vectors"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	vectors := append(file.Vectors, file.OwnVectors...)
	if len(vectors) < 10 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		if got := v.call().SignedBy(v.Signature, []string{"another", v.AuthToken}); got != v.ExpectValid {
			t.Errorf("%s: %v, want %v", v.Name, got, v.ExpectValid)
		}
		if v.call().SignedBy(v.Signature, []string{"another", ""}) || v.call().SignedBy(v.Signature, nil) {
			t.Errorf("%s: valid without its token", v.Name)
		}
	}
}

func TestTwilioURLVariants(t *testing.T) {
	t.Parallel()
	cases := []struct {
		url, signed string
		want        bool
	}{
		{"https://u:p@x.example/a", "https://x.example/a", true},
		{"https://u:p@x.example/a", "https://u:p@x.example:443/a", true},
		{"http://x.example/a", "http://x.example:80/a", true},
		{"https://[::1]/a", "https://[::1]:443/a", true},
		{"https://[::1]:8443/a", "https://[::1]/a", true},
		{"https://x.example/a?b='c'", "https://x.example/a?b=%27c%27", true},
		{"https://x.example/a?b=%27", "https://x.example/a?b='", true},
		{"https://x.example/a?b=1#&c=2", "https://x.example/a?b=1", false},
		{"https://x.example/a", "https://x.example/A", false},
		{"https://x.example/a", "http://x.example/a", false},
		{"https://x.example/a'", "https://x.example/a%27", false},
	}
	for _, c := range cases {
		if got := slices.Contains(twilioURLs(c.url), c.signed); got != c.want {
			t.Errorf("%s as %s: %v, want %v", c.url, c.signed, got, c.want)
		}
	}
}

func TestTwilioSignsDistinctValuesSorted(t *testing.T) {
	t.Parallel()
	call := TwilioCall{Method: http.MethodPost, ContentType: "application/x-www-form-urlencoded", Body: []byte("b=2&a=z&b=1&b=2&%E9=%ff&e=")}
	if got, ok := call.parameters(); !ok || got != "azb1b2e\xe9\xff" {
		t.Errorf("got %q, %v", got, ok)
	}
}
