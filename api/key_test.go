package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestNoKeyNoAccess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	addresses := []string{
		"/api/v1/people", "/api/v1/people/ann", "/api/v1/campaigns", "/api/v1/runs", "/api/v1/activity",
		"/api/v1/openapi.json", "/api/v1/openapi.yaml", "/api/v1/nothing", "/api/v1",
	}
	headers := map[string]string{
		"none": "", "wrong": "Bearer rf_wrong", "empty": "Bearer ", "another scheme": "Basic " + testKey, "bare": testKey,
		"part": "Bearer " + testKey[:4], "longer": "Bearer " + testKey + "x",
	}
	for _, address := range addresses {
		for name, header := range headers {
			t.Run(address+" "+name, func(t *testing.T) {
				b := b.in(t)
				told := b.refused(http.StatusUnauthorized, "GET", address, "", "Authorization", header)
				if !strings.Contains(told.Detail, "api_keys") {
					t.Errorf("the refusal doesn't say how to get a key: %s", told.Detail)
				}
			})
		}
	}
	got := b.call("GET", "/api/v1/people", "", "Authorization", "")
	if header := got.header.Get("WWW-Authenticate"); !strings.HasPrefix(header, "Bearer") {
		t.Errorf("WWW-Authenticate is %q", header)
	}
	b.refused(http.StatusUnauthorized, "PUT", "/api/v1/people/ann", `{}`, "Authorization", "")
	b.refused(http.StatusUnauthorized, "PATCH", "/api/v1/people/ann", `{}`, "Authorization", "")
	b.must(http.StatusOK, "GET", "/api/v1/people", "", "Authorization", "bearer  "+testKey)
}

func TestKeysSpeakForTheirWorkspace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{}`)
	b.refused(http.StatusNotFound, "GET", "/api/v1/people/ann", "", "Authorization", "Bearer "+otherKey)
	b.must(http.StatusCreated, "PUT", "/api/v1/people/ann", `{}`, "Authorization", "Bearer "+otherKey)
}

func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, address := range []string{"/api/v1/nothing", "/api/v1/", "/api/v1//people", "/api/v1/people/", "/api/v1/people/ann/", "/api/v1/people/ann//"} {
		b.refused(http.StatusNotFound, "GET", address, "")
	}
	b.refused(http.StatusMethodNotAllowed, "PATCH", "/api/v1/people/ann", "")
	if allow := b.call("PATCH", "/api/v1/people/ann", "").header.Get("Allow"); allow != "GET, PUT, DELETE" {
		t.Errorf("Allow: %q", allow)
	}
}
