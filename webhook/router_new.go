package webhook

import (
	"net/http"

	"github.com/gorilla/mux"
)

// NewRouter returns a router without routes, for all that a server answers. It
// takes addresses as they are written: a token or an id is a part of a path as it
// is encoded, even one that is a dot, and a redirect to a cleaner path would lose
// a delivery's body. What no route takes is refused in a line that says why.
func NewRouter() *mux.Router {
	router := mux.NewRouter().UseEncodedPath().SkipClean(true)
	router.NotFoundHandler = http.HandlerFunc(refuseAddress)
	router.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuseMethods(methodsOf(router, r))(w, r)
	})
	return router
}

func refuseAddress(w http.ResponseWriter, r *http.Request) {
	writeRefusal(w, r, refuse(http.StatusNotFound, "unknown_address",
		"there is nothing at this address; a webhook's is /hooks/ and its token, with nothing after it"))
}

// methodsOf are the methods that a router takes at the address of a request. It
// asks for each: a router doesn't tell which route matched but for its method.
func methodsOf(router *mux.Router, r *http.Request) []string {
	var taken []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		asked := r.Clone(r.Context())
		asked.Method = method
		var match mux.RouteMatch
		if router.Match(asked, &match) && match.MatchErr == nil {
			taken = append(taken, method)
		}
	}
	return taken
}
