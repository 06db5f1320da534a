package webhook

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What no route takes is refused where it was sent, in a line; it is never sent
// on, which would lose a delivery's body.
func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	h := setup(t, nil)
	for _, path := range []string{"/hooks/", "/hooks", "/hooks/" + testToken + "/", "/hooks//" + testToken, "/hooks/./" + testToken, "/", "/../hooks/" + testToken} {
		got := h.send(sent{path: path, body: "{}"})
		if got.status != http.StatusNotFound || !strings.Contains(got.body, "nothing at this address") || strings.Count(got.body, "\n") != 1 {
			t.Errorf("%s: got %d %q", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/hooks/.", "/hooks/..", "/hooks/%2F"} {
		if got := h.send(sent{path: path, body: "{}"}); got.status != http.StatusNotFound || !strings.Contains(got.body, "no campaign has this address") {
			t.Errorf("%s: got %d %q", path, got.status, got.body)
		}
	}
}

func TestRouterNamesTheMethodsOfAnyAddress(t *testing.T) {
	t.Parallel()
	router := NewRouter()
	router.HandleFunc("/healthz", func(http.ResponseWriter, *http.Request) {}).Methods(http.MethodGet, http.MethodHead)
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/healthz", strings.NewReader("{}")))
	want := "this address takes GET and HEAD, not POST\n"
	if answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "GET, HEAD" || answer.Body.String() != want {
		t.Errorf("got %d, Allow %q: %s", answer.Code, answer.Header().Get("Allow"), answer.Body)
	}
}
