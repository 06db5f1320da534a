package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"
)

// maxBody is how many bytes the body of a request may have. A definition is a
// file that people write; a person is a form.
const maxBody = 1 << 20

// newConfig describes the API. There is no page of docs, which would load
// scripts from elsewhere, and no link to a schema in the answers, which would
// echo the Host header.
func newConfig() huma.Config {
	config := huma.DefaultConfig("replyflow", "1")
	config.Info.Description = "The management API of replyflow: people, campaigns, runs and the activity log."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Servers = []*huma.Server{{URL: Prefix}}
	config.Security = []map[string][]string{{"key": {}}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "An API key. " + howToGetAKey},
	}
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decodeJSON}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.RejectUnknownQueryParameters = true
	config.Transformers = []huma.Transformer{hideValues, nameLimit}
	return config
}

// decodeJSON reads one JSON value and keeps the digits of its numbers.
func decodeJSON(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return errors.New("the JSON ends too early")
		}
		return fmt.Errorf("the body is not the JSON that it must be: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something stands after the end of the JSON")
	}
	return nil
}

// hideValues takes the values out of errors: a body may hold what has no place
// in somebody's log.
func hideValues(_ huma.Context, _ string, answer any) (any, error) {
	if problem, ok := answer.(*huma.ErrorModel); ok {
		for _, detail := range problem.Errors {
			detail.Value = nil
		}
	}
	return answer, nil
}

// nameLimit says how large a body may be, and what to do with a larger one: huma's
// own words name the first size that is too much.
func nameLimit(ctx huma.Context, _ string, answer any) (any, error) {
	if problem, ok := answer.(*huma.ErrorModel); ok && problem.Status == http.StatusRequestEntityTooLarge {
		problem.Detail = fmt.Sprintf("The body is larger than %d bytes, the most that this address takes; send less, in several requests where that is possible.",
			ctx.Operation().MaxBodyBytes-1)
	}
	return answer, nil
}

// OpenAPI is the API's OpenAPI 3.1 document, as YAML.
func OpenAPI() ([]byte, error) {
	return New(Options{}).addOperations(mux.NewRouter()).OpenAPI().YAML()
}

// serveDocument answers with a document that is the same for everybody.
func serveDocument(contentType string, write func() ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		document, err := write()
		if err != nil {
			writeProblem(w, http.StatusInternalServerError, "The document can't be written: "+err.Error())
			return
		}
		w.Header().Set("Content-Type", contentType)
		// The client went away if this fails; there is nobody to tell.
		_, _ = w.Write(document)
	})
}

// schemaOf is the schema of a type, for what huma can't derive from a handler.
func schemaOf[T any](api huma.API) *huma.Schema {
	t := reflect.TypeFor[T]()
	return api.OpenAPI().Components.Schemas.Schema(t, true, t.Name())
}

func problemContent(schema *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}
}

// operation is what an operation's declaration looks like, in one place.
func operation(method, path, id, tag, summary string) huma.Operation {
	return huma.Operation{
		Method: method, Path: path, OperationID: id, Tags: []string{tag}, Summary: summary,
		MaxBodyBytes: maxBody + 1, // the body that fills the limit is refused already
	}
}

// handle adds an operation.
func handle[In, Out any](api huma.API, op huma.Operation, handler func(context.Context, *In) (*Out, error)) {
	huma.Register(api, op, handler)
}
