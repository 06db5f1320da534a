package providertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"
)

// The credentials that the Meta server takes.
const (
	MetaPhoneNumberID = "106540352242922"
	MetaToken         = "meta-test-token"
)

// Meta behaves like the messages endpoint of WhatsApp's Cloud API.
type Meta struct{ Server }

// NewMeta starts a server that ends with the test.
func NewMeta(t testing.TB) *Meta {
	meta := &Meta{}
	meta.explain = func(_, code int, m Message) string {
		return encode(map[string]any{"error": map[string]any{
			"message": fmt.Sprintf("(#%d) %s", code, gossip(m)), "type": "OAuthException", "code": code,
			"error_data": map[string]any{"messaging_product": "whatsapp", "details": gossip(m)}, "fbtrace_id": "test",
		}})
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{version}/{number}/messages", meta.create)
	meta.start(t, mux)
	return meta
}

func (s *Meta) create(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+MetaToken {
		s.answer(w, Refused(http.StatusUnauthorized, 190), Message{})
		return
	}
	var sent struct {
		Product   string `json:"messaging_product"`
		To        string `json:"to"`
		Recipient string `json:"recipient"`
		Type      string `json:"type"`
		Text      struct {
			Body string `json:"body"`
		} `json:"text"`
		Context struct {
			MessageID string `json:"message_id"`
		} `json:"context"`
		SendID string `json:"biz_opaque_callback_data"`
	}
	raw, err := io.ReadAll(r.Body)
	malformed := err != nil || json.Unmarshal(raw, &sent) != nil
	if malformed || r.PathValue("number") != MetaPhoneNumberID || sent.Product != "whatsapp" || sent.Type != "text" || sent.Text.Body == "" || sent.To+sent.Recipient == "" {
		s.answer(w, Refused(http.StatusBadRequest, 100), Message{})
		return
	}
	m, ok := s.send(w, Message{
		ID: fmt.Sprintf("wamid.%032x", s.Sends()+1), SendID: sent.SendID, From: MetaPhoneNumberID, To: sent.To, Recipient: sent.Recipient,
		Body: sent.Text.Body, ReplyTo: sent.Context.MessageID, Status: "accepted", Direction: "outbound-api",
		At: time.Now(), Path: r.URL.Path, Raw: string(raw),
	}, none)
	if !ok {
		return
	}
	contact := map[string]any{"input": m.To, "wa_id": m.To}
	if m.To == "" {
		contact = map[string]any{"input": m.Recipient, "user_id": m.Recipient}
	}
	write(w, http.StatusOK, encode(map[string]any{
		"messaging_product": "whatsapp", "contacts": []any{contact},
		"messages": []any{map[string]any{"id": m.ID, "message_status": m.Status}},
	}))
}
