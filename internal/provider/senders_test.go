package provider

import "replyflow/internal/config"

// senderList is a list of senders in memory.
type senderList []Sender

func (l senderList) List(provider string) []Sender {
	var found []Sender
	for _, sender := range l {
		if sender.Provider == provider {
			found = append(found, sender)
		}
	}
	return found
}

const (
	mainAccount = "AC00000000000000000000000000000001"
	subAccount  = "AC00000000000000000000000000000002"
)

// goldenSenders are the senders that golden requests are for. The workspace other
// shares the main account, with a token of its own.
var goldenSenders = senderList{
	twilioTestSender("default", "Desk", config.Sender{Account: mainAccount, AuthTokens: tokens("twilio-token", "old-token"), Address: "+15550100101"}),
	twilioTestSender("default", "US marketing", config.Sender{
		Account: mainAccount, AuthTokens: tokens("twilio-token", "old-token"), MessagingService: "MG00000000000000000000000000000001",
		Numbers: []string{"+15550100100", "+15550100101"},
	}),
	twilioTestSender("default", "WhatsApp by Twilio", config.Sender{
		Account: mainAccount, AuthTokens: tokens("twilio-token"), Address: "whatsapp:+15550100200", Channel: "whatsapp",
	}),
	twilioTestSender("default", "London", config.Sender{Account: mainAccount, AuthTokens: tokens("twilio-token"), Address: "020 7946 0100"}),
	twilioTestSender("default", "Brand", config.Sender{Account: mainAccount, AuthTokens: tokens("twilio-token"), Address: "rcs:brand_agent"}),
	twilioTestSender("default", "Short code", config.Sender{Account: mainAccount, AuthTokens: tokens("twilio-token"), Address: "24242"}),
	twilioTestSender("other", "Desk", config.Sender{Account: mainAccount, AuthTokens: tokens("other-token"), Address: "+15550100101"}),
	twilioTestSender("default", "Sub", config.Sender{Account: subAccount, AuthTokens: tokens("sub-token"), Address: "+15550100103"}),
	metaTestSender("default", "WhatsApp", "900000000000001", "+15550100200", "meta-secret", "old-meta-secret"),
	metaTestSender("default", "WhatsApp two", "900000000000002", "+15550100201", "meta-secret"),
	metaTestSender("other", "WhatsApp", "900000000000003", "+15550100202", "other-meta-secret"),
	{Workspace: "default", Sender: config.Sender{
		Name: "Local gateway", Channel: "sms", Provider: "gateway", Address: "+15550100300", AppSecrets: tokens("gateway-secret", "old-gateway-secret"),
	}},
	{Workspace: "other", Sender: config.Sender{
		Name: "Local gateway", Channel: "sms", Provider: "gateway", Address: "+15550100301", AppSecrets: tokens("other-gateway-secret"),
	}},
}

func tokens(texts ...string) []config.Secret {
	found := make([]config.Secret, len(texts))
	for i, text := range texts {
		found[i] = config.Secret(text)
	}
	return found
}

func twilioTestSender(workspace, name string, sender config.Sender) Sender {
	sender.Name, sender.Provider = name, "twilio"
	if sender.Channel == "" {
		sender.Channel = "sms"
	}
	return Sender{Workspace: workspace, Region: "GB", Sender: sender}
}

func metaTestSender(workspace, name, id, address string, secrets ...string) Sender {
	return Sender{Workspace: workspace, Sender: config.Sender{
		Name: name, Channel: "whatsapp", Provider: "meta", PhoneNumberID: id, Address: address, AppSecrets: tokens(secrets...),
		VerifyToken: config.Secret("verify-" + name),
	}}
}
