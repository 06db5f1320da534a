package api

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"

	"replyflow/internal/message"
)

// Key is a key to the API: who holds it speaks for a workspace.
type Key struct {
	Workspace string
	// Name tells keys apart, for people.
	Name string
	// Hash is the SHA-256 of the key. The key itself is kept nowhere.
	Hash []byte
}

// NewKey hashes a key.
func NewKey(workspace, name, key string) Key {
	hash := sha256.Sum256([]byte(key))
	return Key{Workspace: workspace, Name: name, Hash: hash[:]}
}

// howToGetAKey is what somebody without a key is told.
const howToGetAKey = "Send one as Authorization: Bearer KEY. Keys stand under api_keys of a workspace in the configuration; " +
	"replyflow dev writes one to the dev.json of its data folder."

// workspaceKey is the context's key of the caller's workspace.
type workspaceKey struct{}

// RequireKey lets requests through that carry a key, and tells the handler
// whose workspace they speak for.
func (a *API) RequireKey(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(key) == "" {
			w.Header().Set("WWW-Authenticate", `Bearer realm="replyflow"`)
			writeProblem(w, http.StatusUnauthorized, "This address needs an API key. "+howToGetAKey)
			return
		}
		workspace, ok := a.workspaceOf(strings.TrimSpace(key))
		if !ok {
			w.Header().Set("WWW-Authenticate", `Bearer realm="replyflow", error="invalid_token"`)
			writeProblem(w, http.StatusUnauthorized, "Nobody has this API key. "+howToGetAKey)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), workspaceKey{}, workspace)))
	})
}

// workspaceOf compares the key with every key there is: how long it takes says
// nothing about which of them came close.
func (a *API) workspaceOf(key string) (string, bool) {
	hash := sha256.Sum256([]byte(key))
	var workspace string
	found := 0
	for _, known := range a.keys {
		if same := subtle.ConstantTimeCompare(known.Hash, hash[:]); same == 1 {
			workspace, found = known.Workspace, 1
		}
	}
	return workspace, found == 1
}

// caller is the key of the workspace that a request speaks for.
func caller(ctx context.Context) string {
	workspace, _ := ctx.Value(workspaceKey{}).(string)
	return workspace
}

// callerSettings are the settings of the workspace that a request speaks for.
func (a *API) callerSettings(ctx context.Context) (message.Workspace, error) {
	key := caller(ctx)
	workspace, ok := a.workspaces(key)
	if !ok {
		return message.Workspace{}, fmt.Errorf("an API key speaks for workspace %q, which is not configured", key)
	}
	return workspace, nil
}
