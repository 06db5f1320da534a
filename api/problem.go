package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"

	"replyflow/definitions"
	"replyflow/internal/store"
)

// DefinitionProblems answers a definition with errors: one entry for each
// problem, as every error has, and the problems themselves for programs.
type DefinitionProblems struct {
	huma.ErrorModel
	Problems definitions.Problems `json:"problems"`
}

// refuseDefinition is the answer to a definition with errors; warnings are told
// along with them.
func refuseDefinition(problems definitions.Problems) *DefinitionProblems {
	answer := &DefinitionProblems{Problems: problems}
	answer.Status = http.StatusUnprocessableEntity
	answer.Title = http.StatusText(answer.Status)
	count := len(problems.Errors())
	answer.Detail = fmt.Sprintf("The definition has %d errors; nothing was changed.", count)
	if count == 1 {
		answer.Detail = "The definition has an error; nothing was changed."
	}
	for _, problem := range problems {
		text := problem.Message
		if problem.Severity == definitions.SeverityWarning {
			text = "warning: " + text
		}
		if problem.Suggestion != "" {
			text += " (" + problem.Suggestion + ")"
		}
		answer.Errors = append(answer.Errors, &huma.ErrorDetail{
			Message:  text,
			Location: fmt.Sprintf("%s:%d:%d: %s", problem.File, problem.Line, problem.Column, problem.Path),
		})
	}
	return answer
}

// refuseField is a 422 about one field, such as body.created_at.
func refuseField(location, reason string) error {
	return huma.Error422UnprocessableEntity("The request has a problem.", &huma.ErrorDetail{Location: location, Message: reason})
}

// answerError turns an error of the store into an answer. What the caller can't
// mend goes to the log, and the caller hears that trying again may help.
func (a *API) answerError(ctx context.Context, doing, missing string, err error) error {
	var attributes *store.AttributeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return huma.Error404NotFound(missing)
	case errors.As(err, &attributes):
		return huma.Error422UnprocessableEntity("The request has a problem.", attributeDetails(attributes)...)
	case errors.Is(err, store.ErrInvalid):
		return huma.Error422UnprocessableEntity(sentence(err.Error()), &huma.ErrorDetail{Location: "body", Message: err.Error()})
	case errors.Is(err, store.ErrConflict):
		return huma.Error409Conflict("Somebody else changed the same thing at the same time; try again.")
	case store.Unavailable(err):
		a.logger.WarnContext(ctx, "a request to the API found no database", "doing", doing, "error", err)
		return huma.Error503ServiceUnavailable("The database can't be reached at the moment; try again.")
	case ctx.Err() != nil:
		return huma.Error503ServiceUnavailable("The request was given up before it was done.")
	}
	a.logger.ErrorContext(ctx, "a request to the API failed", "doing", doing, "error", err)
	return huma.Error500InternalServerError("Something went wrong on the server while " + doing + ". The server's log says what; trying again may help.")
}

// attributeDetails are one entry for each attribute that can't be written.
func attributeDetails(wrong *store.AttributeError) []error {
	details := make([]error, len(wrong.Problems))
	for i, problem := range wrong.Problems {
		details[i] = &huma.ErrorDetail{Location: "body.attributes." + problem.Attribute, Message: problem.Message}
	}
	return details
}

// sentence writes a clause as a sentence.
func sentence(clause string) string {
	first, size := utf8.DecodeRuneInString(clause)
	if size == 0 {
		return clause
	}
	return strings.ToUpper(string(first)) + clause[size:] + "."
}

// writeProblem answers where no operation does.
func writeProblem(w http.ResponseWriter, status int, detail string, entries ...*huma.ErrorDetail) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	// The client went away if this fails; there is nobody to tell.
	_ = json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(status), Status: status, Detail: detail, Errors: entries})
}

// refuseAddress answers addresses that no route of a router has, and methods
// that the routes of an address don't take.
func refuseAddress(router *mux.Router) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		allowed := methodsOf(router, r)
		if len(allowed) == 0 {
			writeProblem(w, http.StatusNotFound, "There is nothing at this address; "+Prefix+"/openapi.json lists what there is.")
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, http.StatusMethodNotAllowed, "This address takes "+strings.Join(allowed, " and ")+", not "+r.Method+".")
	})
}

// methodsOf are the methods that a router takes at the address of a request. It
// asks for each: a subrouter forgets that a route matched but for its method.
func methodsOf(router *mux.Router, r *http.Request) []string {
	var taken []string
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete} {
		asked := r.Clone(r.Context())
		asked.Method = method
		var match mux.RouteMatch
		if router.Match(asked, &match) && match.MatchErr == nil {
			taken = append(taken, method)
		}
	}
	return taken
}
