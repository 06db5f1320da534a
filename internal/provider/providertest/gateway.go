package providertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"
)

// GatewayToken is the credential that the gateway takes.
const GatewayToken = "gateway-test-token"

// Gateway behaves like the generic JSON gateway: a key that it knows gets the
// answer of the first request and takes nothing twice.
type Gateway struct{ Server }

// NewGateway starts a server that ends with the test.
func NewGateway(t testing.TB) *Gateway {
	gateway := &Gateway{}
	gateway.explain = func(_, code int, m Message) string {
		problem := map[string]any{"message": gossip(m)}
		if code != 0 {
			problem["code"] = strconv.Itoa(code)
		}
		return encode(problem)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /messages", gateway.create)
	gateway.start(t, mux)
	return gateway
}

func (s *Gateway) create(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+GatewayToken {
		s.answer(w, Refused(http.StatusUnauthorized, 401), Message{})
		return
	}
	var sent struct {
		ID      string `json:"id"`
		From    string `json:"from"`
		To      string `json:"to"`
		Text    string `json:"text"`
		ReplyTo string `json:"reply_to"`
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(raw, &sent) != nil || sent.ID == "" || sent.To == "" || r.Header.Get("Idempotency-Key") != sent.ID {
		s.answer(w, Refused(http.StatusBadRequest, 400), Message{})
		return
	}
	m, ok := s.send(w, Message{
		ID: fmt.Sprintf("gw-%d", s.Sends()+1), SendID: sent.ID, From: sent.From, To: sent.To, Body: sent.Text, ReplyTo: sent.ReplyTo,
		Status: "queued", Direction: "outbound-api", At: time.Now(), Path: r.URL.Path, Raw: string(raw),
	}, func(taken []Message) *Message {
		if i := slices.IndexFunc(taken, func(m Message) bool { return m.SendID == sent.ID }); i >= 0 {
			return &taken[i]
		}
		return nil
	})
	if ok {
		write(w, http.StatusAccepted, encode(map[string]any{"id": m.ID, "status": m.Status}))
	}
}
