package webhook

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"
)

// hookPath is the address of a campaign's webhook below the public URL.
const hookPath = "/hooks/{token}"

// HookURL is the address that providers call for a token.
func HookURL(publicURL, token string) string {
	return strings.TrimRight(publicURL, "/") + "/hooks/" + token
}

// Register adds the routes of intake to a router. They stand at the root and,
// when the public URL has a path, below that path too: some proxies cut it off
// and some don't.
func (in *Intake) Register(router *mux.Router) {
	prefixes := []string{""}
	if in.prefix != "" {
		prefixes = append(prefixes, in.prefix)
	}
	for _, prefix := range prefixes {
		router.HandleFunc(prefix+hookPath, in.serveHook).Methods(http.MethodPost, http.MethodGet)
		router.HandleFunc(prefix+hookPath, in.refuseMethod)
	}
}

// Router returns a router with the routes of intake and nothing else.
func (in *Intake) Router() *mux.Router {
	router := mux.NewRouter()
	in.Register(router)
	return router
}

func (in *Intake) refuseMethod(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "GET, POST")
	writeRefusal(w, r, refuse(http.StatusMethodNotAllowed, "method", "a webhook is a POST or a GET, not %s", clip(r.Method)))
}
