package api

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gorilla/mux"
)

// Page says which part of a list to return.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"50" doc:"How many to return at most."`
	Cursor string `query:"cursor" doc:"next of the page before; nothing for the first page."`
}

// readTarget unescapes the parts of the path, once: the router matches paths as
// they are encoded, so that an id may hold a slash. It refuses addresses that no
// text can stand for, which no database could look up.
func readTarget(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := url.QueryUnescape(r.URL.RawQuery)
		if err != nil || !isText(query) || !isText(r.URL.Path) {
			writeProblem(w, http.StatusBadRequest, "The address isn't valid: what is percent-encoded in it must be UTF-8 text without NUL.")
			return
		}
		if name := emptyFilter(r.URL.Query()); name != "" {
			writeProblem(w, http.StatusUnprocessableEntity, "The filter "+name+" is empty: give it a value, or leave it out to keep all.")
			return
		}
		parts := map[string]string{}
		for name, part := range mux.Vars(r) {
			if parts[name], err = url.PathUnescape(part); err != nil {
				writeProblem(w, http.StatusBadRequest, "The address isn't valid: "+err.Error()+".")
				return
			}
		}
		next.ServeHTTP(w, mux.SetURLVars(r, parts))
	})
}

// filters are parameters that keep a part of a list. An empty one would keep all,
// which is hardly meant.
var filters = []string{"phone", "person", "campaign", "run", "sender", "status", "type", "segment"}

func emptyFilter(query url.Values) string {
	for _, name := range filters {
		if query.Has(name) && query.Get(name) == "" {
			return name
		}
	}
	return ""
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
