package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
)

const gatewayTitle = "the gateway"

// gatewayCode is the shape of a code that is repeated. Anything longer may hold a
// person's number or words.
var gatewayCode = regexp.MustCompile(`^([0-9]{1,6}|[a-z][a-z_]{0,39})$`)

// gatewayOutgoing is a message as the gateway takes it.
type gatewayOutgoing struct {
	ID      string `json:"id"`
	From    string `json:"from"`
	To      string `json:"to"`
	Text    string `json:"text"`
	ReplyTo string `json:"reply_to,omitempty"`
}

// gatewaySend sends through a gateway that takes JSON. The message's id is its
// Idempotency-Key: a gateway takes a message with a known key for the same one and
// answers as it did before, so a second attempt is sent like the first.
func gatewaySend(ctx context.Context, client *http.Client, sender Sender, out Outgoing) (Sent, error) {
	if sender.APIBase == "" || sender.AccessToken == "" {
		return Sent{}, &SendError{Reason: "the sender has no api_base or no access_token: a gateway takes no message without them"}
	}
	body, err := json.Marshal(gatewayOutgoing{ID: out.ID, From: sender.fromOf(out), To: out.To, Text: out.Body, ReplyTo: out.ReplyTo})
	if err != nil {
		return Sent{}, &SendError{Reason: "the message can't be written as JSON"}
	}
	request, err := newCall(ctx, http.MethodPost, gatewayAddress(sender), body)
	if err != nil {
		return Sent{}, err
	}
	if out.TooLate {
		// Asking would send it.
		return Sent{}, &SendError{Unsure: true, Reason: "an earlier attempt may have been sent, and a gateway can't be asked without sending"}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+string(sender.AccessToken))
	request.Header.Set("Idempotency-Key", out.ID)
	answered, err := call(client, request, gatewayTitle)
	if err != nil {
		return Sent{}, err
	}
	if !answered.OK() {
		return Sent{}, gatewayFailure(answered)
	}
	var taken struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal(answered.Body, &taken); err != nil || taken.ID == "" {
		return Sent{}, unreadable(gatewayTitle, answered)
	}
	return Sent{ProviderID: taken.ID, Status: taken.Status}, nil
}

// gatewayFailure reads an error: its code, when there is one.
func gatewayFailure(answered answer) *SendError {
	failure := failed(gatewayTitle, answered)
	if answered.Status == http.StatusConflict {
		// The first attempt with this key is still under way.
		failure.Retry, failure.Unsure, failure.Reason = true, true, "the gateway is still busy with an earlier attempt"
	}
	var problem struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(answered.Body, &problem); err == nil && gatewayCode.MatchString(problem.Code) {
		failure.Code = problem.Code
	}
	return failure
}
