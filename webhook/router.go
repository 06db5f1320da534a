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
		router.HandleFunc(prefix+hookPath, refuseMethods([]string{http.MethodGet, http.MethodPost}))
		in.registerProviders(router, prefix)
	}
}

// Router returns a router with the routes of intake and nothing else.
func (in *Intake) Router() *mux.Router {
	router := NewRouter()
	in.Register(router)
	return router
}

// refuseMethods answers a method that an address doesn't take.
func refuseMethods(taken []string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		writeRefusal(w, r, refuse(http.StatusMethodNotAllowed, "method",
			"this address takes %s, not %s", strings.Join(taken, " and "), clip(r.Method)).allowing(taken...))
	}
}
