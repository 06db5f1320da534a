package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
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

// requestTimeout bounds a request, so that a database that hangs is told of.
const requestTimeout = 30 * time.Second

// limitTime bounds every request but exports, which take as long as they are.
func limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".csv") {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// refuseEmptyFilters refuses a list's filter without a value, on every list alike:
// it would keep everything, and whoever asks for the person of an empty variable
// doesn't mean everybody. An empty cursor is the first page.
func refuseEmptyFilters(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var details []*huma.ErrorDetail
		query := r.URL.Query()
		for _, name := range slices.Sorted(maps.Keys(query)) {
			if r.Method == http.MethodGet && name != "cursor" && slices.Contains(query[name], "") {
				details = append(details, &huma.ErrorDetail{
					Location: "query." + name, Message: "it is empty; give it a value, or leave it out",
				})
			}
		}
		if len(details) > 0 {
			writeProblem(w, http.StatusUnprocessableEntity, "The request has a problem.", details...)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
