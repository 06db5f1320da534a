package provider

import (
	"encoding/json"
	"strings"

	"replyflow/internal/message"
)

type metaStatus struct {
	ID              looseText `json:"id"`
	Status          looseText `json:"status"`
	Timestamp       looseText `json:"timestamp"`
	Recipient       looseText `json:"recipient_id"`
	RecipientUserID looseText `json:"recipient_user_id"`
	Callback        looseText `json:"biz_opaque_callback_data"`
	Errors          []struct {
		Code looseText `json:"code"`
	} `json:"errors"`
}

// metaOptedOut is Meta's code for somebody who stopped marketing messages.
const metaOptedOut = "131050"

// readStatus reads what became of a message of ours.
func (p metaPart) readStatus(raw json.RawMessage) {
	var read metaStatus
	if lenient(raw, &read) != nil || read.ID == "" {
		p.reader.keep(p.sender, "unreadable_status", raw)
		return
	}
	status := &message.DeliveryStatus{
		ProviderID: string(read.ID), Status: strings.ToLower(string(read.Status)), To: string(read.Recipient),
		At: looseTime(read.Timestamp), SendID: string(read.Callback),
	}
	if status.To == "" {
		status.To = string(read.RecipientUserID)
	}
	if read.RecipientUserID != "" {
		status.Aliases = []message.Alias{userAlias(read.RecipientUserID)}
	}
	if len(read.Errors) > 0 {
		status.ErrorCode = string(read.Errors[0].Code)
	}
	for _, failure := range read.Errors {
		if failure.Code == metaOptedOut {
			status.ErrorCode = metaOptedOut
			status.OptOut = &message.ProviderOptOut{Category: message.CategoryMarketing, Rule: "meta_131050"}
		}
	}
	p.reader.add(message.Update{
		Key:    hashID(metaProvider, "status", p.sender.PhoneNumberID, status.ProviderID, status.Status, status.To, string(read.Timestamp)),
		Sender: p.sender.Ref(), Status: status, Raw: kept(raw),
	})
}
