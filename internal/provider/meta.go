package provider

import (
	"context"
	"crypto/subtle"
	"io"
	"net/http"

	"replyflow/internal/config"
	"replyflow/internal/form"
	"replyflow/internal/message"
)

// Meta carries WhatsApp messages through its Cloud API.
// See https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
type Meta struct{}

const (
	metaProvider = "meta"
	// metaMaxBody is more than the 3 MB that Meta documents.
	metaMaxBody = 4 << 20
	// metaUnreadable names what is kept without having been understood.
	metaUnreadable = "unreadable"
)

func init() { register(Meta{}) }

// Name implements Provider.
func (Meta) Name() string { return metaProvider }

// Check implements Provider.
func (Meta) Check(sender config.Sender) (setting, problem string) {
	switch {
	case sender.PhoneNumberID == "" || len(sender.AppSecrets) == 0:
		return "", "a Meta sender needs phone_number_id and app_secrets, without which no signature can be checked"
	case sender.Channel == string(message.SMS):
		return "channel", "Meta sends WhatsApp messages only"
	}
	return "", ""
}

// Endpoints implements Provider.
func (Meta) Endpoints() []Endpoint {
	return []Endpoint{{
		Path: "/inbound/whatsapp", Methods: []string{http.MethodGet, http.MethodPost}, MaxBody: metaMaxBody,
		Read: readMeta, Write: writeMeta,
	}}
}

// Send implements Provider.
func (Meta) Send(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error) {
	return metaSend(ctx, client, sender, out)
}

// writeMeta answers 200, and a verification with its challenge. As HTML the
// challenge would be a stranger's script on our address.
func writeMeta(w http.ResponseWriter, batch Batch) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	// The client went away if this fails; what it sent is taken all the same.
	_, _ = io.WriteString(w, batch.Challenge)
}

func readMeta(r Request, senders Senders) (Batch, error) {
	if r.Method == http.MethodGet {
		return verifyMeta(r, senders.List(metaProvider))
	}
	signers, err := metaSigners(r, senders.List(metaProvider))
	if err != nil {
		return Batch{}, err
	}
	return readMetaBody(r, signers), nil
}

// verifyMeta answers the question whether the address is ours.
func verifyMeta(r Request, senders []Sender) (Batch, error) {
	query, bad := form.Parse(r.RawQuery)
	token := query.First("hub.verify_token")
	right := false
	for _, sender := range senders {
		if sender.VerifyToken != "" && subtle.ConstantTimeCompare([]byte(token), []byte(sender.VerifyToken)) == 1 {
			right = true
		}
	}
	if bad >= 0 || query.First("hub.mode") != "subscribe" || !right {
		return Batch{}, refuse(http.StatusForbidden, "verify_token", "hub.mode or hub.verify_token is wrong; check verify_token in the configuration")
	}
	return Batch{Challenge: query.First("hub.challenge")}, nil
}

// metaSigners are the senders of the workspaces with an app secret that signed the
// raw body. A secret speaks for its whole workspace: which sender lists it says
// nothing about the numbers in the body, and refusing half a body would lose it.
func metaSigners(r Request, senders []Sender) ([]Sender, error) {
	header := r.Header.Get("X-Hub-Signature-256")
	if header == "" {
		return nil, forbid("the X-Hub-Signature-256 header is missing; this address takes requests from Meta only")
	}
	proven := map[string]bool{}
	if signature, ok := readBodySignature(header, r.Body); ok {
		for _, sender := range senders {
			if signature.by(sender) {
				proven[sender.Workspace] = true
			}
		}
	}
	var signers []Sender
	for _, sender := range senders {
		if proven[sender.Workspace] {
			signers = append(signers, sender)
		}
	}
	if len(signers) == 0 {
		return nil, forbid("the X-Hub-Signature-256 header is wrong; check app_secrets")
	}
	return signers, nil
}

// metaBody is the envelope that Meta posts. Everything in it is read leniently:
// what can't be read is kept as it came.
type metaBody struct {
	Entry looseList `json:"entry"`
}

type metaEntry struct {
	// ID is the business account.
	ID      looseText `json:"id"`
	Changes looseList `json:"changes"`
}

// readMetaBody reads everything in a body whose signature was right. It never
// fails: refused content would come back for a week.
func readMetaBody(r Request, signers []Sender) Batch {
	reader := metaReader{arrived: r.ArrivedAt, senders: signers, seen: map[string]bool{}}
	var body metaBody
	if lenient(r.Body, &body) != nil || len(body.Entry) == 0 {
		reader.keep(signers[0], metaUnreadable, r.Body)
		return reader.batch
	}
	for _, raw := range body.Entry {
		var entry metaEntry
		if lenient(raw, &entry) != nil || len(entry.Changes) == 0 {
			reader.keep(signers[0], metaUnreadable, raw)
			continue
		}
		reader.account = named(entry.ID)
		for _, change := range entry.Changes {
			reader.readChange(change)
		}
	}
	return reader.batch
}
