package main

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

func TestSendWhatsAppOfEveryKind(t *testing.T) {
	t.Parallel()
	p := openPosted(t)
	whatsApp := func(args ...string) []string { return append([]string{"whatsapp", "--from", "+15555550101"}, args...) }
	p.try(t, []sendCase{
		{"text", whatsApp("--body", "Grüße </a> 👍", "--message-id", "wamid.1", "--profile-name", "Ann"),
			`{"kind": "text", "body": "Grüße </a> 👍", "from": "15555550101", "to": "+15550100200", "provider_id": "wamid.1", "profile_name": "Ann", "sender": {"name": "WhatsApp"}}`, "taken: message wamid.1"},
		{"answer", whatsApp("--body", "Yes", "--reply-to", "wamid.out"), `{"reply_to": "wamid.out"}`, "taken: message wamid."},
		{"template button", whatsApp("--button", "Stop promotions", "--button-payload", "promo-optout", "--reply-to", "wamid.out"),
			`{"kind": "button", "body": "Stop promotions", "button": {"text": "Stop promotions", "payload": "promo-optout"}, "reply_to": "wamid.out"}`, ""},
		{"button reply", whatsApp("--button-reply", "Yes", "--choice-id", "yes-1"),
			`{"kind": "button", "button": {"text": "Yes", "payload": "yes-1"}, "raw": {"type": "interactive", "interactive": {"type": "button_reply"}}}`, ""},
		{"list reply", whatsApp("--list-reply", "09:30"),
			`{"kind": "button", "button": {"text": "09:30", "payload": "09:30"}, "raw": {"interactive": {"type": "list_reply"}}}`, ""},
		{"image", whatsApp("--media", "image", "--caption", "STOP", "--media-url", "https://lookaside.example.com/1"),
			`{"kind": "media", "body": "STOP", "raw": {"type": "image", "image": {"mime_type": "image/jpeg", "caption": "STOP", "url": "https://lookaside.example.com/1"}}}`, ""},
		{"document", whatsApp("--media", "document", "--filename", "a.pdf", "--caption", "see"), `{"kind": "media", "body": "see", "raw": {"document": {"filename": "a.pdf", "mime_type": "application/pdf"}}}`, ""},
		{"audio", whatsApp("--media", "audio"), `{"kind": "media", "raw": {"audio": {"voice": true}}}`, ""},
		{"video", whatsApp("--media", "video", "--caption", "look"), `{"kind": "media", "body": "look", "raw": {"type": "video"}}`, ""},
		{"sticker", whatsApp("--media", "sticker"), `{"kind": "media", "raw": {"sticker": {"mime_type": "image/webp", "animated": false}}}`, ""},
		{"location", whatsApp("--location", "52.5, -13.25", "--location-name", "Stop", "--location-address", "1 Main St"),
			`{"kind": "location", "raw": {"location": {"latitude": 52.5, "longitude": -13.25, "name": "Stop", "address": "1 Main St"}}}`, ""},
		{"reaction", whatsApp("--reaction", "👍", "--message", "wamid.out"), `{"kind": "reaction", "raw": {"reaction": {"message_id": "wamid.out", "emoji": "👍"}}}`, ""},
		{"reaction taken away", whatsApp("--reaction", "", "--message", "wamid.out"), `{"kind": "reaction", "raw": {"reaction": {"emoji": ""}}}`, ""},
		{"user id alone", []string{"whatsapp", "--user-id", "US.90000000000000000003", "--username", "@ann.example", "--body", "yes"},
			`{"from": "US.90000000000000000003", "aliases": [{"kind": "bsuid", "value": "US.90000000000000000003"}, {"kind": "username", "value": "ann.example"}]}`, ""},
		{"number and user id", whatsApp("--user-id", "US.90000000000000000003", "--body", "yes"),
			`{"from": "15555550101", "aliases": [{"kind": "wa_id", "value": "15555550101"}, {"kind": "bsuid", "value": "US.90000000000000000003"}]}`, ""},
		{"stop", whatsApp("--preference", "stop"),
			`{"sender": {"name": "WhatsApp"}, "preference": {"from": "15555550101", "category": "marketing", "verdict": "opt_out"}}`, "taken: preference stop"},
		{"resume", []string{"whatsapp", "--user-id", "US.90000000000000000003", "--preference", "resume"},
			`{"preference": {"from": "US.90000000000000000003", "verdict": "opt_in"}}`, ""},
		{"delivered", whatsApp("--status", "delivered", "--message", "wamid.out", "--send-id", "answer-1"),
			`{"status": {"provider_id": "wamid.out", "status": "delivered", "to": "15555550101", "send_id": "answer-1"}}`, "taken: message wamid.out is delivered"},
		{"failed", []string{"whatsapp", "--user-id", "US.90000000000000000003", "--status", "failed", "--message", "wamid.out", "--error-code", "131050"},
			`{"status": {"to": "US.90000000000000000003", "error_code": "131050", "opt_out": {"category": "marketing", "rule": "meta_131050"}}}`, ""},
		{"the number as it may be written", whatsApp("--to", "+1 (555) 010-0200", "--body", "x"), `{"sender": {"name": "WhatsApp"}}`, ""},
	})
	// On the wire Meta escapes what isn't ASCII, and slashes.
	p.send(t, whatsApp("--body", "ä </a> 👍")...)
	if body := p.bodies[0]; !strings.Contains(body, `\u00e4 \u003c\/a\u003e \ud83d\udc4d`) {
		t.Errorf("posted %s", body)
	}
}

