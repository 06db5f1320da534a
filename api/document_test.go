package api_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"replyflow/api"
)

var update = flag.Bool("update", false, "rewrite the generated files")

// TestGeneratedOpenAPI keeps docs/openapi.yaml what the code says.
func TestGeneratedOpenAPI(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "docs", "openapi.yaml")
	document, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, document, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), string(document)); diff != "" {
		t.Errorf("%s is out of date; run make generate\n%s", path, diff)
	}
}

func TestDocumentIsServed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]json.RawMessage
		Servers []struct{ URL string }
	}
	b.must(http.StatusOK, "GET", "/api/v1/openapi.json", "").decode(t, &document)
	if document.OpenAPI[:3] != "3.1" || document.Paths["/people/{id}"]["put"] == nil || document.Servers[0].URL != "/api/v1" {
		t.Errorf("document %+v", document)
	}
	b.must(http.StatusOK, "GET", "/api/v1/openapi.yaml", "")
	b.refused(http.StatusNotFound, "GET", "/api/v1/docs", "")
}
