package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"replyflow/internal/config"
	"replyflow/internal/message"
)

// Gateway is a generic SMS gateway that speaks JSON: the example of how a provider
// is added. It posts {"id", "from", "to", "text", …} to /inbound/gateway/{sender},
// where {sender} is the sender's configured name, with the header
// X-Gateway-Signature: sha256=HMAC of the raw body, by one of the app_secrets.
type Gateway struct{}

const gatewayProvider = "gateway"

func init() { register(Gateway{}) }

// Name implements Provider.
func (Gateway) Name() string { return gatewayProvider }

// Check implements Provider.
func (Gateway) Check(sender config.Sender) (setting, problem string) {
	if len(sender.AppSecrets) == 0 {
		return "", "a gateway sender needs app_secrets, without which no signature can be checked"
	}
	return "", ""
}

// Endpoints implements Provider.
func (Gateway) Endpoints() []Endpoint {
	return []Endpoint{{
		Path: "/inbound/gateway/{sender}", Methods: []string{http.MethodPost}, Read: readGateway, Write: writeGateway,
	}}
}

// Send implements Provider.
func (Gateway) Send(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error) {
	return gatewaySend(ctx, client, sender, out)
}

// gatewayPost is what the gateway posts.
type gatewayPost struct {
	ID      string     `json:"id"`
	From    string     `json:"from"`
	To      string     `json:"to"`
	Text    string     `json:"text"`
	SentAt  *time.Time `json:"sent_at"`
	ReplyTo string     `json:"reply_to"`
	Media   []string   `json:"media"`
	// OptOut is stop, start or help when the gateway has acted on a keyword.
	OptOut string `json:"opt_out"`
}

func readGateway(r Request, senders Senders) (Batch, error) {
	sender, err := gatewaySigner(r, senders.List(gatewayProvider))
	if err != nil {
		return Batch{}, err
	}
	var read gatewayPost
	if err := json.Unmarshal(r.Body, &read); err != nil {
		return Batch{}, refuse(http.StatusBadRequest, "malformed", "the body isn't the JSON object that docs/adding-a-provider.md describes: %s", clip(err.Error()))
	}
	if read.ID == "" || read.From == "" {
		return Batch{}, refuse(http.StatusBadRequest, "no_message", "id and from are needed: which message it is, and who wrote it")
	}
	m := message.Inbound{
		ID: hashID(gatewayProvider, sender.Name, read.ID), Channel: message.Channel(sender.Channel), Provider: gatewayProvider, ProviderID: valid(read.ID),
		Kind: message.KindText, Sender: sender.Ref(), From: valid(read.From), To: valid(read.To), Body: valid(read.Text),
		ReplyTo: valid(read.ReplyTo), OptOut: keywordVerdict(read.OptOut), ArrivedAt: r.ArrivedAt, Raw: kept(r.Body),
	}
	if m.To == "" {
		m.To = sender.Address
	}
	if read.SentAt != nil {
		m.SentAt = sentAt(*read.SentAt)
	}
	for _, address := range read.Media[:min(len(read.Media), maxMedia)] {
		m.Media = append(m.Media, message.Media{URL: valid(address)})
		m.Kind = message.KindMedia
	}
	return Batch{Messages: []message.Inbound{m}}, nil
}

// gatewaySigner is the sender that the address names, when one of its secrets
// signed the body. Two workspaces may give a name to a sender each: the secret
// tells them apart.
func gatewaySigner(r Request, senders []Sender) (Sender, error) {
	named := r.Vars["sender"]
	// A router may leave paths as they are written; what can't be unescaped is no
	// name.
	unescaped, _ := url.PathUnescape(named)
	if signature, ok := readBodySignature(r.Header.Get("X-Gateway-Signature"), r.Body); ok {
		for _, sender := range senders {
			if (sender.Name == named || sender.Name == unescaped) && signature.by(sender) {
				return sender, nil
			}
		}
	}
	return Sender{}, forbid("the X-Gateway-Signature header is missing or wrong, or no sender has this name; check app_secrets")
}

func writeGateway(w http.ResponseWriter, batch Batch) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	// The client went away if this fails; the message is taken all the same.
	_, _ = fmt.Fprintln(w, `{"accepted":`+strconv.Itoa(len(batch.Messages))+`}`)
}

// gatewayAddress is where the gateway takes messages.
func gatewayAddress(sender Sender) string {
	return strings.TrimRight(sender.APIBase, "/") + "/messages"
}