func TestSendWhatsAppRefusals(t *testing.T) {
	t.Parallel()
	p := openPosted(t)
	whatsApp := func(args ...string) []string { return append([]string{"whatsapp", "--from", "+15555550101"}, args...) }
	for want, args := range map[string][]string{
		"--from and --body are needed":                                       whatsApp(),
		"--from or --user-id is needed":                                      {"whatsapp", "--body", "x"},
		"--body is empty":                                                    whatsApp("--body", ""),
		"--body and --media don't go together":                               whatsApp("--body", "x", "--media", "image"),
		"--body, --preference and --status don't go together":                whatsApp("--body", "x", "--preference", "stop", "--status", "sent"),
		"--button-payload goes with --button only":                           whatsApp("--body", "x", "--button-payload", "y"),
		"--choice-id goes with --button-reply or --list-reply only":          whatsApp("--button", "x", "--choice-id", "y"),
		"--caption goes with --media only":                                   whatsApp("--body", "x", "--caption", "y"),
		"--caption goes with --media image, document or video only":          whatsApp("--media", "audio", "--caption", "y"),
		"--filename goes with --media document only":                         whatsApp("--media", "image", "--filename", "y"),
		"--media is one of image, document, audio, video, sticker":           whatsApp("--media", "film"),
		"--location is LATITUDE,LONGITUDE":                                   whatsApp("--location", "52.5"),
		`as 52.5,13.4, not "NaN,0"`:                                          whatsApp("--location", "NaN,0"),
		"--reply-to goes with --body, --button,":                             whatsApp("--reaction", "x", "--message", "y", "--reply-to", "z"),
		"--message is needed: the message that --reaction is about":          whatsApp("--reaction", "x"),
		"--message is needed: the message that --status is about":            whatsApp("--status", "sent"),
		"--message goes with --reaction or --status only":                    whatsApp("--body", "x", "--message", "y"),
		"--preference is stop or resume":                                     whatsApp("--preference", "pause"),
		"--status is one of sent, delivered, read, played, failed":           whatsApp("--status", "lost", "--message", "y"),
		"it goes with --status failed, not read":                             whatsApp("--status", "read", "--message", "y", "--error-code", "1"),
		"--error-code goes with --status only":                               whatsApp("--body", "x", "--error-code", "1"),
		"--phone-number-id and --app-secret are needed: which sender is wri": whatsApp("--body", "x", "--phone-number-id", "9002"),
	} {
		got, entries := p.send(t, args...)
		got.check(t, exitMisused, want)
		if len(entries) > 0 {
			t.Errorf("%s: it was sent", want)
		}
	}
	for want, args := range map[string][]string{
		"no WhatsApp sender that dev.json names has the number +15550109999": whatsApp("--body", "x", "--to", "+15550109999"),
		"no sender of the server has the phone_number_id 9009":               whatsApp("--body", "x", "--phone-number-id", "9009", "--app-secret", "meta-secret"),
		"403": whatsApp("--body", "x", "--app-secret", "wrong"),
	} {
		got, entries := p.send(t, args...)
		got.check(t, exitFailed, want)
		if strings.Contains(got.stdout, "taken") || len(messagesOf(entries)) > 0 {
			t.Errorf("%s: told %q, kept %d", want, got.stdout, len(entries))
		}
	}
}

// TestSendReachesTheLedger plays what isn't a message to a running server.
func TestSendReachesTheLedger(t *testing.T) {
	t.Parallel()
	d := startTestDev(t, devOptions{noTemporalUI: true})
	api := apiClient{d.file}
	send := func(args ...string) result {
		return runCommand(t, append(append([]string{"send"}, args...), "--data-dir", d.dir)...)
	}
	send("status", "--message", sid(1), "--status", "failed", "--error-code", "21610", "--to", "+15555550101").check(t, exitDone, "is failed")
	eventually(t, api.optedOut("sample-ann", "sms "+sampleAddress))
	send("whatsapp", "--from", "+15555550102", "--preference", "stop").check(t, exitDone, "preference stop")
	eventually(t, api.optedOut("sample-ben", "whatsapp "+sampleWhatsApp))
	send("whatsapp", "--from", "+15555550103", "--button", "Stop promotions").check(t, exitDone)
	eventually(t, api.optedOut("sample-cleo", "whatsapp "+sampleWhatsApp))
	send("whatsapp", "--user-id", "US.90000000000000000003", "--body", "hello").check(t, exitDone)
	eventually(t, func() error {
		var page struct {
			Messages []struct {
				Address string `json:"address"`
			} `json:"messages"`
		}
		status, err := api.get("/api/v1/messages?anonymous=true", &page)
		if err == nil && (status != http.StatusOK || len(page.Messages) != 1) {
			err = errors.New("the message of a user id isn't recorded")
		}
		return err
	})
	send("sms", "--from", "+15555550101", "--to", "+15550109999", "--body", "x").check(t, exitFailed, "no sender of the server has the address +15550109999")
}
